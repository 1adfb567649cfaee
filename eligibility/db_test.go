package eligibility_test

import (
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"placeops/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// newDB returns a fresh database with the whole schema, dropped at the end of the test.
func newDB(t testing.TB) *pgxpool.Pool {
	t.Helper()
	return storetest.New(t)
}

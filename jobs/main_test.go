package jobs_test

import (
	"testing"

	"placeops/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

package backup_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/postgres"
	"placeops/store/storetest"
)

// The bundled server on one side, on the other the tests' own, which `make test` also makes the installed one: another
// major version.
func TestArchivesMoveBetweenServers(t *testing.T) {
	t.Parallel()
	server, err := postgres.Start(t.Context(), postgres.Config{Dir: filepath.Join(storetest.Dir(t), "data"), Logger: quiet})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Stop(context.WithoutCancel(t.Context()))) })
	bundled := officeAt(t, server.URL())

	here := newCollege(t)
	want := here.contents()
	_, err = bundled.restore(here.take(), false)
	require.NoError(t, err)
	require.Equal(t, want, bundled.contents())

	archive, summary := bundled.takeWith()
	require.True(t, strings.HasPrefix(postgres.Version(), summary.Postgres), "%s, %s", postgres.Version(), summary.Postgres)
	back := bareOffice(t)
	_, err = back.restore(archive, false)
	require.NoError(t, err)
	require.Equal(t, want, back.contents())
	require.Equal(t, storetest.Schema(t, storetest.New(t)), storetest.Schema(t, back.Pool))
	var version string
	back.query(`SHOW server_version`, &version)
	t.Logf("between PostgreSQL %s and %s", summary.Postgres, version)
}

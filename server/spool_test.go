package server_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The file is far larger than what the sockets hold, and its client takes the status line alone.
func TestASlowDownloadHoldsNoConnectionOfTheDatabase(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.exportable(30_000)
	h.exec(`UPDATE users SET name = repeat('n', 200) WHERE role = 'STUDENT'`)

	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(h.url, "http://"))
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close()) }()
	require.NoError(t, conn.(*net.TCPConn).SetReadBuffer(4<<10)) //nolint:forcetypeassert // a panic fails the test too
	_, err = fmt.Fprintf(conn, "GET /attendance/%d/download-csv HTTP/1.1\r\nHost: placeops\r\nAuthorization: Bearer %s\r\n\r\n", drive, h.token("coordinator"))
	require.NoError(t, err)
	status, err := bufio.NewReaderSize(conn, 64).ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, status, http.StatusText(http.StatusOK))

	require.Zero(t, h.count(`SELECT count(*) FROM pg_stat_activity
		WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid() AND query LIKE '%AttendanceOfDrive%'`))
}

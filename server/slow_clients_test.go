package server_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/server"
)

// impatient shortens what clients are given.
func impatient(deps *server.Deps) {
	deps.Timeouts = server.Timeouts{Header: 200 * time.Millisecond, Body: 200 * time.Millisecond, Take: 6 * time.Second}
}

// dial connects to the server as a client that minds no manners.
func (h *harness) dial() *net.TCPConn {
	h.t.Helper()
	conn, err := new(net.Dialer).DialContext(h.t.Context(), "tcp", strings.TrimPrefix(h.url, "http://"))
	require.NoError(h.t, err)
	h.t.Cleanup(func() { _ = conn.Close() })
	tcp, ok := conn.(*net.TCPConn)
	require.True(h.t, ok)
	require.NoError(h.t, tcp.SetReadDeadline(time.Now().Add(jobTime)))
	return tcp
}

// drip writes a text, a byte at a time, until it is written or the other side hangs up.
func drip(conn net.Conn, text string) {
	for i := range len(text) {
		if _, err := conn.Write([]byte{text[i]}); err != nil {
			return
		}
		<-time.After(5 * time.Millisecond) // that is what is slow
	}
}

// untilHungUp reads what the server says until it ends the connection; a server that does not fails the test.
func untilHungUp(t *testing.T, conn net.Conn) string {
	t.Helper()
	said, err := io.ReadAll(conn)
	if !errors.Is(err, syscall.ECONNRESET) {
		require.NoError(t, err, "the server hangs up")
	}
	return string(said)
}

func TestAClientThatSendsLittleByLittleIsHungUpOn(t *testing.T) {
	t.Parallel()
	h := start(t, impatient)
	bearer := "Authorization: Bearer " + h.token("head") + "\r\n"
	endless := strings.Repeat("x", 100_000)
	for name, request := range map[string]struct{ head, drip, says string }{
		"nothing":          {"", "", ""},
		"a head":           {"GET /healthz HTTP/1.1\r\nHost: placeops\r\n", "X-Slow: " + endless, ""},
		"a log-in":         {"POST /auth/login HTTP/1.1\r\nHost: placeops\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n", `{"email":"` + endless, "408"},
		"a drive":          {"POST /drives HTTP/1.1\r\nHost: placeops\r\n" + bearer + "Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n", `{"company_name":"` + endless, "408"},
		"a sheet":          {"POST /students/import HTTP/1.1\r\nHost: placeops\r\n" + bearer + "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n", "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"s.csv\"\r\n\r\n" + endless, "408"},
		"a sheet's head":   {"POST /students/import HTTP/1.1\r\nHost: placeops\r\n" + bearer + "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n", "--b\r\n" + endless, "408"},
		"a form's head":    {"POST /drives HTTP/1.1\r\nHost: placeops\r\n" + bearer + "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n", "--b\r\n" + endless, "408"},
		"marks in chunks":  {"POST /attendance/1/mark-bulk HTTP/1.1\r\nHost: placeops\r\n" + bearer + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n", strings.Repeat("1\r\n[\r\n", 10_000), "408"},
		"a body to no one": {"POST /nothing HTTP/1.1\r\nHost: placeops\r\nContent-Length: 100000\r\n\r\n", endless, "404"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := *h
			h.t = t
			conn := h.dial()
			_, err := io.WriteString(conn, request.head)
			require.NoError(t, err)
			go drip(conn, request.drip)
			said := untilHungUp(t, conn)
			if request.says != "" {
				require.Contains(t, strings.SplitN(said+"\r\n", "\r\n", 2)[0], request.says, "%s", said)
			}
		})
	}
}

// The answer is larger than what the sockets hold, and nobody reads it.
func TestAClientThatNeverTakesItsAnswerIsHungUpOn(t *testing.T) {
	t.Parallel()
	h := start(t, impatient)
	drive := h.exportable(30_000)
	h.exec(`UPDATE users SET name = repeat('n', 200) WHERE role = 'STUDENT'`)
	for _, path := range []string{at("/attendance/%d/download-csv", drive), at("/attendance/%d/list", drive)} {
		conn := h.dial()
		require.NoError(t, conn.SetReadBuffer(4<<10))
		_, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: placeops\r\nAuthorization: Bearer %s\r\n\r\n", path, h.token("coordinator"))
		require.NoError(t, err)
		status, err := bufio.NewReaderSize(conn, 64).ReadString('\n')
		require.NoError(t, err)
		require.Contains(t, status, http.StatusText(http.StatusOK))
		require.Eventually(t, func() bool { // a byte to a connection that has been closed is answered by a reset
			_, err := conn.Write([]byte("\n"))
			return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
		}, jobTime, 50*time.Millisecond, "%s: the server hangs up", path)
	}
}

func TestIdleConnectionsCostLittleMemoryAndKeepNobodyOut(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.get("head", "/drives").is(http.StatusOK)
	wanted := raiseFileLimit(t)
	memory, goroutines := inUse(), runtime.NumGoroutine()
	conns := make([]*net.TCPConn, wanted)
	for i := range conns {
		conns[i] = h.dial()
		if i%2 == 0 { // the other half say nothing at all
			_, err := io.WriteString(conns[i], "GET /healthz HTTP/1.1\r\nHost: placeops\r\n\r\n")
			require.NoError(t, err)
		}
	}
	for i := 0; i < wanted; i += 2 {
		status, err := bufio.NewReaderSize(conns[i], 16).ReadString('\n')
		require.NoError(t, err)
		require.Contains(t, status, "200")
	}
	began := time.Now()
	h.get("head", "/drives").is(http.StatusOK)
	took := time.Since(began)
	each := (inUse() - memory) / float64(wanted)
	t.Logf("%d idle connections: %.1f KB each, %.2f goroutines each; a request beside them %v", wanted, each/1024,
		float64(runtime.NumGoroutine()-goroutines)/float64(wanted), took)
	require.Less(t, each, float64(48<<10), "bytes for each")
	require.Less(t, runtime.NumGoroutine()-goroutines, 2*wanted+500)
	require.Less(t, took, 5*time.Second)
}

// inUse is the memory of this process in use: its heap and its stacks.
func inUse() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc + m.StackInuse)
}

// raiseFileLimit lets this process have as many files open as it may, and returns for how many connections that is enough:
// both ends are here, and others need some.
func raiseFileLimit(t *testing.T) int {
	t.Helper()
	var limit syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit))
	limit.Cur = limit.Max
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit))
	const spare = 1500
	return min(10_000, (int(limit.Max)-spare)/2)
}

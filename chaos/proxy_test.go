package main

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// newEcho is a proxy to a server, on a socket as PostgreSQL's, that sends back what it gets.
func newEcho(t *testing.T) (p *proxy, got chan string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "echo") //nolint:usetesting // a short path, for a socket
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	listener, err := new(net.ListenConfig).Listen(t.Context(), "unix", filepath.Join(dir, ".s.PGSQL.5432"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	got = make(chan string, 100)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				buffer := make([]byte, 100)
				for {
					n, err := conn.Read(buffer)
					if err != nil {
						return
					}
					got <- string(buffer[:n])
					_, _ = conn.Write(buffer[:n])
				}
			}()
		}
	}()
	p, err = newProxy("postgres:///placeops?host=" + dir)
	require.NoError(t, err)
	t.Cleanup(p.close)
	return p, got
}

func dial(t *testing.T, p *proxy) net.Conn {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", p.address)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(patience)))
	return conn
}

func say(t *testing.T, conn net.Conn, text string) {
	t.Helper()
	_, err := io.WriteString(conn, text)
	require.NoError(t, err)
}

func requireAnswer(t *testing.T, conn net.Conn, text string) {
	t.Helper()
	answer := make([]byte, len(text))
	_, err := io.ReadFull(conn, answer)
	require.NoError(t, err)
	require.Equal(t, text, string(answer))
}

func requireBroken(t *testing.T, conn net.Conn) {
	t.Helper()
	_, err := conn.Read(make([]byte, 1))
	require.ErrorIs(t, err, syscall.ECONNRESET)
}

func TestACutNetworkBreaksConnectionsAndTakesNewOnes(t *testing.T) {
	t.Parallel()
	p, _ := newEcho(t)
	conn := dial(t, p)
	say(t, conn, "one")
	requireAnswer(t, conn, "one")
	p.cut()
	requireBroken(t, conn)
	conn = dial(t, p)
	say(t, conn, "two")
	requireAnswer(t, conn, "two")
}

func TestAFrozenNetworkPassesNothingAndLosesNothing(t *testing.T) {
	t.Parallel()
	p, got := newEcho(t)
	conn := dial(t, p)
	say(t, conn, "before")
	requireAnswer(t, conn, "before")
	require.Equal(t, "before", <-got)
	p.freeze()
	say(t, conn, "late")
	other := dial(t, p) // is accepted
	say(t, other, "late")
	select {
	case text := <-got:
		t.Fatalf("%q passed", text)
	case <-time.After(50 * time.Millisecond):
	}
	p.thaw()
	requireAnswer(t, conn, "late")
	requireAnswer(t, other, "late")
}

func TestADownNetworkRefusesConnectionsAtTheSameAddressUntilItIsBack(t *testing.T) {
	t.Parallel()
	p, _ := newEcho(t)
	conn := dial(t, p)
	say(t, conn, "one")
	requireAnswer(t, conn, "one")
	p.refuse()
	requireBroken(t, conn)
	_, err := new(net.Dialer).DialContext(t.Context(), "tcp", p.address)
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
	require.NoError(t, p.listen())
	conn = dial(t, p)
	say(t, conn, "two")
	requireAnswer(t, conn, "two")
}

func TestAMuteNetworkDeliversRequestsAndLosesAnswers(t *testing.T) {
	t.Parallel()
	p, got := newEcho(t)
	conn := dial(t, p)
	say(t, conn, "one")
	requireAnswer(t, conn, "one")
	require.Equal(t, "one", <-got)
	p.silence()
	say(t, conn, "two")
	require.Equal(t, "two", <-got)
	during := dial(t, p)
	say(t, during, "three")
	require.Equal(t, "three", <-got)
	p.speak()
	requireBroken(t, conn)
	requireBroken(t, during)
	conn = dial(t, p)
	say(t, conn, "four")
	requireAnswer(t, conn, "four")
}

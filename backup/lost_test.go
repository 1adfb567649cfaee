package backup_test

import (
	"bytes"
	"net"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
)

// cutter stands between a pool and its server. When the commit of a swap comes along it cuts the connection, before the
// server gets it or after the server has answered. It does so once.
type cutter struct {
	t        *testing.T
	network  string
	server   string
	afterAll bool
	cut      atomic.Bool
}

// through returns a pool that goes through the cutter.
func (c *cutter) through(pool *pgxpool.Pool) *pgxpool.Pool {
	c.t.Helper()
	cfg := pool.Config()
	c.network, c.server = "unix", cfg.ConnConfig.Host+"/.s.PGSQL."+strconv.Itoa(int(cfg.ConnConfig.Port))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(c.t, err)
	c.t.Cleanup(func() { require.NoError(c.t, listener.Close()) })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go c.serve(client)
		}
	}()
	address, ok := listener.Addr().(*net.TCPAddr)
	require.True(c.t, ok)
	cfg.ConnConfig.Host, cfg.ConnConfig.Port = "127.0.0.1", uint16(address.Port)
	cfg.ConnConfig.Fallbacks = nil
	return poolOf(c.t, cfg)
}

func (c *cutter) serve(client net.Conn) {
	defer func() { _ = client.Close() }()
	server, err := net.Dial(c.network, c.server)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	var swapping, muted atomic.Bool
	answered := make(chan struct{}, 1)
	go func() {
		defer func() { _ = client.Close() }()
		_ = forward(client, server, func([]byte) bool {
			if muted.Load() {
				answered <- struct{}{}
				return false
			}
			return true
		})
	}()
	_ = forward(server, client, func(said []byte) bool {
		if bytes.Contains(said, []byte("DROP SCHEMA placeops_restore")) {
			swapping.Store(true)
		}
		if !swapping.Load() || !bytes.Contains(said, []byte("commit\x00")) || !c.cut.CompareAndSwap(false, true) {
			return true
		}
		if c.afterAll {
			muted.Store(true)
			if _, err := server.Write(said); err == nil {
				<-answered
			}
		}
		return false
	})
}

// forward copies for as long as look lets it.
func forward(to, from net.Conn, look func(said []byte) bool) error {
	buffer := make([]byte, 1<<16)
	for {
		n, err := from.Read(buffer)
		if err != nil || !look(buffer[:n]) {
			return err
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return err
		}
	}
}

func TestAConnectionLostAtTheCommitLeavesNothingInBetween(t *testing.T) {
	t.Parallel()
	college := newCollege(t)
	archive, want := college.take(), college.contents()
	t.Run("the commit arrived", func(t *testing.T) {
		t.Parallel()
		target := newOffice(t)
		c := &cutter{t: t, afterAll: true}
		lossy := &office{t: t, Installation: target.Installation}
		lossy.Pool = c.through(target.Pool)
		_, err := lossy.restore(archive, false)
		require.True(t, c.cut.Load())
		require.NoError(t, err, "only the answer was lost")
		require.Equal(t, want, target.contents())
		require.Equal(t, college.files(), target.files())
	})
	t.Run("the commit did not arrive", func(t *testing.T) {
		t.Parallel()
		target := newOffice(t)
		before := target.state()
		c := &cutter{t: t}
		lossy := &office{t: t, Installation: target.Installation}
		lossy.Pool = c.through(target.Pool)
		_, err := lossy.restore(archive, false)
		require.True(t, c.cut.Load())
		require.Error(t, err)
		require.Equal(t, before, target.state())
	})
}

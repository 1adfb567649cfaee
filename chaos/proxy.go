package main

import (
	"context"
	"errors"
	"maps"
	"net"
	"slices"
	"sync"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/sys/unix"
)

// proxy is the network between one placeops and an outside PostgreSQL, as TCP connections that can be broken.
type proxy struct {
	address         string // where placeops finds PostgreSQL
	network, target string // where it is
	port            int    // of a socket that only keeps the address while nobody listens

	mu       sync.Mutex
	listener net.Listener // nil while connections are refused
	links    map[*link]bool
	passes   chan struct{} // closed while bytes pass
	mute     bool          // new connections lose what PostgreSQL answers
}

// link is one connection.
type link struct {
	proxy   *proxy
	near    net.Conn // of placeops
	far     net.Conn // of PostgreSQL
	mute    bool     // it loses what PostgreSQL answers, until its end
	done    chan struct{}
	closing sync.Once
}

// newProxy begins to listen for a PostgreSQL.
func newProxy(databaseURL string) (*proxy, error) {
	to, err := pgconn.ParseConfig(databaseURL)
	if err != nil {
		return nil, err
	}
	p := &proxy{address: "127.0.0.1:0", links: map[*link]bool{}, passes: make(chan struct{})}
	p.network, p.target = pgconn.NetworkAddress(to.Host, to.Port)
	close(p.passes)
	if err := p.listen(); err != nil {
		return nil, err
	}
	address := p.listener.Addr().(*net.TCPAddr) //nolint:forcetypeassert // it listens on TCP
	p.address = address.String()
	p.port, err = keepPort(address.Port)
	if err != nil {
		p.close()
	}
	return p, err
}

// keepPort binds a second socket to the port, which never listens: while the listener is closed, connections are refused, and
// nobody else gets the port.
func keepPort(port int) (fd int, err error) {
	if fd, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0); err != nil {
		return 0, err
	}
	return fd, errors.Join(
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1),
		unix.Bind(fd, &unix.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}}),
	)
}

func (p *proxy) listen() error {
	shared := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) (err error) {
		return errors.Join(c.Control(func(fd uintptr) {
			err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
		}), err)
	}}
	listener, err := shared.Listen(context.Background(), "tcp4", p.address)
	if err != nil {
		return err
	}
	p.mu.Lock()
	p.listener = listener
	p.mu.Unlock()
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			go p.connect(near)
		}
	}()
	return nil
}

func (p *proxy) connect(near net.Conn) {
	far, err := new(net.Dialer).DialContext(context.Background(), p.network, p.target)
	if err != nil { // PostgreSQL is down
		_ = near.Close()
		return
	}
	l := &link{proxy: p, near: near, far: far, done: make(chan struct{})}
	p.mu.Lock()
	l.mute = p.mute
	p.links[l] = true
	p.mu.Unlock()
	go l.copy(far, near, false)
	l.copy(near, far, true)
}

// copy passes on what comes from one side, as the network lets it, until either side ends.
func (l *link) copy(to, from net.Conn, answers bool) {
	defer l.end()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 && !l.lost(answers) {
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// lost waits while no bytes pass, and tells whether these are to be lost.
func (l *link) lost(answers bool) bool {
	l.proxy.mu.Lock()
	passes := l.proxy.passes
	l.proxy.mu.Unlock()
	select {
	case <-passes:
	case <-l.done:
	}
	return answers && l.isMute()
}

func (l *link) isMute() bool {
	l.proxy.mu.Lock()
	defer l.proxy.mu.Unlock()
	return l.mute
}

func (l *link) end() {
	l.closing.Do(func() {
		close(l.done)
		if tcp, ok := l.near.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // as a connection that breaks, not one that ends
		}
		_, _ = l.near.Close(), l.far.Close()
		l.proxy.mu.Lock()
		defer l.proxy.mu.Unlock()
		delete(l.proxy.links, l)
	})
}

// cut breaks all connections.
func (p *proxy) cut() {
	p.mu.Lock()
	links := slices.Collect(maps.Keys(p.links))
	p.mu.Unlock()
	for _, l := range links {
		l.end()
	}
}

// freeze lets no byte pass, until thaw; connections stay open.
func (p *proxy) freeze() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.passes = make(chan struct{})
}

func (p *proxy) thaw() {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.passes)
}

// refuse breaks all connections and lets nobody connect, until listen.
func (p *proxy) refuse() {
	p.mu.Lock()
	_ = p.listener.Close() // nobody else closes it
	p.mu.Unlock()
	p.cut()
}

// silence loses what PostgreSQL answers, until speak, which breaks all connections that have lost something.
func (p *proxy) silence() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mute = true
	for l := range p.links {
		l.mute = true
	}
}

func (p *proxy) speak() {
	p.mu.Lock()
	p.mute = false
	links := slices.Collect(maps.Keys(p.links))
	p.mu.Unlock()
	for _, l := range links {
		if l.isMute() {
			l.end()
		}
	}
}

func (p *proxy) close() {
	p.refuse()
	_ = unix.Close(p.port) // it was only held
}

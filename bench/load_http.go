package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
)

// httpWork is what people ask over HTTP. A person's connection stays open; the connections are spread over the addresses.
type httpWork struct {
	Addresses []string
	People    []string // tokens; "" sends none
	Scripts   [][]call // the n-th person takes the n-th, from the start again when there are no more; all of one length
}

// call is one request, and what its answer has to contain.
type call struct {
	Method, Path, Body string
	Has                string
}

func (w *httpWork) size() (items, steps int) { return len(w.People), len(w.Scripts[0]) }

func (w *httpWork) connect(ctx context.Context, number int) (connection, error) {
	c := &httpConnection{httpWork: w, address: number}
	for _, script := range w.Scripts {
		var parts []requestParts
		for _, request := range script {
			parts = append(parts, request.parts())
		}
		c.requests = append(c.requests, parts)
	}
	err := c.dial(ctx)
	// The first request pays for what a connection needs once; it does not count.
	c.out = call{Method: "GET", Path: "/healthz"}.parts().appendTo(c.out[:0], "")
	if err == nil {
		_, err = c.exchange()
	}
	if err != nil {
		err = c.goElsewhere(ctx, err, &answer{})
	}
	return c, err
}

// requestParts is a request with a gap for the token.
type requestParts struct{ before, after string }

func (c call) parts() requestParts {
	after := "Accept: application/json\r\n\r\n"
	if c.Method != http.MethodGet {
		after = fmt.Sprintf("Accept: application/json\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(c.Body), c.Body)
	}
	return requestParts{before: c.Method + " " + c.Path + " HTTP/1.1\r\nHost: placeops.example\r\n", after: after}
}

func (p requestParts) appendTo(out []byte, token string) []byte {
	out = append(out, p.before...)
	if token != "" {
		out = append(out, "Authorization: Bearer "...)
		out = append(out, token...)
		out = append(out, "\r\n"...)
	}
	return append(out, p.after...)
}

// httpConnection is as much of an HTTP/1.1 client as placeops' answers need. The client shares the machine with what it
// measures, and Go's own would take a third of it.
type httpConnection struct {
	*httpWork
	requests [][]requestParts
	address  int // of Addresses, in turns
	conn     net.Conn
	stop     func() bool
	in       *bufio.Reader
	out      []byte
	body     []byte
}

const answerBuffer = 64 << 10

func (c *httpConnection) dial(ctx context.Context) error {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", c.Addresses[c.address%len(c.Addresses)])
	if err != nil {
		return err
	}
	c.conn, c.in = conn, bufio.NewReaderSize(conn, answerBuffer)
	c.stop = context.AfterFunc(ctx, func() { _ = conn.Close() })
	return nil
}

func (c *httpConnection) close() {
	if c.conn != nil {
		c.stop()
		_ = c.conn.Close() // whatever it says, nothing is lost
	}
}

func (c *httpConnection) do(ctx context.Context, item, step int) (answer, error) {
	script := item % len(c.Scripts)
	c.out = c.requests[script][step].appendTo(c.out[:0], c.People[item])
	var a answer
	status, err := c.exchange()
	for ; err != nil; status, err = c.exchange() {
		if err = c.goElsewhere(ctx, err, &a); err != nil {
			return a, err
		}
	}
	a.status, a.body, a.bytes = status, c.body, int64(len(c.body))
	a.wrong = !bytes.Contains(c.body, []byte(c.Scripts[script][step].Has))
	return a, nil
}

// goElsewhere connects to another process after the connection broke.
func (c *httpConnection) goElsewhere(ctx context.Context, cause error, a *answer) error {
	c.close()
	c.conn = nil
	for a.broken < 2*len(c.Addresses) && len(c.Addresses) > 1 && ctx.Err() == nil {
		a.broken++
		c.address++
		if c.dial(ctx) == nil {
			return nil
		}
	}
	return errors.Join(ctx.Err(), cause)
}

// exchange sends what is in out and reads the answer into body.
func (c *httpConnection) exchange() (status int, err error) {
	if _, err := c.conn.Write(c.out); err != nil {
		return 0, err
	}
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if len(line) < len("HTTP/1.1 200") || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return 0, fmt.Errorf("no HTTP: %q", line)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, fmt.Errorf("no HTTP status: %q", line)
	}
	length, err := c.readHeader()
	if err != nil {
		return 0, err
	}
	c.body = c.body[:0]
	switch {
	case length == chunked:
		return status, c.readChunks()
	case length > 0:
		return status, c.readBody(length)
	}
	return status, nil
}

const chunked = -1

// readHeader returns the body's length, or chunked.
func (c *httpConnection) readHeader() (length int, err error) {
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			return length, nil
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, err
			}
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			length = chunked
		}
	}
}

func (c *httpConnection) readChunks() error {
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return err
		}
		size, err := strconv.ParseInt(string(bytes.TrimRight(line, "\r\n")), 16, 32)
		if err != nil {
			return err
		}
		if size > 0 {
			if err := c.readBody(int(size)); err != nil {
				return err
			}
		}
		if _, err := c.in.Discard(len("\r\n")); err != nil {
			return err
		}
		if size == 0 {
			return nil
		}
	}
}

func (c *httpConnection) readBody(length int) error {
	start := len(c.body)
	if cap(c.body) < start+length {
		c.body = append(make([]byte, 0, 2*(start+length)), c.body...)
	}
	c.body = c.body[:start+length]
	_, err := io.ReadFull(c.in, c.body[start:])
	return err
}

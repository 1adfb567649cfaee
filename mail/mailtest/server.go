// Package mailtest is a mail server for tests: it speaks SMTP on a loopback port, keeps what it is given, and misbehaves as
// the test wants. It is for tests alone.
package mailtest

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/textproto"
	"strings"
	"sync"
	"testing"
)

// HangUp is a reply that is none: the server closes the connection.
const HangUp = "hang up"

// Server is a running mail server.
type Server struct {
	listener net.Listener
	script   func(verb, argument string) string
	sessions sync.WaitGroup

	mu          sync.Mutex
	messages    []Message
	connections int
	open        map[net.Conn]struct{}
}

// Message is an e-mail that the server has taken.
type Message struct {
	From, To string // of the envelope
	Header   mail.Header
	Subject  string
	Text     string // the plain part
	HTML     string
}

// Start starts a server that ends with the test. For every command the script, if given, may return a reply of its own ("" for
// the usual one, or HangUp): verb is the command in capitals, argument the rest of the line. TAKEN stands for the moment
// when a message has been stored and not yet been confirmed; its argument is the recipient's address.
func Start(t testing.TB, script func(verb, argument string) string) *Server {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if script == nil {
		script = func(string, string) string { return "" }
	}
	s := &Server{listener: listener, script: script, open: map[net.Conn]struct{}{}}
	s.sessions.Go(s.accept)
	t.Cleanup(s.stop)
	return s
}

// URL is what PLACEOPS_SMTP_URL would be; login is "user:password@" or empty.
func (s *Server) URL(login string) string { return "smtp://" + login + s.listener.Addr().String() }

// Messages are the e-mails taken so far.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Message(nil), s.messages...)
}

// Connections counts the connections so far.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connections
}

func (s *Server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return // stopped
		}
		s.mu.Lock()
		s.connections++
		s.open[conn] = struct{}{}
		s.mu.Unlock()
		s.sessions.Go(func() {
			defer func() {
				s.mu.Lock()
				delete(s.open, conn)
				s.mu.Unlock()
				_ = conn.Close()
			}()
			(&session{server: s, conn: conn, in: bufio.NewReader(conn)}).serve()
		})
	}
}

func (s *Server) stop() {
	_ = s.listener.Close()
	s.mu.Lock()
	for conn := range s.open {
		_ = conn.Close()
	}
	s.mu.Unlock()
	s.sessions.Wait()
}

// session is one connection.
type session struct {
	server   *Server
	conn     net.Conn
	in       *bufio.Reader
	from, to string
}

func (c *session) serve() {
	if !c.reply("220 mail.test ESMTP") {
		return
	}
	for {
		line, err := c.in.ReadString('\n')
		if err != nil {
			return
		}
		verb, argument, _ := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
		verb = strings.ToUpper(verb)
		answer := c.server.script(verb, argument)
		if answer == "" {
			answer = c.usual(verb, argument)
		}
		if !c.reply(answer) || verb == "QUIT" {
			return
		}
		if verb == "DATA" && strings.HasPrefix(answer, "354") && !c.data() {
			return
		}
	}
}

func (c *session) reply(text string) bool {
	if text == HangUp {
		return false
	}
	_, err := fmt.Fprintf(c.conn, "%s\r\n", strings.ReplaceAll(text, "\n", "\r\n"))
	return err == nil
}

func (c *session) usual(verb, argument string) string {
	switch verb {
	case "EHLO":
		return "250-mail.test\n250-AUTH PLAIN LOGIN\n250-ENHANCEDSTATUSCODES\n250 8BITMIME"
	case "AUTH":
		return c.auth(argument)
	case "MAIL":
		c.from = address(argument)
	case "RCPT":
		c.to = address(argument)
	case "RSET", "NOOP":
		c.from, c.to = "", ""
	case "DATA":
		return "354 go on"
	case "QUIT":
		return "221 bye"
	default:
		return "502 5.5.1 unknown command"
	}
	return "250 2.0.0 ok"
}

// auth takes the password "right" and no other.
func (c *session) auth(argument string) string {
	_, encoded, _ := strings.Cut(argument, " ")
	login, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || !bytes.HasSuffix(login, []byte("\x00right")) {
		return "535 5.7.8 wrong user or password"
	}
	return "235 2.7.0 welcome"
}

func (c *session) data() bool {
	body, err := io.ReadAll(textproto.NewReader(c.in).DotReader())
	if err != nil {
		return false
	}
	message, err := parse(body)
	if err != nil {
		return c.reply("554 5.6.0 this is no e-mail: " + err.Error())
	}
	message.From, message.To = c.from, c.to
	answer := c.server.script("CONTENT", c.to)
	if answer != "" {
		return c.reply(answer)
	}
	c.server.mu.Lock()
	c.server.messages = append(c.server.messages, message)
	c.server.mu.Unlock()
	if answer = c.server.script("TAKEN", c.to); answer == "" {
		answer = "250 2.0.0 taken"
	}
	return c.reply(answer)
}

func address(argument string) string {
	_, rest, _ := strings.Cut(argument, "<")
	inside, _, _ := strings.Cut(rest, ">")
	return inside
}

func parse(raw []byte) (Message, error) {
	read, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return Message{}, err
	}
	m := Message{Header: read.Header}
	if m.Subject, err = new(mime.WordDecoder).DecodeHeader(read.Header.Get("Subject")); err != nil {
		return m, err
	}
	kind, params, err := mime.ParseMediaType(read.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		return m, fmt.Errorf("content type %q: %w", kind, err)
	}
	parts := multipart.NewReader(read.Body, params["boundary"])
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return m, nil
		}
		if err != nil {
			return m, err
		}
		text, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			return m, err
		}
		switch kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type")); kind {
		case "text/plain":
			m.Text = strings.ReplaceAll(string(text), "\r\n", "\n")
		case "text/html":
			m.HTML = string(text)
		}
	}
}

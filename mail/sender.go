package mail

import (
	"context"
	"errors"
	"fmt"
	netmail "net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Settings say how e-mails are sent.
type Settings struct {
	Server Server
	From   *netmail.Address
	Link   string         // where people sign in; empty: no link
	Zone   *time.Location // the office's
}

// Sender sends letters. It holds no connection between two calls of Send.
type Sender struct {
	server Server
	from   *netmail.Address
	link   string
	zone   *time.Location
}

// NewSender returns a Sender.
func NewSender(settings Settings) *Sender {
	return &Sender{server: settings.Server, from: settings.From, link: settings.Link, zone: settings.Zone}
}

// Outcome is what became of a letter.
type Outcome int

// A letter is unsent, for now, unless the server took it or will never take it.
const (
	Unsent Outcome = iota
	Sent
	Refused
)

// Result is what became of a letter, and the server's words if it was not sent.
type Result struct {
	Outcome Outcome
	Reply   string
}

// Send sends the letters one after the other over one connection, until ctx ends, and returns a Result for each. One that
// the server refuses, or does not take now, does not hold up the others. The error is about the connection or the server as
// such: the letters after it are Unsent.
func (s *Sender) Send(ctx context.Context, letters []Letter) ([]Result, error) {
	results := make([]Result, len(letters))
	client, err := s.server.client()
	if err != nil {
		return results, err
	}
	if err := client.DialWithContext(ctx); err != nil {
		return results, fmt.Errorf("mail server %s: %w", s.server, err)
	}
	defer func() { _ = client.Close() }() // what was accepted is accepted
	for i, letter := range letters {
		if ctx.Err() != nil {
			return results, nil
		}
		message, err := s.compose(letter)
		if err != nil {
			results[i] = Result{Outcome: Refused, Reply: err.Error()}
			continue
		}
		if results[i], err = resultOf(message, client.Send(message)); err != nil {
			return results, fmt.Errorf("mail server %s: %w", s.server, err)
		}
	}
	return results, nil
}

// resultOf sorts the ends of a delivery into those of this letter and those (the error) that would be every letter's.
func resultOf(message *gomail.Msg, err error) (Result, error) {
	if err == nil {
		return Result{Outcome: Sent}, nil
	}
	if message.IsDelivered() { // the connection broke after the server had taken the letter
		return Result{Outcome: Sent}, err
	}
	var failed *gomail.SendError
	if !errors.As(err, &failed) || failed.ErrorCode() == 0 || isServers(failed) {
		return Result{Outcome: Unsent}, err
	}
	if failed.ErrorCode() >= 500 && !strings.HasPrefix(failed.EnhancedStatusCode(), "5.7.") {
		return Result{Outcome: Refused, Reply: failed.Error()}, nil
	}
	// 4xx is "not now". 5.7.x is policy: more often than of this reader it speaks of a sender who is not set up right yet.
	return Result{Outcome: Unsent, Reply: failed.Error()}, nil
}

// isServers tells that a reply is about the session or the sender, not about one letter.
func isServers(failed *gomail.SendError) bool {
	switch failed.ErrorCode() {
	case 421, 530, 535, 538:
		return true
	}
	switch failed.Reason {
	case gomail.ErrSMTPRcptTo, gomail.ErrSMTPData, gomail.ErrSMTPDataClose:
		return false
	default:
		return true
	}
}

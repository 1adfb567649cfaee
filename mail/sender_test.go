package mail_test

import (
	"context"
	"fmt"
	netmail "net/mail"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/mail"
	"placeops/mail/mailtest"
)

var kolkata = time.FixedZone("IST", 5*3600+1800)

func sender(t *testing.T, url string) *mail.Sender {
	t.Helper()
	server, err := mail.ParseServer(url)
	require.NoError(t, err)
	return mail.NewSender(mail.Settings{
		Server: server, From: &netmail.Address{Name: "Placement Office", Address: "office@college.example"},
		Link: "https://placement.college.example", Zone: kolkata,
	})
}

// letters are to student 0, 1, … at s0@college.example, s1@….
func letters(count int) []mail.Letter {
	all := make([]mail.Letter, count)
	for i := range all {
		all[i] = mail.Letter{
			ID: fmt.Sprintf("notice-1.%d.1", i), Name: fmt.Sprintf("Student %d", i), Address: fmt.Sprintf("s%d@college.example", i),
			Title: "You can register", Message: "Acme (Engineer) is open for your registration.",
			Drive: mail.Drive{Company: "Acme", JobTitle: "Engineer"},
		}
	}
	return all
}

func TestLetterIsPlainTextAndHTML(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, nil)
	deadline := time.Date(2026, 11, 30, 18, 0, 0, 0, time.UTC)
	letter := mail.Letter{
		ID: "notice-7.42.99", Name: "Zoë <b>", Address: "zoe@college.example", Title: "You can register",
		Message: "A & B (Engineer) is open for your registration.",
		Drive: mail.Drive{
			Company: "A & B\r\nBcc: x@y.example", JobTitle: "Engineer", Location: "Pune", PackageLPA: "12.5", RegistrationDeadline: &deadline,
		},
	}
	results, err := sender(t, server.URL("")).Send(t.Context(), []mail.Letter{letter})
	require.NoError(t, err)
	require.Equal(t, []mail.Result{{Outcome: mail.Sent}}, results)
	require.Len(t, server.Messages(), 1)
	m := server.Messages()[0]
	require.Equal(t, "office@college.example", m.From)
	require.Equal(t, "zoe@college.example", m.To)
	require.Equal(t, "You can register: A & B Bcc: x@y.example (Engineer)", m.Subject)
	require.Equal(t, "<notice-7.42.99@college.example>", m.Header.Get("Message-ID"))
	require.Equal(t, "auto-generated", m.Header.Get("Auto-Submitted"))
	require.Equal(t, `"Placement Office" <office@college.example>`, m.Header.Get("From"))
	require.NotEmpty(t, m.Header.Get("Date"))
	require.Empty(t, m.Header.Get("Bcc"), "a line break in a company's name adds no header")
	require.Equal(t, `Dear Zoë <b>,

A & B (Engineer) is open for your registration.

Company:        A & B Bcc: x@y.example
Job:            Engineer
Location:       Pune
Package:        12.5 LPA
Register until: Monday, 30 November 2026, 23:30 IST

Sign in: https://placement.college.example

-- 
The placement office. This e-mail was sent by placeOps; replies may not be read.
`, m.Text)
	require.Contains(t, m.HTML, "Dear Zoë &lt;b&gt;,")
	require.Contains(t, m.HTML, `href="https://placement.college.example"`)
	require.NotContains(t, m.HTML, "Interview", "what is not known is left out")
}

// TestOneLetterDoesNotHoldUpTheOthers has the server treat the second of three letters in every way a server can.
func TestOneLetterDoesNotHoldUpTheOthers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		verb, reply string
		address     string // of the second letter, if it is the fault
		want        mail.Outcome
	}{
		"no such mailbox":          {verb: "RCPT", reply: "550 5.1.1 no such user", want: mail.Refused},
		"mailbox full for now":     {verb: "RCPT", reply: "452 4.2.2 mailbox full", want: mail.Unsent},
		"greylisted":               {verb: "RCPT", reply: "451 4.7.1 come back later", want: mail.Unsent},
		"relaying is not set up":   {verb: "RCPT", reply: "554 5.7.1 relay access denied", want: mail.Unsent},
		"content refused":          {verb: "CONTENT", reply: "554 5.6.0 no", want: mail.Refused},
		"content not taken now":    {verb: "CONTENT", reply: "451 4.3.0 busy", want: mail.Unsent},
		"address of two lines":     {address: "a@b.example\r\nRCPT TO:<c@d.example>", want: mail.Refused},
		"address without a domain": {address: "somebody", want: mail.Refused},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := mailtest.Start(t, func(verb, argument string) string {
				if verb == c.verb && strings.Contains(argument, "s1@") {
					return c.reply
				}
				return ""
			})
			three := letters(3)
			if c.address != "" {
				three[1].Address = c.address
			}
			results, err := sender(t, server.URL("")).Send(t.Context(), three)
			require.NoError(t, err)
			require.Equal(t, []mail.Outcome{mail.Sent, c.want, mail.Sent}, outcomes(results))
			require.NotEmpty(t, results[1].Reply)
			require.Len(t, server.Messages(), 2)
			require.Equal(t, 1, server.Connections())
		})
	}
}

// TestServersOwnTroubleEndsTheRun has the connection or the sender fail at the second of three letters: the third is not
// tried, and nobody is taken to be unreachable.
func TestServersOwnTroubleEndsTheRun(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		verb, reply string
		want        []mail.Outcome
	}{
		"hangs up before the content":    {"DATA", mailtest.HangUp, []mail.Outcome{mail.Sent, mail.Unsent, mail.Unsent}},
		"hangs up after the content":     {"TAKEN", mailtest.HangUp, []mail.Outcome{mail.Sent, mail.Unsent, mail.Unsent}},
		"hangs up after the confirming":  {"RSET", mailtest.HangUp, []mail.Outcome{mail.Sent, mail.Sent, mail.Unsent}},
		"goes down":                      {"RCPT", "421 4.3.2 shutting down", []mail.Outcome{mail.Sent, mail.Unsent, mail.Unsent}},
		"does not like the sender":       {"MAIL", "550 5.1.8 who are you", []mail.Outcome{mail.Sent, mail.Unsent, mail.Unsent}},
		"wants a password all of sudden": {"RCPT", "530 5.7.0 authentication required", []mail.Outcome{mail.Sent, mail.Unsent, mail.Unsent}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var times atomic.Int32
			server := mailtest.Start(t, func(verb, _ string) string {
				if verb == c.verb && times.Add(1) == 2 {
					return c.reply
				}
				return ""
			})
			results, err := sender(t, server.URL("")).Send(t.Context(), letters(3))
			require.Error(t, err)
			require.Equal(t, c.want, outcomes(results))
		})
	}
}

func TestPasswordIsUsed(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, nil)
	results, err := sender(t, server.URL("office:right@")).Send(t.Context(), letters(1))
	require.NoError(t, err)
	require.Equal(t, []mail.Outcome{mail.Sent}, outcomes(results))

	results, err = sender(t, server.URL("office:secret-and-wrong@")).Send(t.Context(), letters(1))
	require.ErrorContains(t, err, "535")
	require.NotContains(t, err.Error(), "secret-and-wrong")
	require.Equal(t, []mail.Outcome{mail.Unsent}, outcomes(results))
}

func TestNobodyListens(t *testing.T) {
	t.Parallel()
	results, err := sender(t, "smtp://127.0.0.1:1").Send(t.Context(), letters(2))
	require.ErrorContains(t, err, "mail server 127.0.0.1:1")
	require.Equal(t, []mail.Outcome{mail.Unsent, mail.Unsent}, outcomes(results))
}

func TestSendingStopsBetweenLetters(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	server := mailtest.Start(t, func(verb, _ string) string {
		if verb == "TAKEN" {
			cancel()
		}
		return ""
	})
	results, err := sender(t, server.URL("")).Send(ctx, letters(3))
	require.NoError(t, err)
	require.Equal(t, []mail.Outcome{mail.Sent, mail.Unsent, mail.Unsent}, outcomes(results))
}

func outcomes(results []mail.Result) []mail.Outcome {
	all := make([]mail.Outcome, len(results))
	for i, result := range results {
		all[i] = result.Outcome
	}
	return all
}

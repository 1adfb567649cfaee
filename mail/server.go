package mail

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Server is the mail server that takes the e-mails.
type Server struct {
	host           string
	port           int
	user, password string
	tls            bool // from the first byte, not by STARTTLS
}

// errServer says nothing of the URL: it may hold a password.
var errServer = errors.New("not an SMTP URL; write smtp://user:password@host:587 or smtps://user:password@host:465")

const (
	submissionPort = 587
	smtpsPort      = 465
	// replyTimeout bounds the connecting, and each message. A server that needs longer is in trouble.
	replyTimeout = 30 * time.Second
)

// ParseServer reads smtp://user:password@host:587 or smtps://…; user and password may be left out.
func ParseServer(text string) (Server, error) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return Server{}, errServer
	}
	s := Server{host: u.Hostname(), port: submissionPort, user: u.User.Username()}
	s.password, _ = u.User.Password()
	switch u.Scheme {
	case "smtp":
	case "smtps":
		s.tls, s.port = true, smtpsPort
	default:
		return Server{}, errServer
	}
	if u.Port() != "" {
		port, err := strconv.ParseUint(u.Port(), 10, 16)
		if err != nil || port == 0 {
			return Server{}, errServer
		}
		s.port = int(port)
	}
	return s, nil
}

// client is ready to dial. A password only travels encrypted, except inside this machine.
func (s Server) client() (*gomail.Client, error) {
	options := []gomail.Option{
		gomail.WithPort(s.port), gomail.WithTimeout(replyTimeout), gomail.WithoutNoop(), gomail.WithTLSPolicy(gomail.TLSOpportunistic),
	}
	if s.user != "" {
		auth := []gomail.SMTPAuthType{
			gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthSCRAMSHA1, gomail.SMTPAuthCramMD5, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin,
		}
		options = append(options, gomail.WithUsername(s.user), gomail.WithPassword(s.password),
			gomail.WithOpportunisticSMTPAuth(auth...))
		if !s.local() {
			options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
		}
	}
	if s.tls {
		options = append(options, gomail.WithSSL())
	}
	return gomail.NewClient(s.host, options...)
}

func (s Server) local() bool {
	address, err := netip.ParseAddr(s.host)
	return s.host == "localhost" || err == nil && address.IsLoopback()
}

// String names the server without its password.
func (s Server) String() string { return net.JoinHostPort(s.host, strconv.Itoa(s.port)) }

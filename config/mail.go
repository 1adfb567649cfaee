package config

import (
	netmail "net/mail"
	"net/url"
	"slices"

	"placeops/mail"
)

// Mail returns what sends e-mail; nil when no mail server is set.
func (c Config) Mail() *mail.Sender {
	if c.SMTPURL == "" {
		return nil
	}
	server, err := mail.ParseServer(c.SMTPURL)
	if err != nil {
		panic(err) // Load has checked it
	}
	from, err := netmail.ParseAddress(c.MailFrom)
	if err != nil {
		panic(err) // Load has checked it
	}
	return mail.NewSender(mail.Settings{Server: server, From: from, Link: c.PublicURL, Zone: c.Zone})
}

func (c *Config) checkMail() Faults {
	var faults Faults
	if c.SMTPURL != "" {
		if _, err := mail.ParseServer(c.SMTPURL); err != nil {
			faults = append(faults, Fault{Setting: "PLACEOPS_SMTP_URL"})
		}
	}
	switch _, err := netmail.ParseAddress(c.MailFrom); {
	case c.MailFrom == "" && c.SMTPURL != "":
		faults = append(faults, Fault{Setting: "PLACEOPS_MAIL_FROM", Detail: "must be set when PLACEOPS_SMTP_URL is"})
	case c.MailFrom != "" && err != nil:
		faults = append(faults, Fault{Setting: "PLACEOPS_MAIL_FROM"})
	}
	if c.PublicURL != "" && !isPublicURL(c.PublicURL) {
		faults = append(faults, Fault{Setting: "PLACEOPS_PUBLIC_URL"})
	}
	return faults
}

func isPublicURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && slices.Contains([]string{"http", "https"}, u.Scheme) && u.Hostname() != "" &&
		u.User == nil && u.RawQuery == "" && u.Fragment == ""
}

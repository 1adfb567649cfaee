package auth

import (
	"errors"
	"net/mail"
	"strings"
)

// maxEmail is the longest address that RFC 5321 lets be delivered, in bytes.
const maxEmail = 254

// ErrEmail is what CheckEmail says of everything that is no address.
var ErrEmail = errors.New("is not an e-mail address")

// CheckEmail returns a plain address (no display name) without outer spaces, or ErrEmail.
func CheckEmail(text string) (string, error) {
	email := strings.TrimSpace(text)
	parsed, err := mail.ParseAddress(email)
	if err != nil || parsed.Address != email || len(email) > maxEmail {
		return email, ErrEmail
	}
	return email, nil
}

package auth

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/ccojocar/zxcvbn-go/data"
)

// How long a password may be, in characters (not bytes).
const (
	MinPasswordLength = 8
	MaxPasswordLength = 128
)

// PolicyError says why a password may not be chosen. Its message is meant for
// the person who chose it and does not repeat the password.
type PolicyError struct {
	Message string
}

// Error returns the message.
func (e *PolicyError) Error() string {
	return e.Message
}

// CheckPassword returns a *PolicyError when pw may not be chosen as a password:
// shorter than 8 or longer than 128 characters, not UTF-8, or as a whole one
// of the well-known passwords, words and names. A word within it is fine.
func CheckPassword(pw string) error {
	if !utf8.ValidString(pw) {
		return &PolicyError{Message: "the password must be valid UTF-8 text"}
	}
	length := utf8.RuneCountInString(pw)
	if length < MinPasswordLength || length > MaxPasswordLength {
		return &PolicyError{Message: fmt.Sprintf("the password must have %d to %d characters", MinPasswordLength, MaxPasswordLength)}
	}
	if isCommon(strings.ToLower(pw)) {
		return &PolicyError{Message: "this is one of the most used passwords or a single word: choose another one, such as several words"}
	}
	return nil
}

// decorated is what people make of the first password that comes to mind when a digit or a sign is asked for.
var decorated = regexp.MustCompile(`^(password|passw0rd|p@ssw0rd|p@ssword|admin|welcome|qwerty|letmein|changeme)[!@#$_.-]?[0-9]{0,4}[!@#$]?$`)

// isCommon tells whether a password in small letters is one that everybody tries first.
func isCommon(pw string) bool {
	_, listed := commonPasswords()[pw]
	return listed || decorated.MatchString(pw)
}

// commonPasswords is the set of passwords to refuse, in small letters. It is
// read when first needed: most commands never need it, and reading takes some
// tens of milliseconds.
var commonPasswords = sync.OnceValue(func() map[string]struct{} {
	set := make(map[string]struct{})
	for _, name := range []string{"Passwords", "English", "FemaleNames", "MaleNames", "Surnames"} {
		for _, word := range wordList(name) {
			if utf8.RuneCountInString(word) >= MinPasswordLength {
				set[strings.ToLower(word)] = struct{}{}
			}
		}
	}
	return set
})

// wordList reads one list out of the zxcvbn data. The data package is used
// directly because the packages above it load everything at start.
func wordList(name string) []string {
	var file struct{ List []string }
	if err := json.Unmarshal(data.MustAsset("data/"+name+".json"), &file); err != nil {
		panic(fmt.Sprintf("word list %s of the zxcvbn data: %v", name, err)) // compiled in, so never at run time
	}
	return file.List
}

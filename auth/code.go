package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"unicode"
)

const (
	// Crockford's base32: no I, L, O (read as 1, 1, 0) and no U.
	codeAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	codeSymbols  = 16 // of 5 bits each: 80 bits
	groupLength  = 4

	passwordSymbols = 20 // of 5 bits each: 100 bits
)

// NewCode returns a new one-time code of 80 random bits, written
// "XXXX-XXXX-XXXX-XXXX". It is shown to people once; keep only its HashCode.
func NewCode() string {
	return grouped(randomSymbols(codeSymbols))
}

// NewPassword returns a new password of 100 random bits that can be read out
// and typed: five groups of four small letters and digits. It is not shaped
// like a one-time code.
func NewPassword() string {
	return strings.ToLower(grouped(randomSymbols(passwordSymbols)))
}

// HashCode returns the SHA-256 of a code as a person typed it: letter case,
// spaces and dashes do not matter, O is 0, I and L are 1. It returns false for
// what is not shaped like a code. A fast hash is enough: nobody can go through
// 80 random bits.
func HashCode(code string) ([]byte, bool) {
	var normal [codeSymbols]byte
	n := 0
	for _, r := range code {
		if isSeparator(r) {
			continue
		}
		symbol, ok := codeSymbol(r)
		if !ok || n == codeSymbols {
			return nil, false
		}
		normal[n] = symbol
		n++
	}
	if n != codeSymbols {
		return nil, false
	}
	sum := sha256.Sum256(normal[:])
	return sum[:], true
}

// isSeparator includes the dashes and spaces that word processors put in place
// of the typed ones.
func isSeparator(r rune) bool {
	return r == '-' || unicode.IsSpace(r) || unicode.Is(unicode.Pd, r)
}

// codeSymbol returns the one spelling of a symbol of a code.
func codeSymbol(r rune) (byte, bool) {
	if r >= 'a' && r <= 'z' {
		r -= 'a' - 'A'
	}
	switch r {
	case 'O':
		r = '0'
	case 'I', 'L':
		r = '1'
	}
	if !strings.ContainsRune(codeAlphabet, r) {
		return 0, false
	}
	return byte(r), true
}

func randomSymbols(n int) string {
	random := make([]byte, (n*5+7)/8)
	_, _ = rand.Read(random) // never fails: the program stops if there is no randomness
	return base32.NewEncoding(codeAlphabet).EncodeToString(random)[:n]
}

// grouped puts a dash after every four symbols but the last.
func grouped(symbols string) string {
	var b strings.Builder
	for i, symbol := range []byte(symbols) {
		if i > 0 && i%groupLength == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(symbol)
	}
	return b.String()
}

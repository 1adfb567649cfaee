package site

import (
	"strconv"
	"strings"
	"unicode"
)

// anchors names headings as GitHub and its like do: small letters, spaces become hyphens, other signs go. It counts how often
// a name was used.
type anchors map[string]int

func (a anchors) next(heading string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case unicode.IsLetter(r), unicode.IsNumber(r), unicode.IsMark(r), r == '-', r == '_':
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
	used := a[name]
	a[name]++
	if used > 0 {
		name += "-" + strconv.Itoa(used)
	}
	return name
}

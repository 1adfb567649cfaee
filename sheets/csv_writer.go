package sheets

import (
	"bufio"
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// CSVWriter writes RFC 4180 with a byte order mark, by which Excel knows that the text is UTF-8.
type CSVWriter struct {
	out *bufio.Writer
}

// csvBuffer holds some hundred rows, in bytes.
const csvBuffer = 32 << 10

// NewCSVWriter starts a file on w. Nothing may have arrived there before Flush.
func NewCSVWriter(w io.Writer) *CSVWriter {
	out := bufio.NewWriterSize(w, csvBuffer)
	// An error stays with the buffer and comes back from Write or Flush.
	_, _ = out.WriteString("\ufeff")
	return &CSVWriter{out: out}
}

// Write writes one row. Each cell goes through SafeText.
func (c *CSVWriter) Write(cells ...string) error {
	for i, cell := range cells {
		if i > 0 {
			_ = c.out.WriteByte(',')
		}
		_, _ = c.out.WriteString(quoted(cell))
	}
	_, err := c.out.WriteString("\r\n")
	return err
}

// Flush hands everything on to the writer below.
func (c *CSVWriter) Flush() error { return c.out.Flush() }

// quoted puts a cell into quotation marks where it has to be, and where a program that separates by semicolons or
// tabs would otherwise split it and see a formula.
func quoted(cell string) string {
	safe := SafeText(cell)
	if safe == cell && !strings.ContainsAny(cell, "\",;\t\r\n") && strings.TrimSpace(cell) == cell {
		return safe
	}
	return `"` + strings.ReplaceAll(safe, `"`, `""`) + `"`
}

// isPlain tells what no formula begins with, nor anything that hides one.
func isPlain(c byte) bool {
	return '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

// negativeNumber matches the one thing that begins like a formula and is none.
var negativeNumber = regexp.MustCompile(`^-\d+(\.\d+)?$`)

// formulaStarts are the characters that begin a formula, with their wide forms.
const formulaStarts = "=+-@＝＋－＠"

// SafeText returns text so that no spreadsheet runs it: what begins like a formula, also behind spaces or characters
// that cannot be seen, or begins with a tab or carriage return, gets an apostrophe in front. Negative numbers stay.
func SafeText(text string) string {
	if text == "" || isPlain(text[0]) {
		return text // as nearly all cells are
	}
	if negativeNumber.MatchString(text) {
		return text
	}
	start := strings.TrimLeftFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
	})
	first, size := utf8.DecodeRuneInString(start)
	if strings.HasPrefix(text, "\t") || strings.HasPrefix(text, "\r") || size > 0 && strings.ContainsRune(formulaStarts, first) {
		return "'" + text
	}
	return text
}

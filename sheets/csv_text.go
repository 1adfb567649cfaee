package sheets

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// textForm is how a text file writes characters and line ends.
type textForm struct {
	encoding encoding.Encoding
	// crOnly marks the line ends of Excel's "CSV (Macintosh)".
	crOnly bool
}

// decode returns the text of r as UTF-8 without a byte order mark and with line feeds.
func (f textForm) decode(r io.Reader) io.Reader {
	r = transform.NewReader(r, f.encoding.NewDecoder())
	if f.crOnly {
		r = lineFeeds{r}
	}
	return r
}

// lineFeeds replaces every carriage return by a line feed.
type lineFeeds struct{ io.Reader }

func (l lineFeeds) Read(p []byte) (int, error) {
	n, err := l.Reader.Read(p)
	for i, b := range p[:n] {
		if b == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}

// recogniseText finds the encoding: the one that a byte order mark names, else UTF-8 where every byte fits, else
// Windows-1252, in which Excel saves CSV on a western computer.
func recogniseText(source io.ReaderAt, size int64, sample []byte) (textForm, error) {
	if len(sample) == 0 {
		return textForm{}, ErrEmpty
	}
	if bytes.HasPrefix(sample, []byte("\xff\xfe")) || bytes.HasPrefix(sample, []byte("\xfe\xff")) {
		form := textForm{encoding: unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)}
		return form, nil
	}
	if err := refuseOtherFormats(sample); err != nil {
		return textForm{}, err
	}
	form := textForm{encoding: unicode.UTF8BOM}
	form.crOnly = bytes.IndexByte(sample, '\r') >= 0 && bytes.IndexByte(sample, '\n') < 0
	_, err := io.Copy(io.Discard, transform.NewReader(io.NewSectionReader(source, 0, size), encoding.UTF8Validator))
	if errors.Is(err, encoding.ErrInvalidUTF8) {
		form.encoding = charmap.Windows1252
		return form, nil
	}
	if err != nil {
		return textForm{}, fmt.Errorf("read the file: %w", err)
	}
	return form, nil
}

// refuseOtherFormats tells apart what can be named better than by the nonsense it makes as CSV.
func refuseOtherFormats(sample []byte) error {
	start := bytes.TrimLeft(bytes.TrimPrefix(sample, []byte("\xef\xbb\xbf")), " \t\r\n")
	switch {
	case len(start) == 0 && len(sample) < sampleBytes:
		return ErrEmpty
	case bytes.HasPrefix(start, []byte("<")):
		return fileError(ErrNotATable, "This is a web page with a spreadsheet's name. Open it in Excel and save it as .xlsx or .csv.")
	case bytes.HasPrefix(start, []byte("%PDF-")), bytes.HasPrefix(start, []byte(`{\rtf`)):
		return fileError(ErrNotATable, "This is a text document, not a table. Send an Excel workbook (.xlsx) or a CSV file (.csv).")
	case isBinary(sample):
		return ErrNotATable
	}
	return nil
}

// isBinary tells bytes that no text has: a NUL, or more than a few control characters.
func isBinary(sample []byte) bool {
	controls := 0
	for _, b := range sample {
		if b == 0 {
			return true
		}
		if b < ' ' && b != '\t' && b != '\r' && b != '\n' {
			controls++
		}
	}
	return controls > 8 && controls*50 > len(sample)
}

// findDelimiter consumes a first line such as "sep=;" or else judges by the headings, without consuming them.
func findDelimiter(text *bufio.Reader) (delimiter rune, skipped int, err error) {
	head, err := text.Peek(sampleBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, 0, fmt.Errorf("read the file: %w", err)
	}
	first, _, _ := bytes.Cut(head, []byte("\n"))
	named := strings.Trim(string(first), "\"\r ")
	if len(named) == len("sep=;") && strings.EqualFold(named[:4], "sep=") && strings.ContainsRune(",;\t", rune(named[4])) {
		_, err := text.Discard(min(len(first)+1, len(head)))
		return rune(named[4]), 1, err
	}
	return commonDelimiter(head), 0, nil
}

// commonDelimiter returns what separates the headings: the mark that is most frequent outside of quotes in the
// first line with content. A single column has none; then it is the comma.
func commonDelimiter(head []byte) rune {
	counts := map[byte]int{}
	quoted := false
	for _, b := range bytes.TrimLeft(head, "\r\n ") {
		if b == '"' {
			quoted = !quoted
		}
		if b == '\n' && !quoted {
			break
		}
		if !quoted {
			counts[b]++
		}
	}
	best := byte(',')
	for _, candidate := range []byte(";\t") {
		if counts[candidate] > counts[best] {
			best = candidate
		}
	}
	return rune(best)
}

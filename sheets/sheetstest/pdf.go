// Package sheetstest reads what package sheets has written. It is for tests alone.
package sheetstest

import (
	"bytes"
	"compress/zlib"
	"io"
	"regexp"
	"testing"
	"unicode/utf16"
)

var (
	pdfStream = regexp.MustCompile(`(?s)<<([^>]*)>>\nstream\n(.*?)\nendstream`)
	pdfShow   = regexp.MustCompile(`(?s)\(((?:\\.|[^\\)])*)\) ?Tj`)
	pdfEscape = regexp.MustCompile(`(?s)\\(.)`)
)

// PDFPages are the texts of each page of a report, in the order in which they are drawn.
func PDFPages(t testing.TB, content []byte) [][]string {
	t.Helper()
	var pages [][]string
	for _, stream := range pdfStream.FindAllSubmatch(content, -1) {
		if !bytes.Contains(stream[1], []byte("/FlateDecode")) {
			continue
		}
		var texts []string
		for _, show := range pdfShow.FindAllSubmatch(inflated(t, stream[2]), -1) {
			texts = append(texts, shownText(show[1]))
		}
		if texts != nil {
			pages = append(pages, texts)
		}
	}
	return pages
}

// PDFTexts are the texts of all pages.
func PDFTexts(t testing.TB, content []byte) []string {
	t.Helper()
	var all []string
	for _, page := range PDFPages(t, content) {
		all = append(all, page...)
	}
	return all
}

func inflated(t testing.TB, deflated []byte) []byte {
	t.Helper()
	r, err := zlib.NewReader(bytes.NewReader(deflated))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// shownText reads a string of a page: UTF-16, with some bytes escaped.
func shownText(escaped []byte) string {
	raw := pdfEscape.ReplaceAllFunc(escaped, func(e []byte) []byte {
		if e[1] == 'r' {
			return []byte{'\r'}
		}
		return e[1:]
	})
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = uint16(raw[2*i])<<8 | uint16(raw[2*i+1])
	}
	return string(utf16.Decode(units))
}

// Package sheetstest reads what package sheets has written, and holds it against golden files. It is for tests alone.
package sheetstest

import (
	"bytes"
	"cmp"
	"compress/zlib"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
)

var (
	pdfObject   = regexp.MustCompile(`(?s)(\d+) 0 obj\n(.*?)\nendobj`)
	pdfStream   = regexp.MustCompile(`(?s)^<<([^>]*)>>\nstream\n(.*)\nendstream$`)
	pdfPage     = regexp.MustCompile(`(?s)/Type /Page\n.*?/Contents (\d+) 0 R`)
	pdfFontUse  = regexp.MustCompile(`/(F[0-9a-f]{40}) (\d+) 0 R`)
	pdfFontPart = regexp.MustCompile(`/DescendantFonts \[(\d+) 0 R\]`)
	pdfGlyphs   = regexp.MustCompile(`/BaseFont /(\w+)\n(?s:.*)/CIDToGIDMap (\d+) 0 R`)
	pdfEscape   = regexp.MustCompile(`(?s)\\(.)`)
	pdfMadeOn   = regexp.MustCompile(`/CreationDate \((D:\d+)\)`)
	// pdfShow matches the choice of a font and its size, and a text with its place.
	pdfShow = regexp.MustCompile(`(?s)BT /(F\w+) ([\d.]+) Tf ET|BT (-?[\d.]+) (-?[\d.]+) Td \(((?:\\.|[^\\)])*)\) ?Tj`)
)

// pdfText is a text of a page, and where its baseline begins: in millimetres from the left and from the top.
type pdfText struct {
	left, top float64
	font      string // such as "bold 8.5"
	text      string
	seen      string // text, with a □ for each character that the font does not have
}

// PDFPages are the texts of each page of a report, in the order in which they are drawn.
func PDFPages(t testing.TB, content []byte) [][]string {
	t.Helper()
	var pages [][]string
	for _, page := range readPDF(t, content) {
		var texts []string
		for _, text := range page {
			texts = append(texts, text.text)
		}
		pages = append(pages, texts)
	}
	return pages
}

// PDFTexts are the texts of all pages.
func PDFTexts(t testing.TB, content []byte) []string {
	t.Helper()
	return slices.Concat(PDFPages(t, content)...)
}

// PDFDump is a report as a reader sees it: line by line from the top, each text with its place from the left.
func PDFDump(t testing.TB, content []byte) []byte {
	t.Helper()
	var dump bytes.Buffer
	fmt.Fprintf(&dump, "made %s; places in mm, sizes in points, □ is what the font does not have\n", pdfMadeOn.FindSubmatch(content)[1])
	for i, page := range readPDF(t, content) {
		fmt.Fprintf(&dump, "\npage %d", i+1)
		slices.SortStableFunc(page, func(a, b pdfText) int { return cmp.Or(cmp.Compare(a.top, b.top), cmp.Compare(a.left, b.left)) })
		for j, text := range page {
			if j == 0 || text.top != page[j-1].top || text.font != page[j-1].font {
				fmt.Fprintf(&dump, "\n%6.1f  %-9s", text.top, text.font)
			}
			fmt.Fprintf(&dump, " [%.1f] %s", text.left, text.seen)
		}
		dump.WriteString("\n")
	}
	return dump.Bytes()
}

// pdfFile is a report's objects, by number.
type pdfFile struct {
	t       testing.TB
	objects map[string][]byte
}

// pdfFont is a font, and the number of its glyph for each character; 0 is the box.
type pdfFont struct {
	bold   bool
	glyphs []byte
}

func readPDF(t testing.TB, content []byte) (pages [][]pdfText) {
	t.Helper()
	file := pdfFile{t: t, objects: map[string][]byte{}}
	for _, object := range pdfObject.FindAllSubmatch(content, -1) {
		file.objects[string(object[1])] = object[2]
	}
	fonts := file.fonts(content)
	for _, page := range pdfPage.FindAllSubmatch(content, -1) {
		pages = append(pages, file.page(string(page[1]), fonts))
	}
	return pages
}

func (f *pdfFile) fonts(content []byte) map[string]pdfFont {
	fonts := map[string]pdfFont{}
	for _, use := range pdfFontUse.FindAllSubmatch(content, -1) {
		part := pdfFontPart.FindSubmatch(f.objects[string(use[2])])
		glyphs := pdfGlyphs.FindSubmatch(f.objects[string(part[1])])
		fonts[string(use[1])] = pdfFont{bold: bytes.HasSuffix(glyphs[1], []byte("B")), glyphs: f.stream(string(glyphs[2]))}
	}
	return fonts
}

func (f *pdfFile) page(contents string, fonts map[string]pdfFont) (texts []pdfText) {
	const pageHeight = 595.28
	var font pdfFont
	var name string
	for _, show := range pdfShow.FindAllSubmatch(f.stream(contents), -1) {
		if show[1] != nil {
			font, name = fonts[string(show[1])], strings.TrimSuffix(strings.TrimSuffix(string(show[2]), "0"), ".0")
			if font.bold {
				name = "bold " + name
			}
			continue
		}
		units := shownUnits(show[5])
		texts = append(texts, pdfText{
			left: f.millimetres(show[3]), top: pageHeight*25.4/72 - f.millimetres(show[4]),
			font: name, text: string(utf16.Decode(units)), seen: font.seen(units),
		})
	}
	return texts
}

func (f *pdfFile) millimetres(points []byte) float64 {
	f.t.Helper()
	number, err := strconv.ParseFloat(string(points), 64)
	if err != nil {
		f.t.Fatal(err)
	}
	return number * 25.4 / 72
}

func (f *pdfFile) stream(object string) []byte {
	f.t.Helper()
	parts := pdfStream.FindSubmatch(f.objects[object])
	if parts == nil || !bytes.Contains(parts[1], []byte("/FlateDecode")) {
		f.t.Fatalf("object %s of the PDF is no compressed stream", object)
	}
	r, err := zlib.NewReader(bytes.NewReader(parts[2]))
	if err != nil {
		f.t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		f.t.Fatal(err)
	}
	return text
}

func (f pdfFont) seen(units []uint16) string {
	seen := utf16.Decode(units) // none is beyond 16 bits
	for i, r := range seen {
		if f.glyphs[2*r] == 0 && f.glyphs[2*r+1] == 0 {
			seen[i] = '□'
		}
	}
	return string(seen)
}

// shownUnits reads a string of a page: UTF-16, with some bytes escaped.
func shownUnits(escaped []byte) []uint16 {
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
	return units
}

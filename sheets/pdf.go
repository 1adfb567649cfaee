package sheets

import (
	_ "embed"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/go-pdf/fpdf"
	"golang.org/x/text/unicode/norm"
)

// The font covers the Latin, Greek and Cyrillic scripts and ₹; what it lacks is printed as a box.
var (
	//go:embed fonts/DejaVuSansCondensed.ttf
	regularFont []byte
	//go:embed fonts/DejaVuSansCondensed-Bold.ttf
	boldFont []byte
)

// Report is a table to be printed: A4 landscape, the heading on every page, pages numbered.
type Report struct {
	Title   string
	Under   string // one line below the title
	Figures []Figure
	Columns []ReportColumn
	Rows    [][]string
	Empty   string // what stands there when there are no rows
	Footer  string
	Made    time.Time
}

// Figure is a number above the table.
type Figure struct{ Label, Value string }

// ReportColumn is one column of a Report.
type ReportColumn struct {
	Heading string
	Width   float64 // in millimetres
	Right   bool    // numbers stand at the right
}

// Measures of a page, in millimetres, and sizes of type, in points.
const (
	pdfMargin    = 12.0
	pdfBottom    = 16.0
	pdfLine      = 4.4
	pdfPadding   = 1.2
	pdfCellLines = 3
	pdfTitleSize = 17.0
	pdfTextSize  = 8.5
	pdfFont      = "DejaVu"
)

type pdfPage struct {
	*fpdf.Fpdf
	report *Report
	width  float64
}

// WritePDF prints the report.
func (r *Report) WritePDF(w io.Writer) error {
	p := pdfPage{Fpdf: fpdf.New("L", "mm", "A4", ""), report: r}
	p.AddUTF8FontFromBytes(pdfFont, "", regularFont)
	p.AddUTF8FontFromBytes(pdfFont, "B", boldFont)
	p.SetTitle(printable(r.Title), true)
	p.SetCreator("placeOps", true)
	p.SetCreationDate(r.Made)
	p.SetModificationDate(r.Made)
	p.SetMargins(pdfMargin, pdfMargin, pdfMargin)
	p.SetAutoPageBreak(false, 0)
	p.AliasNbPages("{pages}")
	p.SetFooterFunc(p.footer)
	pageWidth, _ := p.GetPageSize()
	p.width = pageWidth - 2*pdfMargin
	p.AddPage()
	p.head()
	p.table()
	return p.Output(w)
}

func (p *pdfPage) head() {
	p.SetFont(pdfFont, "B", pdfTitleSize)
	p.SetTextColor(20, 30, 50)
	p.CellFormat(p.width, 9, p.fitting(printable(p.report.Title), p.width), "", 1, "L", false, 0, "")
	p.SetFont(pdfFont, "", 10)
	p.SetTextColor(80, 80, 80)
	p.CellFormat(p.width, 6, p.fitting(printable(p.report.Under), p.width), "", 1, "L", false, 0, "")
	p.Ln(3)
	p.figures()
}

// figures stand side by side, each in a box.
func (p *pdfPage) figures() {
	if len(p.report.Figures) == 0 {
		return
	}
	const gap, height = 3.0, 14.0
	box := (p.width - gap*float64(len(p.report.Figures)-1)) / float64(len(p.report.Figures))
	top := p.GetY()
	p.SetFillColor(240, 243, 248)
	for i, figure := range p.report.Figures {
		left := pdfMargin + float64(i)*(box+gap)
		p.Rect(left, top, box, height, "F")
		p.SetXY(left+2, top+1.5)
		p.SetFont(pdfFont, "", pdfTextSize)
		p.SetTextColor(80, 80, 80)
		p.CellFormat(box-4, 4, printable(figure.Label), "", 2, "L", false, 0, "")
		p.SetFont(pdfFont, "B", 13)
		p.SetTextColor(20, 30, 50)
		p.CellFormat(box-4, 7, printable(figure.Value), "", 0, "L", false, 0, "")
	}
	p.SetXY(pdfMargin, top+height+4)
}

func (p *pdfPage) table() {
	p.heading()
	if len(p.report.Rows) == 0 {
		p.SetFont(pdfFont, "", 10)
		p.CellFormat(p.width, 12, printable(p.report.Empty), "", 1, "L", false, 0, "")
		return
	}
	_, pageHeight := p.GetPageSize()
	for i, row := range p.report.Rows {
		cells, height := p.wrapped(row)
		if p.GetY()+height > pageHeight-pdfBottom {
			p.AddPage()
			p.heading()
		}
		p.row(cells, height, i%2 == 1)
	}
}

func (p *pdfPage) heading() {
	p.SetFont(pdfFont, "B", pdfTextSize)
	p.SetTextColor(255, 255, 255)
	p.SetFillColor(45, 65, 105)
	for _, column := range p.report.Columns {
		p.CellFormat(column.Width, 7, printable(column.Heading), "", 0, column.align(), true, 0, "")
	}
	p.Ln(7)
	p.SetFont(pdfFont, "", pdfTextSize)
	p.SetTextColor(20, 20, 20)
}

func (c ReportColumn) align() string {
	if c.Right {
		return "R"
	}
	return "L"
}

// wrapped breaks a row's cells into lines, and tells how high the row is.
func (p *pdfPage) wrapped(row []string) (cells [][]string, height float64) {
	most := 1
	for i, cell := range row {
		lines := p.lines(printable(cell), p.report.Columns[i].Width-2*p.GetCellMargin())
		cells = append(cells, lines)
		most = max(most, len(lines))
	}
	return cells, float64(most)*pdfLine + 2*pdfPadding
}

func (p *pdfPage) row(cells [][]string, height float64, shaded bool) {
	top, left := p.GetY(), pdfMargin
	if shaded {
		p.SetFillColor(240, 243, 248)
		p.Rect(left, top, p.width, height, "F")
	}
	for i, lines := range cells {
		column := p.report.Columns[i]
		for n, line := range lines {
			p.SetXY(left, top+pdfPadding+float64(n)*pdfLine)
			p.CellFormat(column.Width, pdfLine, line, "", 0, column.align(), false, 0, "")
		}
		left += column.Width
	}
	p.SetXY(pdfMargin, top+height)
}

func (p *pdfPage) footer() {
	p.SetY(-11)
	p.SetFont(pdfFont, "", 8)
	p.SetTextColor(110, 110, 110)
	p.CellFormat(p.width/2, 5, printable(p.report.Footer), "", 0, "L", false, 0, "")
	// The placeholder is wider than the number that replaces it, so the line cannot be set flush right.
	width := p.GetStringWidth("Page 99 of 99") + 2*p.GetCellMargin()
	p.SetX(pdfMargin + p.width - width)
	p.CellFormat(width, 5, fmt.Sprintf("Page %d of {pages}", p.PageNo()), "", 0, "L", false, 0, "")
	p.SetFont(pdfFont, "", pdfTextSize)
}

// lines breaks text into lines of at most width, between words where it can; what is beyond pdfCellLines is cut.
func (p *pdfPage) lines(text string, width float64) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		joined := strings.TrimLeft(line+" "+word, " ")
		if p.GetStringWidth(joined) <= width {
			line = joined
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for p.GetStringWidth(word) > width {
			head := p.longest(word, width)
			lines = append(lines, head)
			word = word[len(head):]
		}
		line = word
	}
	lines = append(lines, line)
	if len(lines) > pdfCellLines {
		lines = lines[:pdfCellLines]
		lines[pdfCellLines-1] = p.fitting(lines[pdfCellLines-1]+"…", width)
	}
	return lines
}

// longest is the longest beginning of a word that fits, at least one character.
func (p *pdfPage) longest(word string, width float64) string {
	end := 0
	for i, r := range word {
		next := i + len(string(r))
		if end > 0 && p.GetStringWidth(word[:next]) > width {
			break
		}
		end = next
	}
	return word[:end]
}

// fitting cuts a line that is too long, with an ellipsis.
func (p *pdfPage) fitting(line string, width float64) string {
	if p.GetStringWidth(line) <= width {
		return line
	}
	runes := []rune(strings.TrimSuffix(line, "…"))
	for len(runes) > 0 && p.GetStringWidth(string(runes)+"…") > width {
		runes = runes[:len(runes)-1]
	}
	return strings.TrimRight(string(runes), " ") + "…"
}

// printable makes a text that the PDF library takes: valid, composed (é in one character), without control characters,
// with a replacement for those beyond 16 bits, which would make it panic, and a box for letters that run from right to
// left, which it would print in the wrong order.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r > 0xFFFF:
			return unicode.ReplacementChar
		case unicode.IsControl(r):
			return ' '
		case unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko):
			return '□'
		}
		return r
	}, norm.NFC.String(strings.ToValidUTF8(text, "\uFFFD")))
}

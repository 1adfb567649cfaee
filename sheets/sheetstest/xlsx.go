package sheetstest

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"testing"

	"github.com/xuri/excelize/v2"
)

// The parts of a workbook as they stand in its XML.
type (
	xlsxProperties struct {
		Creator  string `xml:"creator"`
		Created  string `xml:"created"`
		Modified string `xml:"modified"`
	}
	xlsxWorkbook struct {
		Sheets []struct {
			Name string `xml:"name,attr"`
		} `xml:"sheets>sheet"`
		Names []struct {
			Name string `xml:"name,attr"`
			Text string `xml:",chardata"`
		} `xml:"definedNames>definedName"`
	}
	xlsxStyles struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Fonts []struct {
			Name xlsxValue  `xml:"name"`
			Size xlsxValue  `xml:"sz"`
			Bold *xlsxValue `xml:"b"`
		} `xml:"fonts>font"`
		Fills []struct {
			Color struct {
				RGB string `xml:"rgb,attr"`
			} `xml:"patternFill>fgColor"`
		} `xml:"fills>fill"`
		Cells []xlsxStyle `xml:"cellXfs>xf"`
	}
	xlsxStyle struct {
		Format    int `xml:"numFmtId,attr"`
		Font      int `xml:"fontId,attr"`
		Fill      int `xml:"fillId,attr"`
		Alignment struct {
			Horizontal string `xml:"horizontal,attr"`
			Vertical   string `xml:"vertical,attr"`
			Wrap       string `xml:"wrapText,attr"`
			Indent     int    `xml:"indent,attr"`
		} `xml:"alignment"`
	}
	xlsxValue struct {
		Val string `xml:"val,attr"`
	}
	xlsxSheet struct {
		Fit *struct {
			ToPage string `xml:"fitToPage,attr"`
		} `xml:"sheetPr>pageSetUpPr"`
		Dimension *struct{} `xml:"dimension"`
		Pane      struct {
			State   string `xml:"state,attr"`
			Columns int    `xml:"xSplit,attr"`
			Rows    int    `xml:"ySplit,attr"`
		} `xml:"sheetViews>sheetView>pane"`
		Columns []struct {
			First int    `xml:"min,attr"`
			Last  int    `xml:"max,attr"`
			Width string `xml:"width,attr"`
		} `xml:"cols>col"`
		Rows []struct {
			Number int        `xml:"r,attr"`
			Height string     `xml:"ht,attr"`
			Cells  []xlsxCell `xml:"c"`
		} `xml:"sheetData>row"`
		Filter struct {
			Ref string `xml:"ref,attr"`
		} `xml:"autoFilter"`
		Page struct {
			Paper       string `xml:"paperSize,attr"`
			Orientation string `xml:"orientation,attr"`
			Height      string `xml:"fitToHeight,attr"`
		} `xml:"pageSetup"`
		Footer string `xml:"headerFooter>oddFooter"`
	}
	xlsxCell struct {
		Ref     string    `xml:"r,attr"`
		Type    string    `xml:"t,attr"`
		Style   int       `xml:"s,attr"`
		Value   string    `xml:"v"`
		Text    *string   `xml:"is>t"`
		Formula *struct{} `xml:"f"`
	}
)

// XLSXDump is a workbook of one sheet in words: how it is set up, and each cell's kind, raw value, look, and what is shown.
func XLSXDump(t testing.TB, content []byte) []byte {
	t.Helper()
	var (
		book       xlsxWorkbook
		styles     xlsxStyles
		sheet      xlsxSheet
		properties xlsxProperties
		dump       bytes.Buffer
	)
	parts := xlsxParts(t, content)
	for name, into := range map[string]any{
		"docProps/core.xml": &properties, "xl/workbook.xml": &book, "xl/styles.xml": &styles, "xl/worksheets/sheet1.xml": &sheet,
	} {
		if err := xml.Unmarshal(parts[name], into); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	fmt.Fprintf(&dump, "by %s, created %s, modified %s\n", properties.Creator, properties.Created, properties.Modified)
	fmt.Fprintf(&dump, "sheets %v\n", book.Sheets)
	for _, name := range book.Names {
		fmt.Fprintf(&dump, "name %s = %s\n", name.Name, name.Text)
	}
	sheet.writeSetup(&dump)
	shown := shownCells(t, content)
	for _, row := range sheet.Rows {
		fmt.Fprintf(&dump, "\nrow %d", row.Number)
		if row.Height != "" {
			fmt.Fprintf(&dump, ", height %s", row.Height)
		}
		dump.WriteString("\n")
		for _, cell := range row.Cells {
			fmt.Fprintf(&dump, "  %-3s %-43s %s\n", cell.Ref, styles.describe(styles.Cells[cell.Style]), cell.describe(shown(cell.Ref)))
		}
	}
	return dump.Bytes()
}

func xlsxParts(t testing.TB, content []byte) map[string][]byte {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string][]byte{}
	for _, file := range archive.File {
		var part bytes.Buffer
		r, err := file.Open()
		if err == nil {
			_, err = part.ReadFrom(r)
		}
		if err != nil {
			t.Fatalf("%s: %v", file.Name, err)
		}
		parts[file.Name] = part.Bytes()
	}
	return parts
}

// shownCells tells what a spreadsheet shows in a cell, by its number format.
func shownCells(t testing.TB, content []byte) func(ref string) string {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = book.Close() })
	return func(ref string) string {
		text, err := book.GetCellValue(book.GetSheetName(0), ref)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
}

func (s *xlsxSheet) writeSetup(dump *bytes.Buffer) {
	fmt.Fprintf(dump, "panes %s: %d rows, %d columns\n", s.Pane.State, s.Pane.Rows, s.Pane.Columns)
	fmt.Fprintf(dump, "autofilter %s\n", s.Filter.Ref)
	fmt.Fprintf(dump, "dimension given: %t\n", s.Dimension != nil)
	fmt.Fprintf(dump, "prints on paper %s, %s, fitted to the page %t, pages high %s, footer %s\n",
		s.Page.Paper, s.Page.Orientation, s.Fit != nil && s.Fit.ToPage == "true", s.Page.Height, s.Footer)
	dump.WriteString("widths")
	for _, column := range s.Columns {
		fmt.Fprintf(dump, " %d–%d:%s", column.First, column.Last, column.Width)
	}
	dump.WriteString("\n")
}

func (s *xlsxStyles) describe(style xlsxStyle) (text string) {
	if font := s.Fonts[style.Font]; font.Bold != nil {
		text += "bold " + font.Name.Val + " " + font.Size.Val + " "
	}
	if color := s.Fills[style.Fill].Color.RGB; color != "" {
		text += "on " + color + " "
	}
	for _, format := range s.Formats {
		if format.ID == style.Format {
			text += "as " + format.Code + " "
		}
	}
	text += style.Alignment.Horizontal + " " + style.Alignment.Vertical
	if style.Alignment.Wrap == "true" || style.Alignment.Wrap == "1" {
		text += " wrapped"
	}
	if style.Alignment.Indent > 0 {
		text += fmt.Sprintf(" +%d", style.Alignment.Indent)
	}
	return text
}

func (c *xlsxCell) describe(shown string) string {
	switch {
	case c.Formula != nil:
		return "FORMULA"
	case c.Text != nil && c.Type == "inlineStr":
		return fmt.Sprintf("text   %q", *c.Text)
	case c.Type == "" && c.Value != "":
		return fmt.Sprintf("number %s shown as %s", c.Value, shown)
	}
	return fmt.Sprintf("%s %q", c.Type, c.Value)
}

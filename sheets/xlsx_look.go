package sheets

import (
	"math"
	"strings"
	"unicode"

	"github.com/xuri/excelize/v2"
)

// Heights of rows, in points.
const (
	headingHeight = 20
	lineHeight    = 15
)

// preparePrinting puts the heading on every printed page, the columns beside each other, and numbers the pages.
func (x *XLSXWriter) preparePrinting() error {
	landscape, fit, pages := "landscape", true, 0
	if err := x.file.SetSheetProps(x.sheet, &excelize.SheetPropsOptions{FitToPage: &fit}); err != nil {
		return err
	}
	paper := 9 // A4
	layout := &excelize.PageLayoutOptions{Orientation: &landscape, Size: &paper, FitToHeight: &pages}
	if err := x.file.SetPageLayout(x.sheet, layout); err != nil {
		return err
	}
	if err := x.file.SetHeaderFooter(x.sheet, &excelize.HeaderFooterOptions{OddFooter: "&L&A&RPage &P of &N"}); err != nil {
		return err
	}
	return x.file.SetDefinedName(&excelize.DefinedName{
		Name: "_xlnm.Print_Titles", RefersTo: "'" + x.sheet + "'!$1:$1", Scope: x.sheet,
	})
}

// alignment is where a column's values stand: numbers at the right, dates a little off the number before them, and long
// texts in several lines.
func (f Format) alignment() excelize.Alignment {
	switch f {
	case Whole, Marks, Percent:
		return excelize.Alignment{Horizontal: "right", Vertical: "top"}
	case Day, Moment:
		return excelize.Alignment{Horizontal: "left", Vertical: "top", Indent: 1}
	}
	return excelize.Alignment{Horizontal: "left", Vertical: "top", WrapText: true}
}

// headingAlignment keeps the heading of a number off the filter's button, which would cover its end.
func (f Format) headingAlignment() excelize.Alignment {
	alignment := f.alignment()
	alignment.Vertical, alignment.WrapText = "center", false
	if alignment.Horizontal == "right" {
		alignment.Indent = 2
	}
	return alignment
}

func (x *XLSXWriter) addStyle(format Format) error {
	code, alignment := string(format), format.alignment()
	look := excelize.Style{CustomNumFmt: &code, Alignment: &alignment}
	if format == Text {
		look.CustomNumFmt = nil
	}
	style, err := x.file.NewStyle(&look)
	x.styles = append(x.styles, style)
	return err
}

func (x *XLSXWriter) writeHeading() error {
	for i, column := range x.columns {
		alignment := column.Format.headingAlignment()
		style, err := x.file.NewStyle(&excelize.Style{
			Font:      &excelize.Font{Bold: true, Family: "Calibri", Size: 11}, // as the cells are unless told otherwise
			Fill:      excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E8ECF2"}},
			Alignment: &alignment,
		})
		if err != nil {
			return err
		}
		x.cells[i] = excelize.Cell{StyleID: style, Value: column.Heading}
	}
	return x.setRow(excelize.RowOpts{Height: headingHeight})
}

// heightOfRow makes room for texts of several lines, as not every program does by itself. 0 is the usual height.
func (x *XLSXWriter) heightOfRow() float64 {
	most := 1.0
	for i, cell := range x.cells {
		if c, ok := cell.(excelize.Cell); ok {
			text, _ := c.Value.(string)
			most = max(most, linesOf(text, x.columns[i].Width))
		}
	}
	if most == 1 {
		return 0
	}
	return min(most*lineHeight, excelize.MaxRowHeight)
}

// linesOf estimates how many lines a text needs in a column, whose width is that of so many digits.
func linesOf(text string, width float64) (lines float64) {
	for line := range strings.SplitSeq(text, "\n") {
		length := 0.0
		for _, r := range line {
			if unicode.IsUpper(r) || r > unicode.MaxLatin1 {
				length += 1.25
			} else {
				length += 0.95
			}
		}
		if length <= width {
			lines++
			continue
		}
		lines += math.Ceil(length / (0.85 * width)) // words leave a part of each line empty
	}
	return lines
}

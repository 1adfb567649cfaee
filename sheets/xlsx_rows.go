package sheets

import (
	"encoding/xml"
	"strconv"
)

// The last line and the number of columns of an Excel sheet.
const (
	maxLine      = 1 << 20
	excelColumns = 1 << 14
)

// xlsxTable reads the rows of one worksheet.
type xlsxTable struct {
	part    *xmlPart
	texts   *sharedTexts
	percent percentStyles
	line    int
	cells   []string
	// width is the number of columns in the first row: what stands beside the table belongs to no column.
	width int
}

// newXLSXTable reads what the cells refer to and stops before the first row.
func newXLSXTable(book workbook, plan sheetPlan) (Table, error) {
	texts, err := readSharedTexts(book, plan.sharedStrings)
	if err != nil {
		return nil, err
	}
	percent, err := readPercentStyles(book, plan.styles)
	if err != nil {
		return nil, err
	}
	part, err := book.open(plan.sheet)
	if err != nil {
		return nil, err
	}
	return &xlsxTable{part: part, texts: texts, percent: percent}, nil
}

// Next returns the next row that has any text.
func (t *xlsxTable) Next() (int, []string, error) {
	for {
		if err := t.readRow(); err != nil {
			return 0, nil, err
		}
		if err := checkRow(t.line, t.cells); err != nil {
			return 0, nil, err
		}
		if isBlank(t.cells) {
			continue
		}
		if t.width == 0 {
			t.width = len(t.cells)
		}
		return t.line, t.cells, nil
	}
}

// readRow reads the next <row>. io.EOF stands behind the root element, where the zip has compared the checksum; a
// sheet that breaks off before is damaged.
func (t *xlsxTable) readRow() error {
	for {
		token, err := t.part.next()
		if err != nil {
			return err
		}
		if element, ok := token.(xml.StartElement); ok && element.Name.Local == "row" && t.part.parent() == "sheetData" {
			return t.readCells(element)
		}
	}
}

// readCells reads the <c> of one row up to its end.
func (t *xlsxTable) readCells(row xml.StartElement) error {
	t.cells = t.cells[:0]
	t.line++
	if number := attribute(row, "r"); number != "" {
		line, err := strconv.Atoi(number)
		if err != nil || line < t.line {
			return ErrDamaged
		}
		t.line = line
	}
	if t.line > maxLine {
		return ErrDamaged
	}
	index := -1
	for {
		token, err := t.part.next()
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.EndElement:
			if token.Name.Local == "row" {
				return nil
			}
		case xml.StartElement:
			if token.Name.Local != "c" {
				continue
			}
			if index, err = t.readCell(token, index); err != nil {
				return err
			}
		}
	}
}

// readCell reads one <c> and returns its column's index, for the cell after it that names none.
func (t *xlsxTable) readCell(cell xml.StartElement, previous int) (int, error) {
	index := previous + 1
	if reference := attribute(cell, "r"); reference != "" {
		index = columnIndex(reference)
	}
	if index <= previous || index >= excelColumns {
		return 0, ErrDamaged
	}
	text, err := t.cellText(cell, index)
	if err != nil || text == "" || t.width > 0 && index >= t.width {
		return index, err
	}
	if index >= MaxColumns {
		return 0, fileError(ErrTooLarge, "Line %d has text beyond column %d. Remove the columns that are not needed.", t.line, MaxColumns)
	}
	for len(t.cells) < index {
		t.cells = append(t.cells, "")
	}
	t.cells = append(t.cells, text)
	return index, nil
}

// columnIndex reads the letters of a reference such as AB12, counted from 0; -1 where they are none.
func columnIndex(reference string) int {
	index := 0
	for _, letter := range reference {
		if letter < 'A' || letter > 'Z' || index > maxLine {
			break
		}
		index = index*26 + int(letter-'A') + 1
	}
	return index - 1
}

// Close closes the sheet's part of the zip.
func (t *xlsxTable) Close() error { return t.part.Close() }

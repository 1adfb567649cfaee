package sheets

import (
	"encoding/xml"
	"math"
	"strconv"
	"strings"
)

// excelDigits is how many digits of a number Excel keeps and shows; those behind are noise of the binary form.
const excelDigits = 15

// cellText reads up to the end of a <c> and returns its value as a person would type it.
func (t *xlsxTable) cellText(cell xml.StartElement, index int) (string, error) {
	raw, err := t.rawValue(index)
	if err != nil || raw == "" {
		return "", err
	}
	switch attribute(cell, "t") {
	case "s":
		text, ok := t.texts.at(strings.TrimSpace(raw))
		if !ok {
			return "", ErrDamaged
		}
		if len(text) > MaxCellBytes {
			return "", cellTooLong(t.line, index)
		}
		return unescape(string(text)), nil
	case "b":
		return map[string]string{"0": "FALSE", "1": "TRUE"}[raw], nil
	case "", "n":
		return t.numberText(raw, attribute(cell, "s")), nil
	}
	return unescape(raw), nil
}

// rawValue collects what stands in <v>, or in the <t> of a text that the cell holds itself; not the formula.
func (t *xlsxTable) rawValue(index int) (string, error) {
	var raw []byte
	for {
		token, err := t.part.next()
		if err != nil {
			return "", err
		}
		switch token := token.(type) {
		case xml.EndElement:
			if token.Name.Local == "c" {
				return string(raw), nil
			}
		case xml.CharData:
			if within := t.part.innermost(); (within == "v" || within == "t") && !t.part.inside("rPh") {
				raw = append(raw, token...)
			}
		}
		if len(raw) > MaxCellBytes {
			return "", cellTooLong(t.line, index)
		}
	}
}

// numberText writes a stored number without the traces of its storage and, in a percent cell, as a percentage.
func (t *xlsxTable) numberText(raw, style string) string {
	number := plainNumber(strings.TrimSpace(raw))
	if i, err := strconv.Atoi(style); err == nil && t.percent.has(i) {
		return asPercent(number)
	}
	return number
}

// plainNumber turns 6.1000000000000005 into 6.1 and 9.1E9 into 9100000000. What is no number, or too far from
// any that people type, stays as it is.
func plainNumber(raw string) string {
	if len(raw) <= excelDigits && strings.Trim(raw, "0123456789") == "" {
		return raw
	}
	number, err := strconv.ParseFloat(raw, 64)
	if err != nil || strings.Trim(raw, "0123456789.-+eE") != "" || math.Abs(number) >= 1e21 {
		return raw
	}
	if math.Abs(number) < 1e-20 {
		return "0"
	}
	typed, err := strconv.ParseFloat(strconv.FormatFloat(number, 'e', excelDigits-1, 64), 64)
	if err != nil {
		return raw
	}
	return strconv.FormatFloat(typed, 'f', -1, 64)
}

package sheets

import (
	"encoding/xml"
	"regexp"
	"strings"

	"placeops/store/decimal"
)

// percentStyles tells by a cell's style number whether its value is shown multiplied by 100.
type percentStyles []bool

// literalInFormat matches what a number format prints as it stands: "quoted" or \escaped.
var literalInFormat = regexp.MustCompile(`"[^"]*"|\\.`)

// readPercentStyles looks through the formats of the workbook; one without styles has no percent cells.
func readPercentStyles(book workbook, name string) (percentStyles, error) {
	if name == "" {
		return nil, nil
	}
	// 9 and 10 are Excel's own 0% and 0.00%.
	percent := map[string]bool{"9": true, "10": true}
	var styles percentStyles
	err := book.elements(name, func(parent string, element xml.StartElement) error {
		switch {
		case parent == "numFmts" && element.Name.Local == "numFmt":
			code := literalInFormat.ReplaceAllString(attribute(element, "formatCode"), "")
			percent[attribute(element, "numFmtId")] = strings.Contains(code, "%")
		case parent == "cellXfs" && element.Name.Local == "xf":
			styles = append(styles, percent[attribute(element, "numFmtId")])
		}
		if len(styles) > maxStyles || len(percent) > maxStyles {
			return ErrDamaged
		}
		return nil
	})
	return styles, err
}

// maxStyles is what Excel itself allows in a workbook, rounded up.
const maxStyles = 70_000

// has tells whether the numbered style is one of percent.
func (p percentStyles) has(style int) bool { return style >= 0 && style < len(p) && p[style] }

// asPercent writes 0.85 as a person sees it: 85%. What is not a plain number stays.
func asPercent(number string) string {
	d, err := decimal.Parse(number)
	if err != nil {
		return number
	}
	return d.Shift(2).String() + "%"
}

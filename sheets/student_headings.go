package sheets

import (
	"strings"
	"unicode"
)

// headingKey is what is compared of a heading: its letters and digits, in lower case.
func headingKey(heading string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
}

// meaning is what a heading says: which column, and whether only if no other heading says so more plainly.
type meaning struct {
	column int
	weak   bool
}

// meanings lists every heading known of the columns by its key.
func meanings(columns []studentColumn) map[string]meaning {
	known := map[string]meaning{}
	for i, column := range columns {
		for _, key := range column.also {
			known[key] = meaning{column: i, weak: true}
		}
		for _, key := range column.own {
			known[key] = meaning{column: i}
		}
		known[headingKey(column.name)] = meaning{column: i}
	}
	return known
}

// matchHeadings returns for each column where in the header it stands, -1 for nowhere.
func matchHeadings(columns []studentColumn, header []string) ([]int, error) {
	known := meanings(columns)
	places := make([]int, len(columns))
	for i := range places {
		places[i] = -1
	}
	if err := placeHeadings(columns, header, known, places, false); err != nil {
		return nil, err
	}
	return places, placeHeadings(columns, header, known, places, true)
}

// placeHeadings fills the places that are free, with plain headings or with weak ones. Two of a sort cannot be
// told apart, and guessing which one holds the marks would be worse than asking.
func placeHeadings(columns []studentColumn, header []string, known map[string]meaning, places []int, weak bool) error {
	before := append([]int(nil), places...)
	for i, heading := range header {
		m, ok := known[headingKey(heading)]
		if !ok || m.weak != weak || before[m.column] >= 0 {
			continue
		}
		if other := places[m.column]; other >= 0 {
			return fileError(ErrNotATable, "The headings %q and %q both mean %s. Remove or rename one of them.",
				shown(header[other]), shown(heading), columns[m.column].name)
		}
		places[m.column] = i
	}
	return nil
}

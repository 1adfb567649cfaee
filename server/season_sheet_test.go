package server_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"
)

// The sheet of the season's students: what a college has (see invent), and how its office writes that down (see cells).

const (
	newcomers   = 360
	cgpaColumn  = 5 // of sheetHeadings
	emailColumn = 2
)

var sheetHeadings = []string{
	"Roll No", "Name of the Student", "E-mail ID", "Branch", "Batch", "CGPA", "10th %", "12th %", "Diploma %", "Active Backlogs",
	"Cleared Backlogs", "Gender", "Gap Years", "Mobile No.",
}

// dice are the chances of a season, the same ones each time.
type dice struct{ *rand.Rand }

func newDice() dice { return dice{rand.New(rand.NewPCG(2026, 27))} }

// in tells, on average, once in n times.
func (d dice) in(n int) bool { return d.IntN(n) == 0 }

func of[T any](d dice, items ...T) T { return items[d.IntN(len(items))] }

// mark is from lowest to highest in steps of a hundredth, and one in twelve times missing.
func (d dice) mark(lowest, highest int) score {
	if d.in(12) {
		return none
	}
	return score(lowest*10_000 + d.IntN((highest-lowest)*100+1)*100)
}

// invent makes the students that the college has, in the order of their roll numbers; many stand close to a cut-off.
func invent(d dice) []*candidate {
	all := make([]*candidate, newcomers)
	for i := range all {
		s := &candidate{
			Roll: fmt.Sprintf("26%s%03d", of(d, "X", "x"), i), Active: true,
			Name:   of(d, "Asha", "Béla", "आशा", "Chandra", "Dev", "=Esha", "O'Neil", "Farah \"F\"") + " " + of(d, "Rao", "Nagy", "देवी", "Iyer, Jr", "Khan"),
			Branch: of(d, "CSE", "CSE", "cse", "ECE", "ECE", "Mechanical", "MECHANICAL", "Civil Engineering", ""),
			Batch:  of(d, 2026, 2026, 2027, 2027, 2028, 0), Gender: of(d, "M", "M", "F", "F", "O", ""),
			CGPA: d.mark(5, 10), Tenth: d.mark(45, 100), Twelfth: d.mark(45, 100), Diploma: none,
			Backlogs: of(d, 0, 0, 0, 0, 1, 2, 3), Cleared: of(d, 0, 0, 0, 1, 2), GapYears: of(d, 0, 0, 0, 0, 1, 2),
		}
		s.Email = strings.ToLower(s.Roll) + "@college.example"
		if d.in(8) {
			s.CGPA = of(d, scoreOf("7.5"), scoreOf("7.495"), scoreOf("7.4999"), scoreOf("6.25"))
		}
		if s.Twelfth == none || d.in(10) {
			s.Diploma = d.mark(50, 100)
		}
		if d.in(2) {
			s.Phone = fmt.Sprintf("98%08d", i)
		}
		all[i] = s
	}
	return all
}

// cells writes a student as offices do: in several spellings, with more decimals than are kept, and with words for nothing.
func (d dice) cells(s *candidate) []string {
	mark := func(m score, sign string) string {
		switch {
		case m == none:
			return of(d, "", "NA", "-")
		case strings.HasSuffix(m.String(), ".4999"):
			return m.String() + "9" // cut, never rounded up
		}
		return m.atLeast(d.IntN(4)) + of(d, "", sign)
	}
	count := func(n int) string {
		if n == 0 {
			return of(d, "0", "Nil", "")
		}
		return strconv.Itoa(n)
	}
	batch := count(s.Batch)
	if s.Batch == 0 {
		batch = ""
	}
	gender := map[string]string{"M": of(d, "M", "Male"), "F": of(d, "f", "Female"), "O": of(d, "O", "Other")}[s.Gender]
	return []string{
		s.Roll, s.Name, s.Email, of(d, "", " ", "\u00a0") + s.Branch, batch, mark(s.CGPA, ""), mark(s.Tenth, "%"),
		mark(s.Twelfth, " %"), mark(s.Diploma, ""), count(s.Backlogs), count(s.Cleared), gender, count(s.GapYears), s.Phone,
	}
}

// sheet is everybody in one table, headings first.
func (d dice) sheet(all []*candidate) [][]string {
	rows := [][]string{sheetHeadings}
	for _, s := range all {
		rows = append(rows, d.cells(s))
	}
	return rows
}

func (s *season) csv(rows [][]string) []byte {
	s.t.Helper()
	var text bytes.Buffer
	require.NoError(s.t, csv.NewWriter(&text).WriteAll(rows))
	return text.Bytes()
}

// shielded is a text as CSV and Excel files have it: nothing that a spreadsheet would run.
func shielded(text string) string {
	if strings.HasPrefix(text, "=") {
		return "'" + text
	}
	return text
}

package sheets

import (
	"fmt"
	"net/mail"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"placeops/store/decimal"
)

// Longest texts, in characters: as long as the database's columns.
const (
	maxRollNumber = 50
	maxName       = 200
	maxEmail      = 254
	maxBranch     = 200
	maxPhone      = 40
	maxShown      = 100
)

// shortened matches a long number that a spreadsheet has written as 9.1E+09: its last digits are lost.
var shortened = regexp.MustCompile(`^\d([.,]\d+)?[eE]\+\d+$`)

const shortenedProblem = "the spreadsheet has shortened this number; format the column as text, enter it again, and save the file again"

// readCell cleans a cell's text and gives it to its column.
func readCell(s *Student, column studentColumn, cell string) (problem string) {
	text := cleanText(cell)
	if strings.ContainsFunc(text, unicode.IsControl) {
		return "this holds a control character that cannot be seen; type the text again"
	}
	return column.read(s, text)
}

// cleanText trims a cell, makes each run of spaces and line breaks one space, and removes what cannot be seen but
// comes along from web pages, as well as the apostrophe by which spreadsheets mark a text.
func cleanText(cell string) string {
	text := strings.Join(strings.Fields(cell), " ")
	for _, r := range text {
		if r >= 0x80 {
			text = strings.Join(strings.Fields(strings.Map(dropInvisible, text)), " ")
			break
		}
	}
	return strings.TrimSpace(strings.TrimPrefix(text, "'"))
}

// dropInvisible keeps the joiners (U+200C, U+200D), which names in Indian scripts need.
func dropInvisible(r rune) rune {
	if unicode.Is(unicode.Cf, r) && r != '\u200c' && r != '\u200d' {
		return -1
	}
	return r
}

// isPlaceholder tells what people write into a cell that has nothing to hold.
func isPlaceholder(text string) bool {
	switch strings.ToLower(text) {
	case "", "na", "n/a", "n.a", "n.a.", "nil", "nill", "null", "none", "not applicable":
		return true
	}
	return strings.Trim(text, "-–—") == ""
}

func readRollNumber(s *Student, text string) string {
	switch {
	case isPlaceholder(text):
		return "the roll number is missing"
	case utf8.RuneCountInString(text) > maxRollNumber:
		return tooLong(maxRollNumber)
	case shortened.MatchString(text):
		return shortenedProblem
	}
	s.RollNumber = text
	return ""
}

func readName(s *Student, text string) string {
	if utf8.RuneCountInString(text) > maxName {
		return tooLong(maxName)
	}
	s.Name = text
	return ""
}

func readEmail(s *Student, text string) string {
	if isPlaceholder(text) {
		return ""
	}
	if utf8.RuneCountInString(text) > maxEmail {
		return tooLong(maxEmail)
	}
	address, err := mail.ParseAddress(text)
	if err != nil || address.Name != "" || address.Address != text || strings.Contains(text, " ") {
		return "an e-mail address is needed, such as name@college.edu"
	}
	s.Email = text
	return ""
}

func readBranch(s *Student, text string) string {
	if isPlaceholder(text) {
		return ""
	}
	if utf8.RuneCountInString(text) > maxBranch {
		return tooLong(maxBranch)
	}
	s.Branch = &text
	return ""
}

func readPhone(s *Student, text string) string {
	// Data tools write numbers of a column with gaps as 9876543210.0.
	text = strings.TrimSuffix(text, ".0")
	switch {
	case isPlaceholder(text):
		return ""
	case shortened.MatchString(text):
		return shortenedProblem
	case utf8.RuneCountInString(text) > maxPhone:
		return tooLong(maxPhone)
	case !strings.ContainsFunc(text, unicode.IsDigit):
		return "a phone number is needed, such as 98765 43210"
	}
	s.Phone = &text
	return ""
}

func readGender(s *Student, text string) string {
	if isPlaceholder(text) {
		return ""
	}
	gender := ""
	switch headingKey(text) {
	case "m", "male", "boy", "man":
		gender = "M"
	case "f", "female", "girl", "woman":
		gender = "F"
	case "o", "other", "others", "t", "tg", "trans", "transgender", "thirdgender", "nonbinary":
		gender = "O"
	default:
		return "M, F or O is needed"
	}
	s.Gender = &gender
	return ""
}

func readCGPA(s *Student, text string) (problem string) {
	s.CGPA, problem = readMark(text, 10, "a CGPA from 0 to 10 is needed, such as 7.85")
	return problem
}

func readTenth(s *Student, text string) (problem string) {
	s.Tenth, problem = readPercent(text)
	return problem
}

func readTwelfth(s *Student, text string) (problem string) {
	s.Twelfth, problem = readPercent(text)
	return problem
}

func readDiploma(s *Student, text string) (problem string) {
	s.Diploma, problem = readPercent(text)
	return problem
}

// readPercent reads a percentage with or without its sign.
func readPercent(text string) (*decimal.Decimal, string) {
	if number := strings.TrimSpace(strings.TrimSuffix(text, "%")); number != "" {
		text = number
	}
	return readMark(text, 100, "a percentage from 0 to 100 is needed, such as 78.5")
}

// readMark reads a mark of 0 to highest; the decimals may stand behind a point or a comma.
func readMark(text string, highest int64, needed string) (*decimal.Decimal, string) {
	if isPlaceholder(text) {
		return nil, ""
	}
	if !strings.Contains(text, ".") {
		text = strings.Replace(text, ",", ".", 1)
	}
	mark, err := decimal.Parse(text)
	if err != nil || mark.Sign() < 0 || mark.Compare(decimal.FromInt(highest)) > 0 {
		return nil, needed
	}
	mark = mark.Cut(decimal.MarkPlaces)
	return &mark, ""
}

func readBatchYear(s *Student, text string) (problem string) {
	s.BatchYear, problem = readInt(text, 1900, 2200, "the year of passing is needed, such as 2026")
	return problem
}

func readActiveBacklogs(s *Student, text string) (problem string) {
	s.ActiveBacklogs, problem = readCount(text, 1000)
	return problem
}

func readClearedBacklogs(s *Student, text string) (problem string) {
	s.ClearedBacklogs, problem = readCount(text, 1000)
	return problem
}

func readGapYears(s *Student, text string) (problem string) {
	s.GapYears, problem = readCount(text, 100)
	return problem
}

// readCount reads how many there are of something; "No" is how many sheets say that there are none.
func readCount(text string, highest int64) (*int, string) {
	if strings.EqualFold(text, "no") {
		text = "0"
	}
	return readInt(text, 0, highest, fmt.Sprintf("a whole number from 0 to %d is needed", highest))
}

// readInt reads a whole number, also one written as 2026.0.
func readInt(text string, lowest, highest int64, needed string) (*int, string) {
	if isPlaceholder(text) {
		return nil, ""
	}
	number, err := decimal.Parse(text)
	if err != nil || !number.IsInteger() ||
		number.Compare(decimal.FromInt(lowest)) < 0 || number.Compare(decimal.FromInt(highest)) > 0 {
		return nil, needed
	}
	n := int(number.IntPart())
	return &n, ""
}

// shown is as much of a cell as an error repeats, fit to be stored and displayed.
func shown(cell string) string {
	text := strings.Join(strings.Fields(strings.ToValidUTF8(cell, "\ufffd")), " ")
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return '\ufffd'
		}
		return r
	}, text)
	if runes := []rune(text); len(runes) > maxShown {
		return string(runes[:maxShown])
	}
	return text
}

func tooLong(most int) string { return fmt.Sprintf("this is longer than %d characters", most) }

func sameAs(what string, line int) string {
	return fmt.Sprintf("the same %s stands in line %d", what, line)
}

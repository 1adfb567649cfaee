package sheets

import (
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"
)

// Limits of the texts that a workbook's cells share; they are the one thing of it that stays in memory.
const (
	maxSharedBytes = 128 << 20
	maxSharedTexts = 8 << 20
)

// sharedTexts holds all texts in one piece: a million strings of their own would cost several times as much.
type sharedTexts struct {
	text []byte
	ends []uint32
}

// at returns the text with the given number; ok is false where there is none. It is no copy: it may be longer than a cell.
func (s *sharedTexts) at(index string) (text []byte, ok bool) {
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 || i >= len(s.ends) {
		return nil, false
	}
	start := uint32(0)
	if i > 0 {
		start = s.ends[i-1]
	}
	return s.text[start:s.ends[i]], true
}

// readSharedTexts reads the part of that name; a workbook of nothing but numbers has none.
func readSharedTexts(book workbook, name string) (*sharedTexts, error) {
	texts := &sharedTexts{}
	if name == "" {
		return texts, nil
	}
	part, err := book.open(name)
	if err != nil {
		return nil, err
	}
	return texts, errors.Join(texts.read(part), part.Close())
}

// read collects each <si>, of which a formatted text has several <t>.
func (s *sharedTexts) read(part *xmlPart) error {
	for {
		token, err := part.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.CharData:
			// <rPh> tells how to pronounce the text; it is not part of it.
			if part.innermost() == "t" && !part.inside("rPh") {
				s.text = append(s.text, token...)
			}
		case xml.EndElement:
			if token.Name.Local == "si" {
				s.ends = append(s.ends, uint32(len(s.text))) //nolint:gosec // at most maxSharedBytes
			}
		}
		if len(s.text) > maxSharedBytes || len(s.ends) > maxSharedTexts {
			return fileError(ErrTooLarge, "The workbook holds too much text. Keep only the students' sheet in it, or save that as .csv.")
		}
	}
}

// unescape reads Excel's _x000D_ for characters that XML cannot hold. A NUL stays as it is written.
func unescape(text string) string {
	if !strings.Contains(text, "_x") {
		return text
	}
	var out strings.Builder
	for {
		before, after, found := strings.Cut(text, "_x")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		if code, ok := escapedRune(after); ok {
			out.WriteRune(code)
			text = after[len("000D_"):]
			continue
		}
		out.WriteString("_x")
		text = after
	}
}

// escapedRune reads "000D_" at the start of text.
func escapedRune(text string) (rune, bool) {
	if len(text) < 5 || text[4] != '_' {
		return 0, false
	}
	code, err := strconv.ParseUint(text[:4], 16, 16)
	return rune(code), err == nil && code != 0
}

package site

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
)

// section is what stands below one heading: what a search finds.
type section struct {
	page    string
	heading string // empty: what stands before the first one
	address string
	text    string

	// In small letters: the title and the heading, and these with the text.
	title, head, folded string
}

const (
	maxQuery   = 100 // characters
	maxWords   = 8
	maxResults = 20
	excerpt    = 160 // bytes of a section around what was found
)

// Result is a section in which all words of a query occur.
type Result struct {
	Page    string
	Heading string
	Address string
	// Excerpt is some of its text, cut into what was looked for and the rest.
	Excerpt []Words
}

// Words are a piece of an excerpt.
type Words struct {
	Text   string
	Sought bool
}

// sectionsOf cuts a page at its headings.
func sectionsOf(document ast.Node, source []byte, of *page) []section {
	sections := []section{{page: of.title, address: of.address}}
	for n := document.FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok {
			sections = append(sections, section{page: of.title, heading: plain(h, source), address: of.address + "#" + anchorOf(h)})
			continue
		}
		last := &sections[len(sections)-1]
		last.text = strings.TrimSpace(last.text + " " + plain(n, source))
	}
	for i := range sections {
		s := &sections[i]
		s.title, s.head = strings.ToLower(s.page), strings.ToLower(s.heading)
		s.folded = s.title + "\n" + s.head + "\n" + strings.ToLower(s.text)
	}
	return sections
}

// Search finds the sections in which all words of a query occur, the best first.
func (s *Site) Search(query string) []Result {
	words := wordsOf(query)
	if len(words) == 0 {
		return nil
	}
	var found []scored
	for i := range s.index {
		if score := s.index[i].score(words); score > 0 {
			found = append(found, scored{&s.index[i], score})
		}
	}
	slices.SortStableFunc(found, func(a, b scored) int { return cmp.Compare(b.score, a.score) })
	results := make([]Result, min(len(found), maxResults))
	for i := range results {
		of := found[i].section
		results[i] = Result{Page: of.page, Heading: of.heading, Address: of.address, Excerpt: of.around(words)}
	}
	return results
}

type scored struct {
	*section
	score int
}

func wordsOf(query string) []string {
	if utf8.RuneCountInString(query) > maxQuery {
		query = string([]rune(query)[:maxQuery])
	}
	words := strings.Fields(strings.ToLower(query))
	return words[:min(len(words), maxWords)]
}

// find is where a word stands in a text: where it begins one, else anywhere; -1 is nowhere.
func find(text, word string) int {
	for from := 0; ; {
		at := strings.Index(text[from:], word)
		if at < 0 {
			return strings.Index(text, word)
		}
		if begins(text, from+at) {
			return from + at
		}
		from += at + len(word)
	}
}

// begins tells whether a word begins at a place of a text.
func begins(text string, at int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	return at == 0 || !unicode.IsLetter(before) && !unicode.IsNumber(before)
}

// score is 0 unless all words occur. What stands in a heading or a title counts more.
func (s *section) score(words []string) int {
	total := 0
	for _, word := range words {
		at := find(s.folded, word)
		if at < 0 {
			return 0
		}
		total += min(strings.Count(s.folded, word), 5)
		if begins(s.folded, at) {
			total += 5
		}
		if strings.Contains(s.head, word) {
			total += 20
		}
		if strings.Contains(s.title, word) {
			total += 10
		}
	}
	phrase := strings.Join(words, " ")
	if strings.Contains(s.folded, phrase) {
		total += 15
	}
	if s.heading == "" && strings.Contains(s.title, phrase) {
		total += 30
	}
	return total
}

// around cuts an excerpt out of the section, around the whole query or the first word of it that stands in its text.
func (s *section) around(words []string) []Words {
	folded := strings.ToLower(s.text)
	if len(folded) != len(s.text) { // a letter whose small form is longer: no place in one is a place in the other
		folded = s.text
	}
	first := 0
	for _, sought := range append([]string{strings.Join(words, " ")}, words...) {
		if at := find(folded, sought); at >= 0 {
			first = at
			break
		}
	}
	from, to := max(0, first-excerpt/3), min(len(s.text), first+excerpt)
	from, to = min(first, atWord(s.text, from)), atWord(s.text, to)
	return mark(s.text[from:to], folded[from:to], words)
}

// atWord moves a place to the next space, or the end.
func atWord(text string, at int) int {
	if at == 0 || at >= len(text) {
		return min(at, len(text))
	}
	if next := strings.IndexByte(text[at:], ' '); next >= 0 {
		return at + next
	}
	return len(text)
}

// mark cuts a text at the words that were looked for.
func mark(text, folded string, words []string) []Words {
	var pieces []Words
	for text != "" {
		at, length := len(text), 0
		for _, word := range words {
			if i := find(folded, word); i >= 0 && (i < at || i == at && len(word) > length) {
				at, length = i, len(word)
			}
		}
		if at > 0 {
			pieces = append(pieces, Words{Text: text[:at]})
		}
		if length > 0 {
			pieces = append(pieces, Words{Text: text[at : at+length], Sought: true})
		}
		text, folded = text[at+length:], folded[at+length:]
	}
	return pieces
}

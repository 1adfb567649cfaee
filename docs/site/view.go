package site

import (
	"bytes"
	"html/template"

	"placeops/docs"
)

// view is what the layout shows.
type view struct {
	Title       string
	Body        template.HTML
	Front       bool
	Navigation  []part
	Contents    []heading
	Previous    *entry
	Next        *entry
	Query       string
	Searched    bool
	Results     []Result
	Style       string
	Script      string
	Icon        string
	APIPage     string
	Description string
}

// part is a group of the navigation.
type part struct {
	Title   string
	Entries []entry
}

type entry struct {
	Title   string
	Address string
	Current bool
}

// viewOf is the page with that number.
func (s *Site) viewOf(number int) view {
	p := s.pages[number]
	v := s.frame(p.title, p.address)
	v.Body, v.Contents, v.Front = p.body, p.contents, p.address == Root
	if number > 0 {
		v.Previous = &entry{Title: s.pages[number-1].short, Address: s.pages[number-1].address}
	}
	if number+1 < len(s.pages) {
		v.Next = &entry{Title: s.pages[number+1].short, Address: s.pages[number+1].address}
	}
	return v
}

// frame is what all pages have.
func (s *Site) frame(title, address string) view {
	v := view{
		Title: title, Style: s.linked["style"], Script: s.linked["site"], Icon: s.linked["icon"],
		APIPage: APIPage, Description: Description,
	}
	for _, group := range docs.Navigation() {
		shown := part{Title: group.Title}
		for _, p := range group.Pages {
			shown.Entries = append(shown.Entries, entry{Title: p.Title, Address: p.Address(), Current: p.Address() == address})
		}
		v.Navigation = append(v.Navigation, shown)
	}
	return v
}

func (s *Site) show(v view) ([]byte, error) {
	var out bytes.Buffer
	err := s.layout.Execute(&out, v)
	return out.Bytes(), err
}

// Missing is the page for an address that the site does not have.
func (s *Site) Missing() ([]byte, error) {
	v := s.frame("There is no such page", "")
	v.Body = "<p>Perhaps it has another name now. Search for it, or choose a page from the list.</p>"
	return s.show(v)
}

// SearchPage is the page with what was found for the query.
func (s *Site) SearchPage(query string) ([]byte, error) {
	v := s.frame("Search", "")
	v.Searched, v.Query, v.Results = true, query, s.Search(query)
	return s.show(v)
}

package server

import (
	"encoding/json"
	"strings"

	"placeops/store"
)

// sortOf takes a list's order apart: what it goes by, and whether downwards. Without one it goes by usual.
func sortOf(asked, usual string) (by string, descending bool) {
	if asked == "" {
		asked = usual
	}
	return strings.TrimPrefix(asked, "-"), strings.HasPrefix(asked, "-")
}

// sortedPlace is where a page of a sorted list ended: in which order, and with whom, who is sorted by Key there.
type sortedPlace struct {
	Sort string  `json:"s"`
	Key  *string `json:"k"`
	ID   int64   `json:"i"`
}

func (p sortedPlace) cursor() string {
	text, _ := json.Marshal(p) // texts and numbers always can be
	return string(text)
}

// storedPlace is afterPlace for the lists of package store.
func (p Page) storedPlace(sort string) (*store.Place, error) {
	place, err := p.afterPlace(sort)
	if err != nil || place == nil {
		return nil, err
	}
	return &store.Place{Key: place.Key, ID: place.ID}, nil
}

// afterPlace reads the cursor of a list in the given order; nil on the first page.
func (p Page) afterPlace(sort string) (*sortedPlace, error) {
	text, err := p.after()
	if err != nil || text == nil {
		return nil, err
	}
	var place sortedPlace
	if json.Unmarshal([]byte(*text), &place) != nil || place.Sort != sort || place.Key != nil && strings.ContainsRune(*place.Key, 0) {
		return nil, badCursor()
	}
	return &place, nil
}

package store

import (
	"slices"

	"placeops/store/decimal"
)

// Order is how a list of people is sorted. Equals come in the order of their ids, who has nothing to be sorted by comes last.
type Order struct {
	By         string
	Descending bool
}

// Place is where a page of a sorted list ended: the last one's key in the order, nil if he had none, and id.
type Place struct {
	Key *string
	ID  int64
}

// byNumber are the orders that go by a number.
var byNumber = []string{"registered_at", "cgpa", "batch_year"}

// sortedAfter is what a statement for sorted lists needs of a place.
type sortedAfter struct {
	id     *int64
	text   *string
	number *decimal.Decimal
}

// after reads a place in the order; ok is false if no page can have ended there.
func (o Order) after(place *Place) (after sortedAfter, ok bool) {
	switch {
	case place == nil:
		return after, true
	case place.Key == nil:
	case slices.Contains(byNumber, o.By):
		number, err := decimal.Parse(*place.Key)
		if err != nil {
			return after, false
		}
		after.number = &number
	default:
		after.text = place.Key
	}
	after.id = &place.ID
	return after, true
}

// placeOf is where a row stands; key is "" where it has none.
func placeOf(key string, id int64) Place {
	if key == "" {
		return Place{ID: id}
	}
	return Place{Key: &key, ID: id}
}

var errBadCursor = InvalidFields(FieldError{Field: "cursor", Message: "is not one that this list gave"})

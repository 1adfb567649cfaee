package server

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"math"
	"net/url"
	"strconv"
	"unicode/utf8"

	"placeops/store"
)

const defaultLimit = 50

// Page is how lists are asked for: the first limit rows, then those after cursor.
type Page struct {
	Limit  int32  `query:"limit" minimum:"1" maximum:"500" doc:"How many rows at most."`
	Cursor string `query:"cursor" maxLength:"2000" doc:"Where the page before ended, from its Link header."`
}

// rows is how many rows to read: one more than the page holds, which tells whether there is another page.
func (p Page) rows() int32 {
	if p.Limit == 0 {
		return defaultLimit + 1
	}
	return p.Limit + 1
}

// WholePage is a Page on the routes that the web client calls without paging: everything, unless a limit is given.
type WholePage struct{ Page }

func (p WholePage) rows() int32 {
	if p.Limit == 0 {
		return math.MaxInt32
	}
	return p.Limit + 1
}

// after reads the cursor as text; nil on the first page.
func (p Page) after() (*string, error) {
	if p.Cursor == "" {
		return nil, nil //nolint:nilnil // no cursor is not an error
	}
	text, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	if err != nil || !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 { // the database takes no other text
		return nil, badCursor()
	}
	after := string(text)
	return &after, nil
}

// afterID reads the cursor as an id; nil on the first page.
func (p Page) afterID() (*int64, error) {
	text, err := p.after()
	if err != nil || text == nil {
		return nil, err
	}
	id, err := strconv.ParseInt(*text, 10, 64)
	if err != nil {
		return nil, badCursor()
	}
	return &id, nil
}

func badCursor() error {
	return store.InvalidFields(store.FieldError{Field: "cursor", Message: "is not one that this list gave"})
}

// list is the output of every list: a plain JSON array, with the next page in the Link header.
type list[T any] struct {
	Link       string  `header:"Link" doc:"The next page, as rel=next."`
	TotalCount string  `header:"X-Total-Count" doc:"How many rows there are in all, where that is cheap to tell."`
	Body       rows[T] `nullable:"false"`
}

// listOf makes a page of the rows found (limit is what was asked of the database, see rows). cursor tells where
// a row stands in the list's order.
func listOf[R, T any](ctx context.Context, found []R, limit int32, body func(R) T, cursor func(R) string) *list[T] {
	var out list[T]
	if len(found) >= int(limit) {
		found = found[:limit-1]
		out.Link = nextLink(requestFrom(ctx), cursor(found[len(found)-1]))
	}
	out.Body = make([]T, len(found))
	for i, row := range found {
		out.Body[i] = body(row)
	}
	return &out
}

func nextLink(r *request, cursor string) string {
	query, err := url.ParseQuery(r.query)
	if err != nil {
		query = url.Values{}
	}
	query.Set("cursor", base64.RawURLEncoding.EncodeToString([]byte(cursor)))
	return fmt.Sprintf(`<%s?%s>; rel="next"`, r.path, query.Encode())
}

func idCursor(id int64) string { return strconv.FormatInt(id, 10) }

func total(count int64) string { return strconv.FormatInt(count, 10) }

package server

import (
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"placeops/store"
)

// FuzzCursor: a cursor is read in exactly one way or refused by the field's name, whatever list it is given to.
func FuzzCursor(f *testing.F) {
	for _, cursor := range []string{"MTIz", "LTE", "MjAyNi0xMS0zMFQxMDowMDowMFp8NQ", "==", "AAAA", "OTk5OTk5OTk5OTk5OTk5OTk5OTk", "MTI_", ""} {
		f.Add(cursor)
	}
	f.Fuzz(func(t *testing.T, cursor string) {
		page := Page{Cursor: cursor}
		id, err := page.afterID()
		requireCursorFault(t, err)
		if id != nil {
			again, err := Page{Cursor: encodedCursor(t, "", idCursor(*id))}.afterID()
			require.NoError(t, err)
			require.Equal(t, id, again)
		}
		notice, err := page.afterNotice()
		requireCursorFault(t, err)
		require.True(t, notice == nil || plausible(notice.ToldAt))
		var finished listFinishedInput
		finished.Page = page
		drive, err := finished.before()
		requireCursorFault(t, err)
		require.True(t, drive == nil || plausible(drive.Date), "a date that the database takes")
	})
}

func requireCursorFault(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	var refusal *store.Error
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, store.Invalid, refusal.Kind)
	require.Equal(t, "cursor", refusal.Fields[0].Field)
}

// FuzzNextLink: the link to the next page keeps what was asked, gives the cursor back as it was, and is one header.
func FuzzNextLink(f *testing.F) {
	f.Add("limit=5&q=a%20b&cursor=old", "123")
	f.Add("q=%0d%0aSet-Cookie:x&q=%3E%22;rel=prev", "27CSE001\n5")
	f.Add("q=%zz;&&=", "\xff>\r\n")
	f.Fuzz(func(t *testing.T, query, cursor string) {
		encoded := encodedCursor(t, query, cursor)
		if cursor == "" {
			return // no list has a row of that name
		}
		after, err := Page{Cursor: encoded}.after()
		if !utf8.ValidString(cursor) || strings.Contains(cursor, "\x00") {
			requireCursorFault(t, err)
			require.Nil(t, after)
			return
		}
		require.NoError(t, err)
		require.Equal(t, cursor, *after)
	})
}

func encodedCursor(t *testing.T, query, cursor string) string {
	t.Helper()
	link := nextLink(&request{path: "/drives", query: query}, cursor)
	require.False(t, strings.ContainsAny(link, "\r\n\x00"), "%q", link)
	target, ok := strings.CutPrefix(link, "<")
	require.True(t, ok)
	target, ok = strings.CutSuffix(target, `>; rel="next"`)
	require.True(t, ok)
	require.False(t, strings.ContainsAny(target, "<> \""), "%q", link)
	next, err := url.Parse(target)
	require.NoError(t, err)
	require.Equal(t, "/drives", next.Path)
	values := next.Query()
	require.Len(t, values["cursor"], 1)
	if asked, err := url.ParseQuery(query); err == nil {
		asked.Set("cursor", values.Get("cursor"))
		require.Equal(t, asked, values)
	}
	return values.Get("cursor")
}

package site

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAWordIsFoundWhereItBegins(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, word string
		at         int
	}{
		{"the folder is old", "old", 14},
		{"the folder", "old", 5},
		{"old", "old", 0},
		{"told, \u00e4old (old)", "old", 13},
		{"nothing", "old", -1},
		{"", "old", -1},
	} {
		require.Equal(t, c.at, find(c.text, c.word), c.text)
	}
}

func TestAnExcerptIsThePagesWords(t *testing.T) {
	t.Parallel()
	s := section{text: "Stop serve first, all of them; restore refuses while one works on the folder of the old one."}
	var text string
	var sought []string
	for _, words := range s.around([]string{"restore", "old"}) {
		text += words.Text
		if words.Sought {
			sought = append(sought, words.Text)
		}
	}
	require.Equal(t, s.text, text)
	require.Equal(t, []string{"restore", "old"}, sought)
}

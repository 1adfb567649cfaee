package site_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"placeops/docs"
	"placeops/docs/site"
)

// whole is the site; it does not change.
var whole = sync.OnceValues(site.Build)

func build(t require.TestingT) *site.Site {
	built, err := whole()
	require.NoError(t, err)
	return built
}

// eachPage calls check with every page of the site, and those that it makes for a question.
func eachPage(t *testing.T, built *site.Site, check func(t *testing.T, address, body string)) {
	t.Helper()
	for _, group := range docs.Navigation() {
		for _, page := range group.Pages {
			file, ok := built.Find(page.Address())
			require.True(t, ok, page.File)
			check(t, page.Address(), string(file.Body))
		}
	}
	missing, err := built.Missing()
	require.NoError(t, err)
	check(t, "missing", string(missing))
	for _, query := range []string{"", "backup", "nothing at all of this", `<img src=x onerror="alert(1)">`} {
		found, err := built.SearchPage(query)
		require.NoError(t, err)
		check(t, "search for "+query, string(found))
	}
}

// elements without an end of their own (HTML, 13.1.2).
var void = []string{"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}

func TestPagesAreWellFormed(t *testing.T) {
	t.Parallel()
	eachPage(t, build(t), func(t *testing.T, address, body string) {
		var open, ids []string
		tokens := html.NewTokenizer(strings.NewReader(body))
		for {
			kind := tokens.Next()
			if kind == html.ErrorToken {
				require.ErrorIs(t, tokens.Err(), io.EOF, address)
				break
			}
			token := tokens.Token()
			switch {
			case kind == html.StartTagToken && !slices.Contains(void, token.Data):
				open = append(open, token.Data)
			case kind == html.EndTagToken:
				require.NotEmpty(t, open, "%s: </%s>", address, token.Data)
				require.Equal(t, open[len(open)-1], token.Data, "%s: the end of another element", address)
				open = open[:len(open)-1]
			}
			for _, attribute := range token.Attr {
				if attribute.Key == "id" {
					require.NotContains(t, ids, attribute.Val, "%s: an id stands for one element", address)
					ids = append(ids, attribute.Val)
				}
			}
		}
		require.Empty(t, open, address)
	})
}

func TestHeadingsAreInOrder(t *testing.T) {
	t.Parallel()
	heading := regexp.MustCompile(`<h([1-6])[ >]`)
	eachPage(t, build(t), func(t *testing.T, address, body string) {
		level := 0
		for i, found := range heading.FindAllStringSubmatch(body, -1) {
			next := int(found[1][0] - '0')
			require.Equal(t, i == 0, next == 1, "%s: one title, at the top", address)
			require.LessOrEqual(t, next, level+1, "%s: no level is left out", address)
			level = next
		}
		require.NotZero(t, level, address)
	})
}

// TestPagesRunNothingAndLoadNothingFromElsewhere: the policy would stop it, and the page would look broken.
func TestPagesRunNothingAndLoadNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	require.NotContains(t, site.Policy, "unsafe")
	require.NotContains(t, site.Policy, "http")
	eachPage(t, build(t), func(t *testing.T, address, body string) {
		document, err := html.Parse(strings.NewReader(body))
		require.NoError(t, err)
		for node := range document.Descendants() {
			if node.Type == html.CommentNode {
				require.Fail(t, "a page has HTML that was left out", "%s: %s", address, node.Data)
			}
			if node.Type != html.ElementNode {
				continue
			}
			require.NotContains(t, []string{"style", "iframe", "object", "embed", "base"}, node.Data, address)
			if node.Data == "script" {
				require.Nil(t, node.FirstChild, "%s: no inline script", address)
			}
			for _, attribute := range node.Attr {
				require.NotEqual(t, "style", attribute.Key, address)
				require.False(t, strings.HasPrefix(attribute.Key, "on"), "%s: %s", address, attribute.Key)
				if attribute.Key == "src" || attribute.Key == "action" || attribute.Key == "href" && node.Data == "link" {
					require.True(t, strings.HasPrefix(attribute.Val, "/docs/"), "%s loads %s", address, attribute.Val)
				}
			}
		}
	})
}

func TestEveryLinkAndAnchorLeadsSomewhere(t *testing.T) {
	t.Parallel()
	built := build(t)
	links := regexp.MustCompile(`(?:href|src|action)="([^"]*)"`)
	count := 0
	eachPage(t, built, func(t *testing.T, address, body string) {
		for _, found := range links.FindAllStringSubmatch(body, -1) {
			link, err := url.Parse(html.UnescapeString(found[1]))
			require.NoError(t, err, "%s: %s", address, found[1])
			if link.Scheme != "" {
				require.Contains(t, []string{"http", "https", "mailto"}, link.Scheme, "%s: %s", address, link)
				continue
			}
			target := body
			if link.Path != "" {
				if slices.Contains([]string{site.APIPage, site.Description, site.Root + "/search"}, link.Path) {
					continue // the server's, see server.TestThePagesOfTheDocumentationAreAnswered
				}
				file, ok := built.Find(link.Path)
				require.True(t, ok, "%s leads to %s, which is not there", address, link)
				target = string(file.Body)
			}
			if link.Fragment != "" {
				require.Contains(t, target, ` id="`+html.EscapeString(link.Fragment)+`"`, "%s leads to %s", address, link)
			}
			count++
		}
	})
	require.Greater(t, count, 500)
}

func TestPackedFilesAreTheSame(t *testing.T) {
	t.Parallel()
	built := build(t)
	for _, address := range []string{"/docs", "/docs/security", "/docs/assets/style.css", "/docs/assets/site.js", "/docs/assets/icon.svg"} {
		file, ok := built.Find(address)
		require.True(t, ok, address)
		packed, err := gzip.NewReader(bytes.NewReader(file.Packed))
		require.NoError(t, err)
		body, err := io.ReadAll(packed)
		require.NoError(t, errors.Join(err, packed.Close()))
		require.Equal(t, file.Body, body)
	}
}

func TestSearchFindsWhatPeopleLookFor(t *testing.T) {
	t.Parallel()
	built := build(t)
	for query, address := range map[string]string{
		"PLACEOPS_BACKUP_CRON":                    "/docs/settings#placeops_backup_cron",
		"placeops_tz":                             "/docs/settings#placeops_tz",
		"troubleshooting":                         "/docs/troubleshooting",
		"too many failed log-ins":                 "/docs/troubleshooting#too-many-failed-log-ins-wait-a-few-minutes-and-try-again",
		"  Audit   TRAIL ":                        "/docs/audit",
		"network fails":                           "/docs/attendance-day#when-the-network-fails",
		"the registration deadline of this drive": "/docs/troubleshooting#the-registration-deadline-of-this-drive-has-passed",
	} {
		results := built.Search(query)
		require.NotEmpty(t, results, query)
		require.Equal(t, address, results[0].Address, query)
		require.LessOrEqual(t, len(results), 20)
	}
	require.Empty(t, built.Search("zzzzzz"))
	require.Empty(t, built.Search(" \t"))
}

// FuzzSearch looks for queries that a search does not survive, and for excerpts that are not the page's words.
func FuzzSearch(f *testing.F) {
	built := build(f)
	for _, query := range []string{"backup", "İ", "…", "a b c d e f g h i j", strings.Repeat("x", 300), "\xff\xfe", "ẞ ß"} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		for _, result := range built.Search(query) {
			for _, words := range result.Excerpt {
				require.NotEmpty(t, words.Text)
			}
		}
		_, err := built.SearchPage(query)
		require.NoError(t, err)
	})
}

func BenchmarkBuild(b *testing.B) {
	for b.Loop() {
		if _, err := site.Build(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSearch(b *testing.B) {
	built := build(b)
	for b.Loop() {
		built.Search("the a of in to is on at")
	}
}

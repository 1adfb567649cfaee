package site

import (
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"

	"placeops/docs"
)

const top = "../.."

// markdownFiles are all of the source tree, by their path in it.
func markdownFiles(t *testing.T) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	require.NoError(t, filepath.WalkDir(top, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && name != top && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "node_modules" || entry.Name() == "testdata") {
			return fs.SkipDir
		}
		if entry.IsDir() || path.Ext(name) != ".md" {
			return nil
		}
		source, err := os.ReadFile(name)
		inTree, _ := filepath.Rel(top, name)
		files[filepath.ToSlash(inTree)] = source
		return err
	}))
	require.Greater(t, len(files), 15)
	return files
}

func TestLinksBetweenFilesLeadSomewhere(t *testing.T) {
	t.Parallel()
	files := markdownFiles(t)
	for name, source := range files {
		document := markdown().Parser().Parse(text.NewReader(source))
		pictures := all[*ast.Image](document)
		if name != docs.Project { // which is the repository's front, and no page of the program
			require.Empty(t, pictures, "%s: the program carries no pictures", name)
		}
		for _, picture := range pictures {
			require.FileExists(t, filepath.Join(top, path.Dir(name), string(picture.Destination)), "make screenshots")
		}
		for _, link := range all[*ast.Link](document) {
			to, err := url.Parse(string(link.Destination))
			require.NoError(t, err, "%s: %s", name, link.Destination)
			if to.Scheme != "" {
				continue
			}
			target := name
			if to.Path != "" {
				target = path.Join(path.Dir(name), to.Path)
				_, err := os.Stat(filepath.Join(top, target))
				require.NoError(t, err, "%s leads to %s", name, to)
			}
			if to.Fragment != "" {
				require.Contains(t, headingsOf(files[target]), to.Fragment, "%s leads to %s", name, to)
			}
		}
	}
}

// headingsOf are the anchors of a file.
func headingsOf(source []byte) []string {
	document := markdown().Parser().Parse(text.NewReader(source))
	nameHeadings(document, source)
	var found []string
	for _, h := range all[*ast.Heading](document) {
		found = append(found, anchorOf(h))
	}
	return found
}

func TestEveryPageIsInTheNavigation(t *testing.T) {
	t.Parallel()
	listed, addresses := map[string]bool{}, map[string]bool{APIPage: true, Root + "/search": true}
	for _, group := range docs.Navigation() {
		for _, p := range group.Pages {
			require.False(t, listed[p.File], "%s is listed twice", p.File)
			require.False(t, addresses[p.Address()], "%s has an address that is taken: %s", p.File, p.Address())
			require.NotEmpty(t, p.Title, p.File)
			listed[p.File], addresses[p.Address()] = true, true
		}
	}
	for name := range markdownFiles(t) {
		if folder := path.Dir(name); folder == "docs" || folder == "deploy" {
			require.True(t, listed[name], "%s is in no group of docs.Navigation (docs/docs.go)", name)
		}
	}
}

// TestPagesNameTestsThatExist: each claim of a page names what fails when it is no longer true.
func TestPagesNameTestsThatExist(t *testing.T) {
	t.Parallel()
	tests := map[string]bool{"package.TestName": true} // stands for one
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)\w+)\(`)
	eachSource(t, func(name string, source []byte) {
		if strings.HasSuffix(name, "_test.go") {
			for _, test := range declared.FindAllSubmatch(source, -1) {
				tests[path.Base(path.Dir(name))+"."+string(test[1])] = true
			}
		}
	})
	named := regexp.MustCompile("`(?:[a-z]+/)*([a-z0-9]+\\.(?:Test|Fuzz|Benchmark)\\w+)`")
	inBrowser := regexp.MustCompile("`(?:web/)?e2e/([\\w-]+\\.spec\\.ts): ([^`]+)`")
	for name, source := range markdownFiles(t) {
		for _, test := range inBrowser.FindAllStringSubmatch(string(source), -1) {
			spec, err := os.ReadFile(filepath.Join(top, "web", "e2e", test[1]))
			require.NoError(t, err, "%s names it", name)
			require.Regexp(t, `\btest\(\s*['"]`+regexp.QuoteMeta(test[2])+`( @[a-z-]+)*['"]`, string(spec), "%s names a test that is not there", name)
		}
		for _, test := range named.FindAllStringSubmatch(string(source), -1) {
			require.True(t, tests[test[1]], "%s names %s, which is not there", name, test[1])
		}
	}
}

// eachSource calls look with every Go file of the tree.
func eachSource(t *testing.T, look func(name string, source []byte)) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(top, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && name != top && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "node_modules") {
			return fs.SkipDir
		}
		if entry.IsDir() || path.Ext(name) != ".go" {
			return nil
		}
		source, err := os.ReadFile(name)
		look(filepath.ToSlash(name), source)
		return err
	}))
}

// TestPagesAreOnlyText: nothing that somebody writes into a page runs in a browser.
func TestPagesAreOnlyText(t *testing.T) {
	t.Parallel()
	page, err := render(docs.Page{File: "docs/x.md", Title: "x"}, []byte("# A <script>alert(0)</script> title\n\n"+
		"<script>alert(1)</script>\n\n<img src=x onerror=alert(2)> [a](javascript:alert(3)) [b](data:text/html,x) <javascript:alert(4)>\n\n"+
		"## `<b>` & \"c\"\n\n```html\n<script>alert(5)</script>\n```\n\n| <i> |\n|---|\n| `<u>` |\n\n"+
		"[code](../server/routes.go) [front](../README.md) [other](y.md#z) [here](#b--c)\n"),
		map[string]string{"README.md": "/docs", "docs/y.md": "/docs/y"})
	require.NoError(t, err)
	body := string(page.body)
	for _, hostile := range []string{"<script", "<img", `href="javascript`, `href="data`, "<i>", "<u>", "<b>"} {
		require.NotContains(t, body, hostile)
	}
	require.Contains(t, body, `href="/docs/y#z"`)
	require.Contains(t, body, `href="/docs"`)
	require.NotContains(t, body, "routes.go", "what the site does not show is no link")
	require.Contains(t, body, "code <a")
	require.Contains(t, body, `<h2 id="b--c">`)
	require.Equal(t, []heading{{Text: `<b> & "c"`, Anchor: "b--c"}}, page.contents)
}

func TestAPageBeginsWithItsTitle(t *testing.T) {
	t.Parallel()
	for _, source := range []string{"", "text\n", "## second\n"} {
		_, err := render(docs.Page{File: "docs/x.md"}, []byte(source), nil)
		require.ErrorContains(t, err, "docs/x.md: a page begins with its title")
	}
}

func TestAnchorsAreThoseOfARepository(t *testing.T) {
	t.Parallel()
	names := anchors{}
	for _, heading := range []struct{ text, anchor string }{
		{"What is guaranteed, and what not", "what-is-guaranteed-and-what-not"},
		{"PLACEOPS_TZ", "placeops_tz"},
		{"Publish → students can register", "publish--students-can-register"},
		{"E-mail", "e-mail"},
		{"E-mail", "e-mail-1"},
		{"The office's clock", "the-offices-clock"},
		{"Über 5 Prüfungen", "über-5-prüfungen"},
	} {
		require.Equal(t, heading.anchor, names.next(heading.text))
	}
}

package site

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEveryMessageOfTheTroubleshootingPageIsThere: a heading in code is a message. Each of its pieces between … has to stand in
// a text of the program or in a query, where % and what follows it stand for what differs.
func TestEveryMessageOfTheTroubleshootingPageIsThere(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../troubleshooting.md")
	require.NoError(t, err)
	said := strings.Join(messages(t), "\n")
	headings := regexp.MustCompile("(?m)^### `(.+)`$").FindAllStringSubmatch(string(page), -1)
	require.Greater(t, len(headings), 80)
	for _, heading := range headings {
		letters := 0
		for piece := range strings.SplitSeq(heading[1], "…") {
			piece = strings.TrimSpace(piece)
			if len(piece) < 4 { // brackets and the like
				continue
			}
			letters += len(piece)
			require.Contains(t, said, piece, "no text of the program holds this piece of: %s", heading[1])
		}
		require.Greater(t, letters, 7, "%s: a message that could be any", heading[1])
	}
}

// messages are the texts of the program and of its queries, each with … for what differs.
func messages(t *testing.T) []string {
	t.Helper()
	verb := regexp.MustCompile(`%[-+# 0-9.]*[a-zA-Z]`)
	var found []string
	eachSource(t, func(name string, source []byte) {
		if strings.HasSuffix(name, "_test.go") || strings.Contains(name, "/docs/site/") {
			return
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			text, whole := textOf(n)
			if whole {
				found = append(found, verb.ReplaceAllString(text, "…"))
			}
			return !whole
		})
	})
	queries, err := filepath.Glob(filepath.Join(top, "sql", "queries", "*.sql"))
	require.NoError(t, err)
	require.NotEmpty(t, queries)
	for _, name := range queries {
		query, err := os.ReadFile(name)
		require.NoError(t, err)
		found = append(found, verb.ReplaceAllString(string(query), "…"))
	}
	return found
}

// textOf is the text of a literal, or of some that are put together; what is no literal stands for itself as ….
func textOf(n ast.Node) (text string, ok bool) {
	switch n := n.(type) {
	case *ast.BasicLit:
		if n.Kind == token.STRING {
			text, err := strconv.Unquote(n.Value)
			return text, err == nil
		}
	case *ast.BinaryExpr:
		left, isLeft := textOf(n.X)
		right, isRight := textOf(n.Y)
		if n.Op != token.ADD || !isLeft && !isRight {
			return "", false
		}
		if !isLeft {
			left = "…"
		}
		if !isRight {
			right = "…"
		}
		return left + right, true
	}
	return "", false
}

// elsewhere are refusals that nobody has to look up: they are put together of others, or only a program with a fault meets them.
var elsewhere = []string{
	"…", "…; this one is …", "the request does not fit", "send … or …", "this form has more than … parts", "the password must be valid UTF-8 text",
}

// TestEveryRefusalIsOnTheTroubleshootingPage: what people are told when something is refused is looked up there.
func TestEveryRefusalIsOnTheTroubleshootingPage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../troubleshooting.md")
	require.NoError(t, err)
	headings := regexp.MustCompile("(?m)^### `(.+)`$").FindAllStringSubmatch(string(page), -1)
	told := func(refusal string) bool {
		for _, heading := range headings {
			if isOf(heading[1], refusal) {
				return true
			}
		}
		return slices.Contains(elsewhere, refusal)
	}
	all := refusals(t)
	require.Greater(t, len(all), 80)
	for _, refusal := range all {
		if !told(refusal) {
			t.Errorf("docs/troubleshooting.md has no heading for: %q", refusal)
		}
	}
	require.Subset(t, all, elsewhere)
}

// isOf tells whether a heading's pieces stand in a message in their order.
func isOf(heading, message string) bool {
	for piece := range strings.SplitSeq(heading, "…") {
		piece = strings.TrimSpace(piece)
		at := strings.Index(message, piece)
		if at < 0 {
			return false
		}
		message = message[at+len(piece):]
	}
	return true
}

// refusals are the texts that become the message of an answer, or of a line of an import.
func refusals(t *testing.T) []string {
	t.Helper()
	verb := regexp.MustCompile(`%[-+# 0-9.]*[a-zA-Z]`)
	var found []string
	add := func(n ast.Node) {
		if text, ok := textOf(n); ok {
			found = append(found, verb.ReplaceAllString(text, "…"))
		}
	}
	eachSource(t, func(name string, source []byte) {
		if strings.HasSuffix(name, "_test.go") || !slices.Contains([]string{"server", "store", "auth", "sheets", "uploads"}, path.Base(path.Dir(name))) {
			return
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				switch calledName(n) {
				case "store.Errorf", "Errorf", "fileError":
					add(n.Args[1])
				case "unavailable":
					add(n.Args[0])
				}
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Message" {
					add(n.Value)
				}
			}
			return true
		})
	})
	return found
}

func calledName(call *ast.CallExpr) string {
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		return fun.Name
	case *ast.SelectorExpr:
		if in, ok := fun.X.(*ast.Ident); ok {
			return in.Name + "." + fun.Sel.Name
		}
	}
	return ""
}

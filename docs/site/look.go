package site

import (
	"fmt"
	"html"

	"github.com/yuin/goldmark/ast"
	extended "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// look renders what a page shows in its own way: headings that can be linked to, and tables and code that scroll on a narrow
// screen, also by keyboard.
type look struct{}

func (look) RegisterFuncs(registry renderer.NodeRendererFuncRegisterer) {
	registry.Register(ast.KindHeading, renderHeading)
	registry.Register(ast.KindFencedCodeBlock, renderCode)
	registry.Register(extended.KindTable, renderTable)
}

func renderHeading(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	h := node.(*ast.Heading)
	anchor := html.EscapeString(anchorOf(h))
	var err error
	if entering {
		_, err = fmt.Fprintf(w, "<h%d id=\"%s\">", h.Level, anchor)
	} else {
		_, err = fmt.Fprintf(w, "<a class=\"anchor\" href=\"#%s\" aria-label=\"Link to: %s\">#</a></h%d>\n", anchor,
			html.EscapeString(plain(h, source)), h.Level)
	}
	return ast.WalkContinue, err
}

func renderCode(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	_, err := fmt.Fprintf(w, "<pre tabindex=\"0\"><code>%s</code></pre>\n", html.EscapeString(string(node.Lines().Value(source))))
	return ast.WalkSkipChildren, err
}

func renderTable(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	tags := "</table></div>\n"
	if entering {
		tags = "<div class=\"table\" role=\"region\" aria-label=\"Table\" tabindex=\"0\"><table>\n"
	}
	_, err := w.WriteString(tags)
	return ast.WalkContinue, err
}

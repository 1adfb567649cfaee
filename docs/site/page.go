package site

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"net/url"
	"path"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"placeops/docs"
)

// page is a page of the documentation, rendered.
type page struct {
	address  string
	short    string // title in the navigation
	title    string
	body     template.HTML // without the title
	contents []heading
	sections []section
}

// heading is a line of a page's table of contents.
type heading struct {
	Text   string
	Anchor string
}

// markdown is CommonMark with tables and addresses that become links. HTML in a page is left out, and so are links to scripts.
func markdown() goldmark.Markdown {
	return goldmark.New(
		goldmark.WithExtensions(extension.Table, extension.Linkify),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(look{}, 100))),
	)
}

func readPage(p docs.Page, addresses map[string]string) (*page, error) {
	source, err := p.Text()
	if err != nil {
		return nil, err
	}
	return render(p, source, addresses)
}

// render makes a page of its text; addresses says where the site shows the files that are linked to.
func render(p docs.Page, source []byte, addresses map[string]string) (*page, error) {
	md := markdown()
	document := md.Parser().Parse(text.NewReader(source))
	read := &page{address: p.Address(), short: p.Title}
	if err := read.takeTitle(document, source); err != nil {
		return nil, fmt.Errorf("%s: %w", p.File, err)
	}
	nameHeadings(document, source)
	relink(document, p.File, addresses)
	read.contents = contentsOf(document, source)
	read.sections = sectionsOf(document, source, read)
	var body bytes.Buffer
	if err := md.Renderer().Render(&body, source, document); err != nil {
		return nil, fmt.Errorf("%s: %w", p.File, err)
	}
	read.body = template.HTML(body.String()) //nolint:gosec // goldmark has escaped it, and leaves HTML out
	return read, nil
}

// takeTitle takes the first heading out of the page: the layout shows it.
func (p *page) takeTitle(document ast.Node, source []byte) error {
	title, ok := document.FirstChild().(*ast.Heading)
	if !ok || title.Level != 1 {
		return errors.New("a page begins with its title, after one #")
	}
	p.title = plain(title, source)
	document.RemoveChild(document, title)
	return nil
}

// nameHeadings gives each heading the anchor that it has where a repository is read, so links work there and here.
func nameHeadings(document ast.Node, source []byte) {
	names := anchors{}
	for _, h := range all[*ast.Heading](document) {
		h.SetAttributeString("id", []byte(names.next(plain(h, source))))
	}
}

func anchorOf(h *ast.Heading) string {
	id, _ := h.AttributeString("id")
	name, _ := id.([]byte)
	return string(name)
}

func contentsOf(document ast.Node, source []byte) []heading {
	var contents []heading
	for _, h := range all[*ast.Heading](document) {
		if h.Level == 2 {
			contents = append(contents, heading{plain(h, source), anchorOf(h)})
		}
	}
	return contents
}

// relink leads links between files to where the site shows them. What the site does not show stays as its words.
func relink(document ast.Node, from string, addresses map[string]string) {
	for _, link := range all[*ast.Link](document) {
		to, err := url.Parse(string(link.Destination))
		if err != nil || to.Scheme != "" || to.Path == "" {
			continue
		}
		address, shown := addresses[path.Join(path.Dir(from), to.Path)]
		if !shown {
			unlink(link)
			continue
		}
		to.Path = address
		link.Destination = []byte(to.String())
	}
}

func unlink(link *ast.Link) {
	parent := link.Parent()
	for child := link.FirstChild(); child != nil; child = link.FirstChild() {
		link.RemoveChild(link, child)
		parent.InsertBefore(parent, link, child)
	}
	parent.RemoveChild(parent, link)
}

// all returns the nodes of a kind below a node, in the order of the page.
func all[N ast.Node](below ast.Node) []N {
	var found []N
	_ = ast.Walk(below, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function returns no error
		if wanted, ok := n.(N); ok && entering {
			found = append(found, wanted)
		}
		return ast.WalkContinue, nil
	})
	return found
}

// plain is a node's text without any mark-up.
func plain(n ast.Node, source []byte) string {
	var out strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function returns no error
		if entering {
			out.WriteString(ownText(n, source))
		} else if n.Type() == ast.TypeBlock {
			out.WriteByte(' ')
		}
		return ast.WalkContinue, nil
	})
	return strings.Join(strings.Fields(out.String()), " ")
}

// ownText is the text that a node itself holds.
func ownText(n ast.Node, source []byte) string {
	switch n := n.(type) {
	case *ast.Text:
		words := string(util.UnescapePunctuations(n.Segment.Value(source)))
		if n.Parent().Kind() == ast.KindCodeSpan {
			words = string(n.Segment.Value(source))
		}
		if n.SoftLineBreak() || n.HardLineBreak() {
			words += " "
		}
		return words
	case *ast.String:
		return string(n.Value)
	case *ast.AutoLink:
		return string(n.Label(source))
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		return string(n.Lines().Value(source))
	}
	return ""
}

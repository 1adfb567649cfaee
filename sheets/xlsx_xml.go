package sheets

import (
	"encoding/xml"
	"errors"
	"io"

	"golang.org/x/text/encoding/htmlindex"
)

// maxDepth is how deep elements may nest; those of a workbook stay below ten.
const maxDepth = 64

// xmlPart reads one part of a workbook token by token.
type xmlPart struct {
	content io.ReadCloser
	guard   *guard
	decoder *xml.Decoder
	// open holds the names of the elements around the current token, outermost first.
	open []string
}

// elementVisitor is given an element and the name of the one around it ("" for the root).
type elementVisitor func(parent string, element xml.StartElement) error

func newXMLPart(content io.ReadCloser) *xmlPart {
	p := &xmlPart{content: content, guard: newGuard(content)}
	p.decoder = xml.NewDecoder(p.guard)
	p.decoder.CharsetReader = func(label string, input io.Reader) (io.Reader, error) {
		encoding, err := htmlindex.Get(label)
		if err != nil {
			return nil, err
		}
		return encoding.NewDecoder().Reader(input), nil
	}
	return p
}

// next returns the next token; it is valid until the call after. io.EOF stands behind the root element only.
func (p *xmlPart) next() (xml.Token, error) {
	p.guard.renew()
	token, err := p.decoder.Token()
	if errors.Is(err, io.EOF) {
		return nil, io.EOF
	}
	if err != nil {
		return nil, xlsxError(err)
	}
	switch token := token.(type) {
	case xml.StartElement:
		if len(p.open) == maxDepth {
			return nil, ErrDamaged
		}
		p.open = append(p.open, token.Name.Local)
	case xml.EndElement:
		p.open = p.open[:len(p.open)-1]
	}
	return token, nil
}

// elements visits every element to the end of the part.
func (p *xmlPart) elements(visit elementVisitor) error {
	for {
		token, err := p.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if element, ok := token.(xml.StartElement); ok {
			if err := visit(p.parent(), element); err != nil {
				return err
			}
		}
	}
}

// parent is the name of the element around the one that next has just returned.
func (p *xmlPart) parent() string {
	if len(p.open) < 2 {
		return ""
	}
	return p.open[len(p.open)-2]
}

// inside tells whether the current token stands within an element of this name.
func (p *xmlPart) inside(name string) bool {
	for _, open := range p.open {
		if open == name {
			return true
		}
	}
	return false
}

// innermost is the name of the element that the current text stands in.
func (p *xmlPart) innermost() string {
	if len(p.open) == 0 {
		return ""
	}
	return p.open[len(p.open)-1]
}

// Close closes the part in the zip.
func (p *xmlPart) Close() error { return p.content.Close() }

// attribute returns an attribute's value by its local name, "" where it is missing.
func attribute(element xml.StartElement, name string) string {
	for _, attr := range element.Attr {
		if attr.Name.Local == name {
			return attr.Value
		}
	}
	return ""
}

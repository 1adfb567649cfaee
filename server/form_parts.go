package server

import (
	"errors"
	"io"
	"mime/multipart"
	"os"

	"placeops/store"
)

// formParts reads the parts of a form. Of a part's head that is cut off the multipart package says that it is malformed,
// whatever cut it off; so what the body itself said is kept.
type formParts struct {
	parts *multipart.Reader
	body  *lateBody
	left  int
}

// mostParts is far more than any form has; a million empty ones would keep a core busy for seconds.
const mostParts = 10_000

func newFormParts(body io.Reader, boundary string) *formParts {
	watched := &lateBody{Reader: body}
	return &formParts{parts: multipart.NewReader(watched, boundary), body: watched, left: mostParts}
}

// next returns the next part, or io.EOF after the last one; a form that breaks off is no io.EOF.
func (p *formParts) next() (*multipart.Part, error) {
	if p.left--; p.left < 0 {
		return nil, store.Errorf(store.Malformed, "this form has more than %d parts", mostParts)
	}
	part, err := p.parts.NextPart()
	if err == nil || err == io.EOF { // wrapped, it means a form that breaks off
		return part, err
	}
	if p.body.late != nil {
		err = p.body.late
	}
	return nil, brokenBody(err)
}

// lateBody remembers that its sender was too slow.
type lateBody struct {
	io.Reader
	late error
}

func (b *lateBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		b.late = err
	}
	return n, err
}

package sheets

import (
	"errors"
	"io"
)

// errRecordTooLong is what a guard answers when one record or piece of XML wants more than maxRecordBytes.
var errRecordTooLong = errors.New("record too long")

// guard stands below a parser that keeps one record in memory and would do so with an endless one, too.
type guard struct {
	r    io.Reader
	left int
}

func newGuard(r io.Reader) *guard { return &guard{r: r, left: maxRecordBytes} }

// renew allows the next record its own maxRecordBytes.
func (g *guard) renew() { g.left = maxRecordBytes }

// exceeded tells whether the current record has used up what it may read.
func (g *guard) exceeded() bool { return g.left <= 0 }

func (g *guard) Read(p []byte) (int, error) {
	if g.exceeded() {
		return 0, errRecordTooLong
	}
	n, err := g.r.Read(p[:min(len(p), g.left)])
	g.left -= n
	return n, err
}

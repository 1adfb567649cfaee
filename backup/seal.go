package backup

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
)

// The seal is a skippable frame of zstd, which its tools pass over: magic number, length, a word and the SHA-256 of
// everything before.
var sealHead = []byte("\x5b\x2a\x4d\x18" + "\x28\x00\x00\x00" + "placeops")

const sealSize = 16 + sha256.Size

// sealingWriter counts and hashes what goes through it.
type sealingWriter struct {
	w       io.Writer
	sum     hash.Hash
	written int64
}

func newSealingWriter(w io.Writer) *sealingWriter { return &sealingWriter{w: w, sum: sha256.New()} }

func (s *sealingWriter) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	s.sum.Write(p[:n])
	s.written += int64(n)
	return n, err
}

func (s *sealingWriter) seal() error {
	_, err := s.Write(s.sum.Sum(bytes.Clone(sealHead)))
	return err
}

// What unsealedReader finds at the end of an archive that is not whole.
var (
	errNoSeal    = errors.New("it does not end as an archive ends: it was cut off, or something was added")
	errWrongSeal = errors.New("its checksum is wrong")
)

// unsealedReader reads what is before the seal. It reports the end only when the seal is there and right.
type unsealedReader struct {
	r    *bufio.Reader
	sum  hash.Hash
	read int64
	end  error // once it is reached
}

func newUnsealedReader(r io.Reader) *unsealedReader {
	return &unsealedReader{r: bufio.NewReaderSize(r, 1<<18), sum: sha256.New()}
}

func (u *unsealedReader) Read(p []byte) (int, error) {
	if u.end != nil || len(p) == 0 {
		return 0, u.end
	}
	want := min(len(p), u.r.Size()-sealSize)
	ahead, err := u.r.Peek(want + sealSize)
	if len(ahead) <= sealSize {
		u.end = u.check(ahead, err)
		return 0, u.end
	}
	n := copy(p, ahead[:len(ahead)-sealSize])
	u.sum.Write(p[:n])
	u.read += int64(n)
	_, _ = u.r.Discard(n) // it is there
	return n, nil
}

func (u *unsealedReader) check(last []byte, err error) error {
	switch {
	case !errors.Is(err, io.EOF):
		return err
	case !bytes.HasPrefix(last, sealHead) || len(last) != sealSize:
		return errNoSeal
	case !bytes.Equal(last[len(sealHead):], u.sum.Sum(nil)):
		return errWrongSeal
	}
	u.read += sealSize
	return io.EOF
}

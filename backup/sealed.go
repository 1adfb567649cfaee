package backup

import (
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"
)

// NewSealed packs what is written into it, on one core and in little memory. Close ends it with the seal that archives have,
// and leaves w open; without Close, what w holds is refused by NewUnsealed.
func NewSealed(w io.Writer) (io.WriteCloser, error) {
	out := newSealingWriter(w)
	packed, err := zstd.NewWriter(out, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20))
	return &sealed{Encoder: packed, out: out}, err
}

type sealed struct {
	*zstd.Encoder
	out *sealingWriter
}

func (s *sealed) Close() error {
	if err := s.Encoder.Close(); err != nil {
		return err
	}
	return s.out.seal()
}

// NewUnsealed reads what NewSealed wrote. The end comes only when the seal is right, so nothing may be used before it.
func NewUnsealed(r io.Reader) (io.ReadCloser, error) {
	unpacked, err := zstd.NewReader(newUnsealedReader(r), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(64<<20))
	if err != nil {
		return nil, err
	}
	return unsealed{unpacked}, nil
}

type unsealed struct{ unpacked *zstd.Decoder }

// Read says of everything that is not whole that it is damaged.
func (u unsealed) Read(p []byte) (int, error) {
	n, err := u.unpacked.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = damaged("%w", err)
	}
	return n, err
}

func (u unsealed) Close() error {
	u.unpacked.Close()
	return nil
}

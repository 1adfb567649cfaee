package uploads

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"
)

// What passes for a PDF says so at its very beginning, however it arrives; nothing of it is lost by looking, and whatever is
// refused is refused in words for its sender.
func FuzzPDFSniffing(f *testing.F) {
	f.Add([]byte(pdf))
	f.Add([]byte("\xef\xbb\xbf%PDF-1.4\n"))
	f.Add([]byte("\n\n%PDF-2.0"))
	f.Add([]byte("<html><script>alert(1)</script>%PDF-1.7"))
	f.Add([]byte("PK\x03\x04%PDF-1.7"))
	f.Add([]byte("GIF89a%PDF-"))
	f.Add(append(bytes.Repeat([]byte(" "), headBytes), "%PDF-1.7"...))
	f.Fuzz(func(t *testing.T, file []byte) {
		whole, verdict := sniffed(t, bytes.NewReader(file), file)
		bits, again := sniffed(t, iotest.OneByteReader(bytes.NewReader(file)), file)
		if whole != bits {
			t.Fatalf("all at once: %v, byte by byte: %v", verdict, again)
		}
		if start := bytes.TrimSpace(bytes.TrimPrefix(file, []byte("\xef\xbb\xbf"))); whole && !bytes.HasPrefix(start, []byte("%PDF-")) {
			t.Fatalf("%.40q is taken for a PDF", file)
		}
	})
}

// sniffed tells whether a file is taken, and makes sure that all of it is still there to be stored.
func sniffed(t *testing.T, r io.Reader, file []byte) (taken bool, err error) {
	content := bufio.NewReaderSize(r, headBytes)
	err = checkContent(JobDescription, content)
	var refusal *ContentError
	if err != nil && (!errors.As(err, &refusal) || refusal.Message == "") {
		t.Fatalf("not for the sender: %v", err)
	}
	if left, readErr := io.ReadAll(content); readErr != nil || !bytes.Equal(left, file) {
		t.Fatalf("%d bytes are left of %d: %v", len(left), len(file), readErr)
	}
	return err == nil, err
}

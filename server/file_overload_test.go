package server_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"hash/crc32"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/sheets/sheetstest"
)

// endless is a body of so many equal pieces, which needs no memory at the sender's.
func endless(before, piece string, total int64, after string) io.Reader {
	repeated := io.LimitReader(repeat(piece), total)
	return io.MultiReader(strings.NewReader(before), repeated, strings.NewReader(after))
}

// repeating holds many of its pieces: the test should spend its time in the server.
type repeating struct {
	pieces string
	at     int
}

func repeat(piece string) *repeating {
	return &repeating{pieces: strings.Repeat(piece, 1+(64<<10)/len(piece))}
}

func (r *repeating) Read(p []byte) (n int, _ error) {
	for n < len(p) {
		copied := copy(p[n:], r.pieces[r.at:])
		n += copied
		r.at = (r.at + copied) % len(r.pieces)
	}
	return n, nil
}

// bomb is a workbook of a megabyte that unpacks to size bytes of spaces: one compressed megabyte, again and again.
func bomb(t *testing.T, name string, size int64) io.Reader {
	t.Helper()
	block := bytes.Repeat([]byte(" "), 1<<20)
	var packed, out bytes.Buffer
	squeeze, err := flate.NewWriter(&packed, flate.BestSpeed)
	require.NoError(t, err)
	pack := func(text []byte) []byte {
		packed.Reset()
		_, err := squeeze.Write(text)
		require.NoError(t, err)
		require.NoError(t, squeeze.Flush())
		return bytes.Clone(packed.Bytes())
	}
	parts := [][]byte{pack(block), pack(block)}
	blocks := int(size / int64(len(block)))
	for range blocks - 2 {
		parts = append(parts, parts[1])
	}
	parts = append(parts, pack(block[:size%int64(len(block))]))
	packed.Reset()
	require.NoError(t, squeeze.Close())
	whole := bytes.Join(append(parts, packed.Bytes()), nil)
	sum := crc32.NewIEEE()
	_, err = io.CopyN(sum, repeat(" "), size)
	require.NoError(t, err)
	w := zip.NewWriter(&out)
	part, err := w.CreateRaw(&zip.FileHeader{
		Name: name, Method: zip.Deflate, CRC32: sum.Sum32(), CompressedSize64: uint64(len(whole)), UncompressedSize64: uint64(size),
	})
	require.NoError(t, err)
	_, err = part.Write(whole)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return &out
}

func TestTheBombUnpacksToWhatItSays(t *testing.T) {
	t.Parallel()
	const size = 5<<20 + 17
	packed, err := io.ReadAll(bomb(t, "x", size))
	require.NoError(t, err)
	archive, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	require.NoError(t, err)
	file, err := archive.File[0].Open()
	require.NoError(t, err)
	text, err := io.ReadAll(file) // which also compares the checksum
	require.NoError(t, err)
	require.NoError(t, file.Close())
	require.Equal(t, strings.Repeat(" ", size), string(text))
}

const (
	sheetHead = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"s.csv\"\r\n\r\n"
	formEnd   = "\r\n--b--\r\n"
	good      = "Roll No,Name,Email\r\nA1,Asha,asha@c.example\r\n"
)

func sheetForm(sheet io.Reader) io.Reader {
	return io.MultiReader(strings.NewReader(sheetHead), sheet, strings.NewReader(formEnd))
}

// Whatever is sent, it is refused in time and in little memory, others are served meanwhile, and nothing of it stays.
//
//nolint:paralleltest // it looks at the memory of the whole process
func TestHostileBodiesAreRefusedInLittleMemoryWhileOthersAreServed(t *testing.T) {
	h := start(t)
	drive := h.drive(nil)
	const form, asJSON, sheets, drives = "multipart/form-data; boundary=b", "application/json", "/students/import", "/drives"
	marks := at("/attendance/%d/mark-bulk", drive)
	for _, test := range []struct {
		name, path, contentType string
		body                    io.Reader
		status                  int
	}{
		{"a zip bomb", sheets, form, sheetForm(bomb(t, "xl/worksheets/sheet1.xml", 1<<30+1)), 413},
		{"one endless line", sheets, form, sheetForm(endless(good, "x", 40<<20, "")), 413},
		{"millions of columns", sheets, form, sheetForm(endless(good, ",", 40<<20, "")), 413},
		{"millions of headings", sheets, form, sheetForm(endless("Roll No", ",a", 40<<20, "")), 413},
		{"an endless quoted cell", sheets, form, sheetForm(endless(good+`A2,"`, "x\r\n", 40<<20, "")), 413},
		{"nothing but quotation marks", sheets, form, sheetForm(endless(good, `"`, 40<<20, "")), 413},
		{"nothing but NULs", sheets, form, sheetForm(endless("", "\x00", 40<<20, "")), 422},
		{"NULs further down", sheets, form, sheetForm(endless(good+strings.Repeat("A,B,C\r\n", 10_000), "\x00", 40<<20, "")), 413},
		{"nothing but empty lines", sheets, form, sheetForm(endless("Roll No\r\n", "\n", 40<<20, "")), 413},
		{"64 MB of sheet", sheets, form, sheetForm(endless(good, "A2,B,C\r\n", 64<<20, "")), 413},
		{"endless headers of a part", sheets, form, endless("--b\r\n", "X-A: b\r\n", 64<<20, ""), 400},
		{"one endless header of a part", sheets, form, endless("--b\r\nX: ", "x", 64<<20, ""), 400},
		{"endless parts that nobody wants", sheets, form, endless("", "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\nx\r\n", 64<<20, formEnd), 400},
		{"one endless part that nobody wants", sheets, form, endless("--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n", "x", 64<<20, formEnd), 422},
		{"headers of a drive's form", drives, form, endless("--b\r\n", "X-A: b\r\n", 64<<20, ""), 400},
		{"64 MB of JSON", "/users", asJSON, endless(`{"name":"`, "x", 64<<20, `"}`), 413},
		{"64 MB of a drive's JSON", drives, asJSON, endless(`{"job_description":"`, "x", 64<<20, `"}`), 413},
		{"64 MB of marks", marks, asJSON, endless(`{"marks":[`, `{},`, 64<<20, `{}]}`), 413},
		{"marks of nobody", marks, asJSON, endless(`{"marks":[`, `{},`, 900_000, `{}]}`), 422},
		{"objects 100,000 deep", "/users", asJSON, endless("", `{"a":`, 500_000, ""), 400},
		{"lists 100,000 deep", drives, asJSON, endless("", "[", 100_000, strings.Repeat("]", 100_000)), 400},
	} {
		t.Run(test.name, func(t *testing.T) {
			here := *h
			here.t = t
			began := time.Now()
			var status int
			growth := sheetstest.HeapGrowth(func() { status = here.whileOthersAreServed(test.path, test.contentType, test.body) })
			t.Logf("%d after %s, with %d MB of memory", status, time.Since(began).Round(time.Millisecond), growth>>20)
			require.Equal(t, test.status, status)
			require.Less(t, growth, uint64(200<<20))
			require.Less(t, time.Since(began), 20*time.Second)
			require.Zero(t, here.storedFiles())
		})
	}
}

// whileOthersAreServed sends a body as the head and reads a drive list as a student until it is answered; it returns the status.
func (h *harness) whileOthersAreServed(path, contentType string, body io.Reader) (status int) {
	h.t.Helper()
	request, err := http.NewRequestWithContext(h.t.Context(), http.MethodPost, h.url+path, body)
	require.NoError(h.t, err)
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("Authorization", "Bearer "+h.token("head"))
	type result struct {
		status  int
		content string
		size    int64
		err     error
	}
	answered := make(chan result, 1)
	go func() {
		answer, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			answered <- result{err: err}
			return
		}
		size, err := io.Copy(io.Discard, answer.Body)
		answered <- result{answer.StatusCode, answer.Header.Get("Content-Type"), size, errors.Join(err, answer.Body.Close())}
	}()
	for {
		h.get("student", "/drives").is(http.StatusOK)
		select {
		case r := <-answered:
			require.NoError(h.t, r.err)
			require.Less(h.t, r.size, int64(20<<20))
			require.Equal(h.t, "application/problem+json", r.content)
			return r.status
		default:
		}
	}
}

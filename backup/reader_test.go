package backup_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/backup"
)

func indexEntry(e entry) backup.Entry {
	sum := sha256.Sum256(e.content)
	found := backup.Entry{Name: e.name, Bytes: int64(len(e.content)), SHA256: hex.EncodeToString(sum[:])}
	if strings.HasPrefix(e.name, "tables/") {
		found.Rows = int64(bytes.Count(e.content, []byte("\n")))
	}
	return found
}

func TestAnArchiveCanBeOpenedWithZstdAndTar(t *testing.T) {
	t.Parallel()
	archive, summary := newCollege(t).takeWith()
	entries := unpack(t, archive)
	require.Equal(t, "manifest.json", entries[0].name)
	require.Equal(t, "index.json", entries[len(entries)-1].name)
	var listed []backup.Entry
	for _, e := range entries[:len(entries)-1] {
		listed = append(listed, indexEntry(e))
	}
	require.Equal(t, summary.Entries, listed)
	require.NotEqual(t, -1, slices.IndexFunc(entries, func(e entry) bool { return e.name == "tables/drives/000002.copy" }), "rows come in parts")
}

func TestVerifyTellsWhatAnArchiveHolds(t *testing.T) {
	t.Parallel()
	college := newCollege(t)
	archive, taken := college.takeWith()
	found, err := backup.Verify(t.Context(), bytes.NewReader(archive))
	require.NoError(t, err)
	require.Equal(t, taken.TakenAt.UTC(), found.TakenAt.UTC())
	found.TakenAt = taken.TakenAt
	require.Equal(t, taken, found)

	files, size := found.Files()
	require.Equal(t, len(college.files()), files)
	require.EqualValues(t, len(strings.Join(slices.Collect(maps.Values(college.files())), "")), size)
	var rows int64
	for _, table := range found.Tables {
		var n int64
		college.query(fmt.Sprintf("SELECT count(*) FROM %q", table.Name), &n)
		rows += n
	}
	require.Equal(t, rows, found.Rows())
}

// small is an archive of which every byte can be tried.
func small(t *testing.T) []byte {
	t.Helper()
	o := newOffice(t)
	o.execute(`INSERT INTO users (name, email, role) VALUES ('Head', 'head@college.example', 'HEAD')`)
	return o.take()
}

func TestNoByteCanBeChanged(t *testing.T) {
	t.Parallel()
	archive := small(t)
	for i := range archive {
		_ = requireDamaged(t, flipped(archive, i, 1<<(i%8)), fmt.Sprintf("byte %d", i))
	}
}

func flipped(archive []byte, i int, bits byte) []byte {
	changed := bytes.Clone(archive)
	changed[i] ^= bits
	return changed
}

func TestAnArchiveThatIsCutOffIsNotWhole(t *testing.T) {
	t.Parallel()
	archive := small(t)
	for length := range archive {
		err := requireDamaged(t, archive[:length], fmt.Sprintf("%d bytes", length))
		require.ErrorContains(t, err, "cut off", "%d bytes", length)
	}
}

func requireDamaged(t *testing.T, archive []byte, what string) error {
	t.Helper()
	_, err := backup.Verify(t.Context(), bytes.NewReader(archive))
	var damaged *backup.DamagedError
	require.ErrorAs(t, err, &damaged, what)
	require.ErrorContains(t, err, "another copy", what)
	return err
}

// damages are archives that are not whole or not in order, of a good one.
func damages(t *testing.T, archive []byte) map[string][]byte {
	t.Helper()
	altered := func(how func(entries []entry) []entry) []byte { return change(t, archive, how) }
	swapped := func(one, other string) []byte {
		return altered(func(entries []entry) []entry {
			i, j := at(t, entries, one), at(t, entries, other)
			entries[i], entries[j] = entries[j], entries[i]
			return indexed(t, entries)
		})
	}
	without := func(name string) []byte {
		return altered(func(entries []entry) []entry { i := at(t, entries, name); return slices.Delete(entries, i, i+1) })
	}
	added := func(before string, e entry) []byte {
		return altered(func(entries []entry) []entry { return indexed(t, slices.Insert(entries, at(t, entries, before), e)) })
	}
	frame := archive[:len(archive)-sealSize]
	return map[string][]byte{
		"empty":                          {},
		"not an archive":                 []byte(strings.Repeat("users,drives\n", 1000)),
		"a flipped bit":                  flipped(archive, len(archive)/2, 4),
		"cut off in the middle":          archive[:len(archive)/2],
		"cut off before the seal":        frame,
		"cut off by a byte":              archive[:len(archive)-1],
		"a byte behind the seal":         append(bytes.Clone(archive), 0),
		"a line behind the seal":         append(bytes.Clone(archive), "\nAuthentication closed\n"...),
		"two archives":                   slices.Concat(archive, archive),
		"two archives with one seal":     seal(slices.Concat(frame, frame)),
		"something behind the end":       seal(slices.Concat(frame, compress(t, []byte("more")))),
		"parts of a table swapped":       swapped("tables/drives/000001", "tables/drives/000002"),
		"tables swapped":                 swapped("tables/attendance/", "tables/users/"),
		"a file among the tables":        swapped("uploads/", "tables/drives/000001"),
		"a file before a table":          added("tables/users/", entry{"uploads/exports/2026/11/" + strings.Repeat("0", 32) + ".csv", nil}),
		"the manifest is not first":      swapped("manifest.json", "tables/drives/000001"),
		"the index is not last":          altered(func(e []entry) []entry { return append(e, e[1]) }),
		"without the manifest":           without("manifest.json"),
		"without the index":              without("index.json"),
		"without the last of a table":    without("tables/users/"),
		"without the first of a table":   without("tables/drives/000001"),
		"without a file":                 without("uploads/"),
		"a part twice":                   added("tables/users/", entry{"tables/students/000001.copy", nil}),
		"a table that is not announced":  added("uploads/", entry{"tables/more/000001.copy", []byte("1\n")}),
		"a name that means nothing":      added("uploads/", entry{"more.txt", nil}),
		"a table's name that is no path": added("uploads/", entry{"tables/%zz/000001.copy", nil}),
		"rows other than in the index": altered(func(entries []entry) []entry {
			i := at(t, entries, "tables/users/")
			entries[i].content = bytes.Replace(entries[i].content, []byte("HEAD"), []byte("head"), 1)
			return entries
		}),
	}
}

func TestADamagedArchiveIsRefusedAndChangesNothing(t *testing.T) {
	t.Parallel()
	archive := newCollege(t).take()
	target := newCollege(t)
	before := target.state()
	for name, damaged := range damages(t, archive) {
		_ = requireDamaged(t, damaged, name)
		_, err := target.restore(damaged, true)
		var refusal *backup.DamagedError
		require.ErrorAs(t, err, &refusal, name)
	}
	require.Equal(t, before, target.state())
	_, err := target.restore(pack(t, unpack(t, archive)), true)
	require.NoError(t, err, "packed anew without a change it is good")
}

func TestAnArchiveOfAnotherFormIsNotMisread(t *testing.T) {
	t.Parallel()
	later := changeManifest(t, small(t), func(m *backup.Manifest) { m.Format, m.Placeops = 2, "v9.9" })
	_, err := backup.Verify(t.Context(), bytes.NewReader(later))
	require.ErrorContains(t, err, "format 2")
	require.ErrorContains(t, err, "v9.9")
}

func FuzzVerify(f *testing.F) {
	f.Add([]byte{})
	f.Add(seal(nil))
	f.Add(seal([]byte("\x28\xb5\x2f\xfd\x04\x00\x01\x00\x00\x99\xe9\xd8\x51")))
	f.Fuzz(func(t *testing.T, archive []byte) {
		if _, err := backup.Verify(t.Context(), bytes.NewReader(archive)); err == nil {
			t.Fatal("this is no archive")
		}
	})
}

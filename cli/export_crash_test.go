package cli_test

import (
	"bytes"
	"encoding/csv"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/auth"
)

func TestAnExportThatIsKilledShowsNoHalfFileAndEndsOnceAfterTheRestart(t *testing.T) {
	t.Parallel()
	const rows = 5_000
	for name, kill := range map[string]struct {
		when  string // the change of the export's row at which placeops is killed
		whole int    // files under their final names at that moment
	}{
		"half of the file is written":                {"NEW.done = 1000 AND NEW.file_key IS NULL", 0},
		"the file is there, its owner not committed": {"NEW.file_key IS NOT NULL", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := prepared(t)
			first := in.serve("--demo")
			drive := first.pendingDrive()
			first.registerNewcomers(drive, rows)
			hold := first.holdExports(kill.when)
			head := first.token(auth.Head)
			job := first.post(head, at("/registrations/%d/export", drive), nil).is(http.StatusAccepted).int("job_id")
			hold.awaitWaiters(1)
			first.get(head, at("/jobs/%d/download", job)).is(http.StatusConflict)
			first.kill()
			require.Len(t, in.exportedFiles(), kill.whole)

			second := in.serve()
			require.EqualValues(t, 2, second.jobDone(job, soon))
			file := second.get(head, at("/jobs/%d/download", job)).is(http.StatusOK).body
			require.Len(t, rollNumbers(t, file), rows)
			whole := in.exportedFiles()
			require.Len(t, whole, kill.whole+1)
			for _, text := range whole {
				require.Len(t, rollNumbers(t, text), rows, "a file has its final name only when it is whole")
			}
			var files, jobs int
			second.query(`SELECT (SELECT count(file_key) FROM exports), (SELECT count(*) FROM river_job WHERE kind = 'export-registrations-csv')`)(&files, &jobs)
			require.Equal(t, 1, files)
			require.Equal(t, 1, jobs)
			second.stop()
		})
	}
}

// registerNewcomers registers that many new students for a drive.
func (s *serving) registerNewcomers(drive int64, students int) {
	s.t.Helper()
	_, err := s.connect().Exec(s.t.Context(), `
WITH people AS (
    INSERT INTO users (name, email, role)
    SELECT 'Newcomer ' || n, 'newcomer' || n || '@college.example', 'STUDENT' FROM generate_series(1, $2::int) n
    RETURNING user_id, email
), records AS (
    INSERT INTO students (student_id, roll_number) SELECT user_id, split_part(email, '@', 1) FROM people RETURNING student_id
), selected AS (
    INSERT INTO drive_students (drive_id, student_id, selected, selected_at)
    SELECT $1::bigint, student_id, true, now() FROM records
    RETURNING drive_id, student_id
)
INSERT INTO registrations (drive_id, student_id) SELECT drive_id, student_id FROM selected`, drive, students)
	require.NoError(s.t, err)
}

// holdExports lets exports wait before the given change of their row.
func (s *serving) holdExports(when string) *hold {
	s.t.Helper()
	for _, statement := range []string{
		`CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NEW; END'`,
		`CREATE TRIGGER pause BEFORE UPDATE ON exports FOR EACH ROW WHEN (` + when + `) EXECUTE FUNCTION pause()`,
	} {
		_, err := s.connect().Exec(s.t.Context(), statement)
		require.NoError(s.t, err)
	}
	return s.hold(`SELECT pg_advisory_xact_lock(4711)`)
}

// exportedFiles are the contents of the exports under their final names.
func (in *install) exportedFiles() (texts [][]byte) {
	in.t.Helper()
	folder := filepath.Join(in.data(), "uploads", "exports")
	require.NoError(in.t, filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(path, ".tmp") {
			return err
		}
		text, err := os.ReadFile(path)
		texts = append(texts, text)
		return err
	}))
	return texts
}

// rollNumbers are the first cells of a CSV file, each of which must be there once, without the heading.
func rollNumbers(t *testing.T, file []byte) map[string]bool {
	t.Helper()
	lines, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	require.NoError(t, err)
	found := map[string]bool{}
	for _, line := range lines[1:] {
		require.False(t, found[line[0]], "%s is there twice", line[0])
		found[line[0]] = true
	}
	return found
}

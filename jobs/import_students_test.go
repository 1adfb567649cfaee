package jobs_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/require"

	"placeops/jobs"
	"placeops/sheets"
	"placeops/store"
	"placeops/store/storetest"
	"placeops/uploads"
)

// importOffice is a database with a working queue and one head, who imports.
type importOffice struct {
	t        testing.TB
	pool     *pgxpool.Pool
	files    *uploads.Store
	queue    *jobs.Client
	head     int64
	attempts int // of the next jobs; 0 is the usual number
}

func newImportOffice(t testing.TB) *importOffice {
	t.Helper()
	return importOfficeOn(t, storetest.New(t))
}

func importOfficeOn(t testing.TB, pool *pgxpool.Pool) *importOffice {
	t.Helper()
	o := &importOffice{t: t, pool: pool}
	var err error
	o.files, err = uploads.Open(t.Context(), t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, o.files.Close()) })
	o.queue = o.process()
	o.head = o.account("HEAD", "head@college.example")
	return o
}

// process is one more placeops working the office's jobs.
func (o *importOffice) process() *jobs.Client {
	o.t.Helper()
	deps := jobs.Deps{Pool: o.pool, Uploads: o.files, Logger: slog.New(slog.DiscardHandler)}
	client, err := jobs.NewClient(deps, jobs.Options{})
	require.NoError(o.t, err)
	ctx := o.t.Context()
	require.NoError(o.t, client.Start(ctx))
	o.t.Cleanup(func() { <-client.Stopped() })
	return client
}

func (o *importOffice) account(role, email string) int64 {
	o.t.Helper()
	user, err := store.CreateUser(o.t.Context(), o.pool, store.NewUser{Name: "Somebody", Email: email, Role: role})
	require.NoError(o.t, err)
	return user.UserID
}

// upload stores a file and inserts its job, as the route does.
func (o *importOffice) upload(sheet string, dryRun bool) (jobID int64) {
	o.t.Helper()
	ctx := o.t.Context()
	key, _, err := o.files.Save(ctx, uploads.StudentFile, strings.NewReader(sheet), 1<<30)
	require.NoError(o.t, err)
	require.NoError(o.t, store.InTx(ctx, o.pool, func(tx pgx.Tx) error {
		importID, err := store.CreateStudentImport(ctx, tx, o.head, key, dryRun)
		require.NoError(o.t, err)
		inserted, err := o.queue.InsertTx(ctx, tx, jobs.ImportStudentsArgs{ImportID: importID, RequestedBy: o.head},
			&river.InsertOpts{MaxAttempts: o.attempts})
		require.NoError(o.t, err)
		jobID = inserted.Job.ID
		return store.SetStudentImportJob(ctx, tx, importID, jobID)
	}))
	return jobID
}

// over waits until a job is final and its file removed.
func (o *importOffice) over(jobID int64) *rivertype.JobRow {
	o.t.Helper()
	var row *rivertype.JobRow
	require.Eventually(o.t, func() bool {
		var err error
		row, err = o.queue.JobGet(o.t.Context(), jobID)
		require.NoError(o.t, err)
		return row.FinalizedAt != nil && o.count("SELECT count(*) FROM student_imports WHERE job_id = $1 AND file_key <> ''", jobID) == 0
	}, time.Minute, 5*time.Millisecond, "job %d", jobID)
	return row
}

// result waits for a job that completes at its first attempt.
func (o *importOffice) result(jobID int64) jobs.ImportResult {
	o.t.Helper()
	row := o.over(jobID)
	require.Equal(o.t, rivertype.JobStateCompleted, row.State)
	require.Equal(o.t, 1, row.Attempt, "%v", row.Errors)
	return resultOf(o.t, row)
}

func resultOf(t testing.TB, row *rivertype.JobRow) jobs.ImportResult {
	t.Helper()
	var result jobs.ImportResult
	require.NoError(t, json.Unmarshal(row.Output(), &result))
	return result
}

func (o *importOffice) importing(lines ...string) jobs.ImportResult {
	o.t.Helper()
	return o.result(o.upload(sheetOf(lines...), false))
}

// given imports students whom the test then finds.
func (o *importOffice) given(lines ...string) {
	o.t.Helper()
	result := o.importing(lines...)
	require.True(o.t, result.OK, "%+v", result)
}

func sheetOf(lines ...string) string { return strings.Join(lines, "\n") + "\n" }

func (o *importOffice) count(query string, args ...any) (n int64) {
	o.t.Helper()
	require.NoError(o.t, o.pool.QueryRow(o.t.Context(), query, args...).Scan(&n))
	return n
}

func (o *importOffice) exec(statement string, args ...any) {
	o.t.Helper()
	_, err := o.pool.Exec(o.t.Context(), statement, args...)
	require.NoError(o.t, err)
}

// everything is all that the database holds of people, to the last version of each row: equal means nothing was written.
func (o *importOffice) everything() []string {
	o.t.Helper()
	rows, err := o.pool.Query(o.t.Context(), `
SELECT u.xmin || ' ' || u::text || coalesce(s.xmin || ' ' || s::text, '')
FROM users u
LEFT JOIN students s ON s.student_id = u.user_id
ORDER BY u.user_id`)
	require.NoError(o.t, err)
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(o.t, err)
	return all
}

// student shows a student's columns, NULL as "-".
func (o *importOffice) student(roll string) string {
	o.t.Helper()
	var shown string
	require.NoError(o.t, o.pool.QueryRow(o.t.Context(), `
SELECT concat_ws(' ', u.name, u.email, coalesce(u.phone, '-'), coalesce(s.branch, '-'), coalesce(s.batch_year::text, '-'),
                 coalesce(trim_scale(s.cgpa)::text, '-'), coalesce(trim_scale(s.tenth_percent)::text, '-'),
                 coalesce(trim_scale(s.twelfth_percent)::text, '-'), coalesce(trim_scale(s.diploma_percent)::text, '-'),
                 s.active_backlogs, s.cleared_backlogs, coalesce(s.gender, '-'), s.gap_years)
FROM students s
JOIN users u ON u.user_id = s.student_id
WHERE s.roll_number = $1`, roll).Scan(&shown))
	return shown
}

const (
	wholeHeader  = "roll_number,name,email,phone,branch,batch_year,cgpa,tenth_percent,twelfth_percent,diploma_percent,active_backlogs,cleared_backlogs,gender,gap_years"
	asha         = "R1,Asha,asha@c.example,900,CSE,2026,8.125,90.5,88,77,1,2,F,3"
	ashaStored   = "Asha asha@c.example 900 CSE 2026 8.125 90.5 88 77 1 2 F 3"
	simpleHeader = "roll_number,name,email"
)

func TestImportCreatesStudentsWithAccounts(t *testing.T) {
	t.Parallel()
	o := newImportOffice(t)
	result := o.importing(wholeHeader, asha, "r2,Béla,bela@c.example,,,,,,,,,,,")
	require.Empty(t, cmp.Diff(jobs.ImportResult{OK: true, Rows: 2, Created: 2, Errors: []sheets.CellError{}}, result))
	require.Equal(t, ashaStored, o.student("R1"))
	require.Equal(t, "Béla bela@c.example - - - - - - - 0 0 - 0", o.student("r2"))
	require.EqualValues(t, 2, o.count(`
SELECT count(*)
FROM users
JOIN student_imports USING (import_id)
WHERE role = 'STUDENT' AND active AND must_change_password AND password_hash IS NULL AND code_hash IS NULL`))
}

// Right after the import everybody signs in.
func TestThePlannerKnowsOfImportedStudents(t *testing.T) {
	t.Parallel()
	o := newImportOffice(t)
	o.exec("ALTER TABLE users SET (autovacuum_enabled = false)")
	o.exec("ALTER TABLE students SET (autovacuum_enabled = false)")
	o.given("roll_number,name,email", "R1,Asha,asha@college.example", "R2,Bina,bina@college.example")
	for _, table := range []string{"users", "students"} {
		require.Eventually(t, func() bool {
			return o.count("SELECT reltuples::bigint FROM pg_class WHERE relname = $1", table) >= 2
		}, jobTime, 5*time.Millisecond, table)
	}
}

func TestImportAgainChangesNothing(t *testing.T) {
	t.Parallel()
	o := newImportOffice(t)
	o.given(wholeHeader, asha, "R2,Béla,bela@c.example,,,,,,,,,,,")
	before := o.everything()
	// Another case of the roll number, other ways to write the numbers: the same students.
	result := o.importing(wholeHeader, strings.NewReplacer("R1", "r1", "90.5", "90.50", "8.125", "8.12504").Replace(asha),
		"R2,Béla,bela@c.example,,,,,,,,0,,,0")
	require.Empty(t, cmp.Diff(jobs.ImportResult{OK: true, Rows: 2, Unchanged: 2, Errors: []sheets.CellError{}}, result))
	require.Equal(t, before, o.everything())
}

func TestImportUpdatesOnlyTheColumnsOfTheFile(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ header, row, want string }{
		"one mark":            {"roll_number,cgpa", "R1,9", "Asha asha@c.example 900 CSE 2026 9 90.5 88 77 1 2 F 3"},
		"contact":             {"roll_number,phone,email", "R1,911,new@c.example", "Asha new@c.example 911 CSE 2026 8.125 90.5 88 77 1 2 F 3"},
		"case of the address": {"roll_number,email", "R1,Asha@C.example", "Asha Asha@C.example 900 CSE 2026 8.125 90.5 88 77 1 2 F 3"},
		"empty cells remove":  {wholeHeader, "R1,,,,,,,,,,,,,", "Asha asha@c.example - - - - - - - 0 0 - 0"},
		"only a name":         {simpleHeader, "R1,Asha Rao,", "Asha Rao asha@c.example 900 CSE 2026 8.125 90.5 88 77 1 2 F 3"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newImportOffice(t)
			o.given(wholeHeader, asha, "R2,Béla,bela@c.example,,,,,,,,,,,")
			o.exec("UPDATE users SET updated_at = 'epoch'")
			o.exec("UPDATE students SET updated_at = 'epoch'")
			bystander := o.student("R2")
			result := o.importing(test.header, test.row)
			require.Empty(t, cmp.Diff(jobs.ImportResult{OK: true, Rows: 1, Updated: 1, Errors: []sheets.CellError{}}, result))
			require.Equal(t, test.want, o.student("R1"))
			require.Equal(t, bystander, o.student("R2"))
			require.EqualValues(t, 1, o.count(`
SELECT count(*)
FROM students s
JOIN users u ON u.user_id = s.student_id
WHERE greatest(u.updated_at, s.updated_at) > 'epoch'`))
		})
	}
}

func TestImportLeavesTheStandingOfAnAccount(t *testing.T) {
	t.Parallel()
	o := newImportOffice(t)
	o.given(wholeHeader, asha)
	o.exec("UPDATE users SET active = false, must_change_password = false, password_hash = 'x', import_id = NULL WHERE role = 'STUDENT'")
	o.exec("UPDATE students SET debarred = true, debarred_reason = 'why'")
	o.given("roll_number,name,cgpa", "R1,Asha Rao,9")
	require.EqualValues(t, 1, o.count(`
SELECT count(*)
FROM students
JOIN users ON user_id = student_id
WHERE NOT active AND NOT must_change_password AND password_hash = 'x' AND import_id IS NULL AND debarred
  AND debarred_reason = 'why' AND name = 'Asha Rao' AND cgpa = 9`))
}

func TestImportDryRunForetellsAndChangesNothing(t *testing.T) {
	t.Parallel()
	o := newImportOffice(t)
	o.given(simpleHeader, "R1,Asha,asha@c.example", "R2,Béla,bela@c.example")
	before := o.everything()
	sheet := sheetOf(simpleHeader, "R1,Asha Rao,asha@c.example", "R2,Béla,bela@c.example", "R3,Chitra,chitra@c.example")
	result := o.result(o.upload(sheet, true))
	want := jobs.ImportResult{OK: true, DryRun: true, Rows: 3, Created: 1, Updated: 1, Unchanged: 1, Errors: []sheets.CellError{}}
	require.Empty(t, cmp.Diff(want, result))
	require.Equal(t, before, o.everything())
	want.DryRun = false
	require.Empty(t, cmp.Diff(want, o.result(o.upload(sheet, false))))
}

func TestImportNamesEveryFaultyCellAndChangesNothing(t *testing.T) {
	t.Parallel()
	const students, needsName, needsEmail = "roll_number,name,email,cgpa", "a new student needs a name", "a new student needs an e-mail address"
	const cgpaFault = "a CGPA from 0 to 10 is needed, such as 7.85"
	for name, test := range map[string]struct {
		lines []string
		want  []sheets.CellError
	}{
		"cells": {
			[]string{students, "R1,Asha,asha@c.example,11", "R2,Béla,bela@c.example,9", "R3,Chitra,nowhere,x"},
			[]sheets.CellError{
				{Line: 2, Column: "cgpa", Value: "11", Message: cgpaFault},
				{Line: 4, Column: "email", Value: "nowhere", Message: "an e-mail address is needed, such as name@college.edu"},
				{Line: 4, Column: "cgpa", Value: "x", Message: cgpaFault},
			},
		},
		"new without name or address": {
			[]string{students, "R1,,asha@c.example,9", "R2,Béla,,9", "R3,,,9"},
			[]sheets.CellError{
				{Line: 2, Column: "name", Message: needsName}, {Line: 3, Column: "email", Message: needsEmail},
				{Line: 4, Column: "email", Message: needsEmail}, {Line: 4, Column: "name", Message: needsName},
			},
		},
		"no such columns": {
			[]string{"roll_number,cgpa", "Known,9", "R1,9"},
			[]sheets.CellError{{Line: 3, Column: "email", Message: needsEmail}, {Line: 3, Column: "name", Message: needsName}},
		},
		"the cells' faults and the database's, line by line": {
			[]string{students, "R1,,asha@c.example,9", "R2,Béla,bela@c.example,11", "R3,Chitra,,9"},
			[]sheets.CellError{
				{Line: 2, Column: "name", Message: needsName}, {Line: 3, Column: "cgpa", Value: "11", Message: cgpaFault},
				{Line: 4, Column: "email", Message: needsEmail},
			},
		},
		"the same twice in the file": {
			[]string{students, "R1,Asha,asha@c.example,9", "r1,Béla,bela@c.example,9", "R3,Chitra,ASHA@c.example,9"},
			[]sheets.CellError{
				{Line: 3, Column: "roll_number", Value: "r1", Message: "the same roll number stands in line 2"},
				{Line: 4, Column: "email", Value: "ASHA@c.example", Message: "the same e-mail address stands in line 2"},
			},
		},
		"address of an account": {
			[]string{students, "R1,Asha,HEAD@college.example,9"},
			[]sheets.CellError{{Line: 2, Column: "email", Value: "HEAD@college.example", Message: "this e-mail address belongs to another account"}},
		},
		"address of a student": {
			[]string{students, "R1,Asha,KNOWN@c.example,9", "R2,Béla,bela@c.example,9"},
			[]sheets.CellError{{Line: 2, Column: "email", Value: "KNOWN@c.example", Message: "this e-mail address belongs to the student Known"}},
		},
		"address of a student of the file who keeps it": {
			[]string{students, "R1,Asha,known@c.example,9", "Known,Known,,9"},
			[]sheets.CellError{{Line: 2, Column: "email", Value: "known@c.example", Message: "this e-mail address belongs to the student Known"}},
		},
		"known student takes another's address": {
			[]string{students, "Known,Known,other@c.example,9"},
			[]sheets.CellError{{Line: 2, Column: "email", Value: "other@c.example", Message: "this e-mail address belongs to the student Other"}},
		},
		"no student any more": {
			[]string{students, "Clerk,Asha,asha@c.example,9", "R2,Béla,clerk@c.example,9"},
			[]sheets.CellError{
				{Line: 2, Column: "roll_number", Value: "Clerk", Message: "the account with this roll number is STAFF now and no student; remove this row"},
			},
		},
		"the file ends in the middle": {
			[]string{students, "R1,Asha,asha@c.example,9", `R2,"Béla,bela@c.example,9`},
			[]sheets.CellError{{Message: `A quotation mark (") is missing or out of place in the row at line 3. Open the file in Excel and save it again as CSV, or as .xlsx.`}},
		},
		"not a sheet of students": {
			[]string{"subject,credits", "Physics,4"},
			[]sheets.CellError{{Message: `Line 1 has no heading for the roll number, only: subject, credits. Put the headings in the first line, and call that column "Roll No".`}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newImportOffice(t)
			o.given(simpleHeader, "Known,Known,known@c.example", "Other,Other,other@c.example", "Clerk,Clerk,clerk@c.example")
			o.exec("UPDATE users SET role = 'STAFF' WHERE name = 'Clerk'")
			before := o.everything()
			for _, dryRun := range []bool{true, false} {
				result := o.result(o.upload(sheetOf(test.lines...), dryRun))
				require.Empty(t, cmp.Diff(test.want, result.Errors))
				require.Empty(t, cmp.Diff(jobs.ImportResult{
					DryRun: dryRun, Rows: result.Rows, ErrorCount: int64(len(test.want)), Errors: test.want,
				}, result))
			}
			require.Equal(t, before, o.everything())
		})
	}
}

func TestImportListsTheFirstThousandFaultsAndCountsAll(t *testing.T) {
	t.Parallel()
	o := newImportOffice(t)
	lines := []string{"roll_number,name,email,cgpa"}
	for n := range 900 { // each line with a fault of the reader's is followed by one with two of the database's
		lines = append(lines, fmt.Sprintf("A%d,Name,a%d@c.example,12", n, n), fmt.Sprintf("B%d,,,9", n))
	}
	result := o.importing(lines...)
	require.EqualValues(t, 2700, result.ErrorCount)
	require.EqualValues(t, 1800, result.Rows)
	require.Len(t, result.Errors, 1000)
	for i, fault := range result.Errors {
		require.Equal(t, 2+i/3*2+min(i%3, 1), fault.Line)
	}
}

// An address may go from one student to another in one file, in a ring, to a newcomer, or in another case.
func TestImportLetsAddressesChangeHands(t *testing.T) {
	t.Parallel()
	o := newImportOffice(t)
	o.given(simpleHeader, "R1,Asha,one@c.example", "R2,Béla,two@c.example", "R3,Chitra,three@c.example", "R4,Dev,four@c.example")
	result := o.importing(simpleHeader, "R1,,TWO@c.example", "R2,,three@c.example", "R3,,one@c.example", "R4,,five@c.example",
		"R5,Esha,four@c.example")
	require.Empty(t, cmp.Diff(jobs.ImportResult{OK: true, Rows: 5, Created: 1, Updated: 4, Errors: []sheets.CellError{}}, result))
	for roll, want := range map[string]string{
		"R1": "Asha TWO@c.example", "R2": "Béla three@c.example", "R3": "Chitra one@c.example", "R4": "Dev five@c.example",
		"R5": "Esha four@c.example",
	} {
		require.Equal(t, want+" - - - - - - - 0 0 - 0", o.student(roll))
	}
}

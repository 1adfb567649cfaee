package server_test

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
)

// form is a multipart body with one file.
func form(t *testing.T, field string, file []byte) (contentType string, body []byte) {
	t.Helper()
	var buffer bytes.Buffer
	w := multipart.NewWriter(&buffer)
	part, err := w.CreateFormFile(field, "students.csv")
	require.NoError(t, err)
	_, err = part.Write(file)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return w.FormDataContentType(), buffer.Bytes()
}

// importFile uploads a sheet; query is "" or "?dry_run=true".
func (h *harness) importFile(as, query string, sheet []byte) *reply {
	h.t.Helper()
	contentType, body := form(h.t, "file", sheet)
	request := h.request(as, http.MethodPost, "/students/import"+query, body)
	request.Header.Set("Content-Type", contentType)
	return h.do(request)
}

// imported imports a sheet as the head and returns its job, completed.
func (h *harness) imported(lines ...string) *reply {
	h.t.Helper()
	return h.jobDone(h.importFile("head", "", []byte(strings.Join(lines, "\n"))).is(http.StatusAccepted).int("id"))
}

// result is the counts of a job, for comparison: ok, dry_run, rows, created, updated, unchanged, error_count.
func (r *reply) result() []any {
	r.t.Helper()
	var counts []any
	for _, key := range []string{"ok", "dry_run", "rows", "created", "updated", "unchanged", "error_count"} {
		counts = append(counts, r.value("result", key))
	}
	return counts
}

func counts(ok, dryRun bool, numbers ...float64) []any {
	all := []any{ok, dryRun}
	for _, n := range numbers {
		all = append(all, n)
	}
	return all
}

func (h *harness) noFileStays() {
	h.t.Helper()
	require.Eventually(h.t, func() bool { return h.storedFiles() == 0 }, jobTime, 5*time.Millisecond)
}

// officeSheet is how offices name and write things.
var officeSheet = [][]any{
	{"Sr. No.", "Roll No", "Name of the Student", "E-mail ID", "Department", "Year of Passing", "Current CGPA", "10th %", "XII (%)", "Backlogs", "Sex", "Mobile No."},
	{1, "26CSE0101", "Asha Rao", "asha@college.example", "CSE", 2026, 8.1, "91.5%", 88, 0, "Female", "98765 43210"},
	{2, "26MEC0102", "Béla Nagy", "bela@college.example", "Mechanical", 2026, 7.495, 75, "NA", "Nil", "M", nil},
}

func officeCSV() []byte {
	return []byte("\ufeffSr. No.;Roll No;Name of the Student;E-mail ID;Department;Year of Passing;Current CGPA;10th %;XII (%);Backlogs;Sex;Mobile No.\r\n" +
		"1;26CSE0101;Asha Rao;asha@college.example;CSE;2026;8,1;91.5%;88;0;Female;98765 43210\r\n" +
		"2;26MEC0102;Béla Nagy;bela@college.example;Mechanical;2026;7,495;75;NA;Nil;M;\r\n")
}

func officeXLSX(t *testing.T) []byte {
	t.Helper()
	book := excelize.NewFile()
	for i, row := range officeSheet {
		require.NoError(t, book.SetSheetRow("Sheet1", at("A%d", i+1), &row))
	}
	var file bytes.Buffer
	require.NoError(t, book.Write(&file))
	require.NoError(t, book.Close())
	return file.Bytes()
}

func TestImportOfAnOfficesSheet(t *testing.T) {
	t.Parallel()
	for name, sheet := range map[string][]byte{"CSV with semicolons": officeCSV(), "Excel": officeXLSX(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := start(t)
			accepted := h.importFile("head", "", sheet).is(http.StatusAccepted)
			job := accepted.int("id")
			require.Equal(t, job, accepted.int("job_id"))
			require.Equal(t, at("/jobs/%d", job), accepted.value("status_url"))
			require.EqualValues(t, 2, accepted.int("progress", "total"))
			done := h.jobDone(job)
			require.Equal(t, counts(true, false, 2, 2, 0, 0, 0), done.result())
			require.Equal(t, map[string]any{"done": 2.0, "total": 2.0}, done.value("progress"))
			require.Equal(t, at("/jobs/%d/download", job), done.value("download_url"))

			list := h.get("staff", "/students?q=26").is(http.StatusOK)
			var asha, bela map[string]any
			require.NoError(t, json.Unmarshal(list.body, &[]any{&asha, &bela}))
			for field, want := range map[string]any{
				"roll_number": "26CSE0101", "name": "Asha Rao", "email": "asha@college.example", "branch": "CSE", "batch_year": 2026.0,
				"cgpa": 8.1, "tenth_percent": 91.5, "twelfth_percent": 88.0, "diploma_percent": nil, "active_backlogs": 0.0,
				"gender": "F", "phone": "98765 43210", "active": true,
			} {
				require.Equal(t, want, asha[field], field)
			}
			require.InDelta(t, 7.495, bela["cgpa"], 0)
			require.Nil(t, bela["twelfth_percent"])
			require.Nil(t, bela["phone"])
			h.noFileStays()
		})
	}
}

func TestImportDryRunOverHTTP(t *testing.T) {
	t.Parallel()
	h := start(t)
	done := h.jobDone(h.importFile("head", "?dry_run=true", officeCSV()).is(http.StatusAccepted).int("id"))
	require.Equal(t, counts(true, true, 2, 2, 0, 0, 0), done.result())
	require.NotContains(t, string(done.body), "download_url")
	require.EqualValues(t, 1, h.count("SELECT count(*) FROM students"), "the harness's own")
	h.get("head", at("/jobs/%d/download", done.int("id"))).is(http.StatusNotFound)
	h.noFileStays()
}

func TestImportWithFaultsIsRejectedWhole(t *testing.T) {
	t.Parallel()
	h := start(t)
	done := h.imported("Roll No,Name,Email,CGPA", "A1,Asha,asha@c.example,8", "A2,Béla,HEAD@college.example,80")
	require.Equal(t, counts(false, false, 2, 0, 0, 0, 1), done.result())
	require.Equal(t, []any{map[string]any{
		"line": 3.0, "column": "cgpa", "value": "80", "message": "a CGPA from 0 to 10 is needed, such as 7.85",
	}}, done.value("result", "errors"))
	require.EqualValues(t, 1, h.count("SELECT count(*) FROM students"))
	h.get("head", at("/jobs/%d/download", done.int("id"))).is(http.StatusNotFound)
	h.noFileStays()
}

func TestImportRefusesAtOnceWhatIsWrongWithTheFile(t *testing.T) {
	t.Parallel()
	h := start(t)
	good := "Roll No,Name,Email\nA1,Asha,asha@c.example\n"
	asJSON, text := "application/json", "text/csv"
	workbook := officeXLSX(t)
	for name, test := range map[string]struct { //nolint:paralleltest // the cases count the files of one folder
		as, field, contentType string // contentType: instead of the form's
		file                   []byte
		cut                    int // so many bytes of the body are missing
		status                 int
		says                   string
	}{
		"nobody":                 {as: "", file: []byte(good), status: http.StatusUnauthorized},
		"student":                {as: "student", file: []byte(good), status: http.StatusForbidden},
		"staff":                  {as: "staff", file: []byte(good), status: http.StatusForbidden},
		"coordinator":            {as: "coordinator", file: []byte(good), status: http.StatusForbidden},
		"JSON":                   {contentType: asJSON, file: []byte(good), status: http.StatusUnsupportedMediaType, says: "multipart/form-data"},
		"bare CSV":               {contentType: text, file: []byte(good), status: http.StatusUnsupportedMediaType},
		"no boundary":            {contentType: "multipart/form-data", file: []byte(good), status: http.StatusUnsupportedMediaType},
		"no field file":          {field: "sheet", file: []byte(good), status: http.StatusUnprocessableEntity, says: `"field":"file"`},
		"empty":                  {file: []byte(""), status: http.StatusUnprocessableEntity, says: `"field":"file"`},
		"headings only":          {file: []byte("Roll No,Name\n"), status: http.StatusUnprocessableEntity, says: "no student"},
		"PDF":                    {file: []byte("%PDF-1.7\n\x00\x01\x02 binary"), status: http.StatusUnprocessableEntity, says: `"field":"file"`},
		"old Excel":              {file: []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on"), status: http.StatusUnprocessableEntity, says: ".xls"},
		"no roll numbers":        {file: []byte("Name,Email\nAsha,asha@c.example\n"), status: http.StatusUnprocessableEntity, says: "roll number"},
		"a column twice":         {file: []byte("Roll No,CGPA,CGPA\nA1,8,9\n"), status: http.StatusUnprocessableEntity, says: "both mean cgpa"},
		"broken in the middle":   {file: []byte(good + "A2,\"Béla,bela@c.example\n"), status: http.StatusUnprocessableEntity, says: "line 3"},
		"half a workbook":        {file: workbook[:len(workbook)/2], status: http.StatusUnprocessableEntity, says: "damaged"},
		"a cell too long":        {file: []byte(good + "A2," + strings.Repeat("x", 40_000) + ",b@c.example\n"), status: http.StatusRequestEntityTooLarge, says: `"field":"file"`},
		"too many columns":       {file: []byte("Roll No" + strings.Repeat(",x", 2000) + "\nA1\n"), status: http.StatusRequestEntityTooLarge},
		"larger than 50 MB":      {file: bytes.Repeat([]byte("A1,Asha,asha@c.example\n"), 51<<20/23), status: http.StatusRequestEntityTooLarge, says: "too large: at most 50 MB"},
		"the body ends too soon": {file: []byte(good), cut: 30, status: http.StatusBadRequest, says: "could not be read"},
	} {
		t.Run(name, func(t *testing.T) {
			here := *h
			here.t = t
			field, as := test.field, test.as
			if field == "" {
				field = "file"
			}
			if as == "" && test.status != http.StatusUnauthorized {
				as = "head"
			}
			contentType, body := form(t, field, test.file)
			if test.contentType != "" {
				contentType = test.contentType
			}
			request := here.request(as, http.MethodPost, "/students/import", body[:len(body)-test.cut])
			request.Header.Set("Content-Type", contentType)
			answer := here.do(request).is(test.status)
			require.Equal(t, "application/problem+json", answer.header.Get("Content-Type"))
			require.Contains(t, string(answer.body), test.says)
			require.Zero(t, here.storedFiles())
		})
	}
	require.Zero(t, h.count("SELECT count(*) FROM student_imports"))
	require.Zero(t, h.count("SELECT count(*) FROM river_job"))
}

func TestUploadThatTheDatabaseRefusesLeavesNoFile(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.exec("ALTER TABLE student_imports RENAME TO elsewhere")
	h.importFile("head", "", officeCSV()).is(http.StatusInternalServerError)
	require.Zero(t, h.storedFiles())
	require.Zero(t, h.count("SELECT count(*) FROM river_job"))
}

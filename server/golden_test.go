package server_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/auth"
	"placeops/server"
	"placeops/sheets/sheetstest"
)

// goldenOffice runs a placeops whose files are all made at 00:01 on 1 July 2026 in the office, where UTC still has June.
func goldenOffice(t *testing.T) *harness {
	t.Helper()
	return start(t, func(d *server.Deps) {
		d.Now = func() time.Time { return time.Date(2026, time.June, 30, 18, 31, 0, 0, time.UTC) }
	})
}

// golden fetches a file and holds it against the golden file of that name; as says what is compared: the bytes, or a dump.
func (h *harness) golden(as, path, name string, dump func(testing.TB, []byte) []byte) *reply {
	h.t.Helper()
	file := h.get(as, path).is(http.StatusOK)
	keep(h.t, name, file.body)
	if dump == nil {
		sheetstest.Golden(h.t, name, file.body)
	} else {
		sheetstest.Golden(h.t, name+".txt", dump(h.t, file.body))
	}
	return file
}

// classmate is a registered student. What is "" is NULL in the database.
type classmate struct {
	roll, name, email, branch, batch, cgpa, registered, status, marked string
}

// hardClass has whatever makes a table difficult. In India midnight is at 18:30 UTC.
var hardClass = []classmate{
	{"26CSE001", "Asha Rao", "asha@college.example", "CSE", "2026", "8.1", "2026-05-31 18:29:59+00", "PRESENT", "2026-06-29 18:29:59+00"},
	{"26CSE002", "आशा क्षत्रिय", "asha.k@college.example", "संगणक", "2026", "7.4951", "2026-05-31 18:30:00+00", "ABSENT", "2026-06-29 18:30:00+00"},
	{"26CSE003", "தமிழ்ச்செல்வி", "tamil@college.example", "", "", "", "2026-05-31 18:29:59.999999+00", "", ""},
	{"26CSE004", "=cmd|' /C calc'!A0", "=1+1@college.example", "+CSE", "2026", "10", "2026-06-01 04:30:00+00", "PRESENT", "2026-06-30 04:30:00+00"},
	{"26CSE005", `Carol "C" D'Souza, M. Tech; A+`, "carol@college.example", `CSE, "A"`, "2026", "0", "2026-06-01 04:30:01+00", "PRESENT", "2026-06-30 04:30:01+00"},
	{"26CSE006", "two\nlines\r\nand three", "lines@college.example", "a\tb", "2026", "6.0001", "2026-06-01 04:30:02+00", "PRESENT", "2026-06-30 04:30:02+00"},
	{"26CSE007", "\t=1+1", "tab@college.example", "\r=1+1", "2026", "9.9999", "2026-06-01 04:30:03+00", "PRESENT", "2026-06-30 04:30:03+00"},
	{"26CSE008", "-", "minus@college.example", "-5", "2027", "7.5", "2026-06-01 04:30:04+00", "PRESENT", "2026-06-30 04:30:04+00"},
	{"26CSE009", "@SUM(A1:A9)", "@at@college.example", "ECE", "2027", "7.50", "2026-06-01 04:30:05+00", "PRESENT", "2026-06-30 04:30:05+00"},
	{"26cse010", strings.Repeat("Venkatanarasimharajuvaripeta ", 7)[:200], strings.Repeat("v", 60) + "@college.example", strings.Repeat("Æronautics ", 18), "2026", "7", "2026-06-01 04:30:06+00", "ABSENT", "2026-06-30 04:30:06+00"},
	{"26CSE011", " blanks  around ", "+blanks@college.example", "007", "2026", "8.3333", "2026-06-01 04:30:07+00", "", ""},
	{"=26CSE012", "\u200b=hidden", "hidden@college.example", "＝CSE", "2026", "8.25", "2026-12-31 18:30:00+00", "PRESENT", "2026-12-31 18:29:59+00"},
	{"@26CSE013", "😀 <b>&amp;</b> ₹ “Łódź”", "signs@college.example", "_x0041_", "2026", "8.75", "2028-02-28 18:30:00+00", "ABSENT", "2028-02-29 18:29:59+00"},
}

// register puts people into the database as they are, past all that the routes would tidy.
func (h *harness) register(driveID int64, class []classmate) {
	h.t.Helper()
	for _, c := range class {
		h.exec(`
WITH person AS (
    INSERT INTO users (name, email, role) VALUES ($2, $3, 'STUDENT') RETURNING user_id
), record AS (
    INSERT INTO students (student_id, roll_number, branch, batch_year, cgpa)
    SELECT user_id, $4, nullif($5, ''), nullif($6, '')::int, nullif($7, '')::numeric FROM person
    RETURNING student_id
), selected AS (
    INSERT INTO drive_students (drive_id, student_id, selected, selected_at)
    SELECT $1::bigint, student_id, true, now() FROM record
    RETURNING drive_id, student_id
), registered AS (
    INSERT INTO registrations (drive_id, student_id, registered_at) SELECT drive_id, student_id, $8::timestamptz FROM selected
    RETURNING drive_id, student_id
)
INSERT INTO attendance (drive_id, student_id, status, marked_by, marked_at)
SELECT drive_id, student_id, $9, $11, nullif($10, '')::timestamptz FROM registered WHERE $9 <> ''`,
			driveID, c.name, c.email, c.roll, c.branch, c.batch, c.cgpa, c.registered, c.status, c.marked, h.id("head"))
	}
}

func TestFilesOfADriveAreAsGolden(t *testing.T) {
	t.Parallel()
	h := goldenOffice(t)
	drive := h.attending(map[string]any{"company_name": "Tata & Söhne (भारत)\t\"Pune\"/.."})
	empty := h.attending(nil)
	h.register(drive, hardClass)
	h.golden("head", at("/attendance/%d/download-csv", empty), "attendance-empty.csv", nil)
	csv := h.golden("coordinator", at("/attendance/%d/download-csv", drive), "attendance.csv", nil)
	require.Equal(t, `attachment; filename="Tata-S-hne-Pune-..-attendance-2026-07-01.csv"; `+
		`filename*=UTF-8''Tata-S%C3%B6hne-%E0%A4%AD%E0%A4%BE%E0%A4%B0%E0%A4%A4-Pune-..-attendance-2026-07-01.csv`,
		csv.header.Get("Content-Disposition"))

	for drive, name := range map[int64]string{drive: "registrations.csv", empty: "registrations-empty.csv"} {
		job := h.export("staff", drive)
		h.jobDone(job)
		h.golden("staff", at("/jobs/%d/download", job), name, nil)
	}

	h.post("coordinator", at("/attendance/%d/publish", drive), nil).is(http.StatusOK)
	h.exec("UPDATE attendance SET marked_at = '2026-06-30 18:30:59+00' WHERE marked_by = $1", h.id("coordinator"))
	h.golden("coordinator", at("/finished-drives/%d/download", drive), "attendance.xlsx", sheetstest.XLSXDump)
	h.golden("coordinator", at("/attendance/%d/download-csv", drive), "attendance-published.csv", nil)
}

// finishedOn puts a finished drive into the database.
func (h *harness) finishedOn(company, title string, domain any, interview any, finished string, registered, present int) {
	h.t.Helper()
	h.exec(`
WITH drive AS (
    INSERT INTO drives (company_name, job_title, domain_id, interview_date, status, posted_by)
    VALUES ($1, $2, $3, $4::text::timestamptz, 'finished', $8)
    RETURNING drive_id
)
INSERT INTO finished_drives (drive_id, finished_date, total_registered, total_present, total_absent, published_by)
SELECT drive_id, $5::text::timestamptz, $6::int, $7::int, $6::int - $7::int, $8 FROM drive`,
		company, title, domain, interview, finished, registered, present, h.id("head"))
}

func TestSummaryIsAsGolden(t *testing.T) {
	t.Parallel()
	h := goldenOffice(t)
	long := strings.Repeat("Bharatiya Anusandhan ", 10)[:200]
	h.finishedOn("last of May", "Engineer", 1, nil, "2026-05-31 18:29:59.999999+00", 1, 1)
	h.finishedOn("first of June", "Engineer", 1, "2026-05-31 18:29:59+00", "2026-05-31 18:30:00+00", 3, 2)
	h.finishedOn("=HYPERLINK(\"http://evil.example\")", "+Engineer", 2, "2026-05-31 18:30:00+00", "2026-06-02 04:30:00+00", 3, 1)
	h.finishedOn("टाटा", "பொறியாளர்", nil, "2026-06-01 04:30:00+00", "2026-06-03 04:30:00+00", 2000, 1)
	h.finishedOn("-", "@", 12, nil, "2026-06-04 04:30:00+00", 100_000, 99_999)
	h.finishedOn("Two\nlines, \"quoted\"", "\tTab & <b>", 3, "2028-02-29 04:30:00+00", "2026-06-05 04:30:00+00", 16, 1)
	h.finishedOn(long, long, 12, "2026-12-31 18:29:59+00", "2026-06-06 04:30:00+00", 7, 7)
	h.finishedOn(strings.Repeat("Donaudampfschiff", 12), "Œuvre ₹ 12.5 LPA – “Łódź” Zoe\u0308", nil, nil, "2026-06-07 04:30:00+00", 7, 0)
	h.finishedOn("last of June", "Engineer", 1, nil, "2026-06-30 18:29:59.999999+00", 8, 1)
	h.finishedOn("first of July", "Engineer", 1, nil, "2026-06-30 18:30:00+00", 1, 1)
	for name, query := range map[string]string{
		"summary":        "start_date=2026-06-01&end_date=2026-06-30",
		"summary-empty":  "end_date=2020-02-29",
		"summary-newest": "limit=3&months=1",
	} {
		excel := h.golden("staff", "/finished-drives/download-excel?"+query, name+".xlsx", sheetstest.XLSXDump)
		require.Contains(t, excel.header.Get("Content-Disposition"), `filename="finished-drives-2026-07-01.xlsx"`)
		pdf := h.golden("staff", "/finished-drives/download-pdf?"+query, name+".pdf", sheetstest.PDFDump)
		require.Contains(t, pdf.header.Get("Content-Disposition"), `filename="finished-drives-2026-07-01.pdf"`)
	}
}

// 200 drives of a season: some with names of two or three lines, so that pages break behind rows of any height.
func TestSummaryOf200DrivesIsAsGolden(t *testing.T) {
	t.Parallel()
	h := goldenOffice(t)
	h.exec(`INSERT INTO drives (company_name, job_title, domain_id, interview_date, status, posted_by)
		SELECT repeat('Bharatiya Research and Engineering ', n % 7 % 4) || 'Company ' || n, repeat('Graduate Engineer Trainee ', 1 + n % 11 % 3),
			nullif(n % 13, 0), '2025-12-01 04:30:00+00'::timestamptz + n * interval '1 day 37 minutes', 'finished', $1
		FROM generate_series(1, 200) n`, h.id("head"))
	h.exec(`INSERT INTO finished_drives (drive_id, finished_date, total_registered, total_present, total_absent, published_by)
		SELECT drive_id, interview_date + interval '9 hours', n * n, n * n / 3, n * n - n * n / 3, $1
		FROM (SELECT *, regexp_replace(company_name, '.* ', '')::int n FROM drives) numbered`, h.id("head"))
	h.golden("head", "/finished-drives/download-pdf", "summary-200.pdf", sheetstest.PDFDump)
}

// Codes are random. Each is looked up in the database before it is replaced.
func TestListOfCodesIsAsGolden(t *testing.T) {
	t.Parallel()
	h := goldenOffice(t)
	job := h.imported(
		"Roll No,Name,Email",
		"26CSE002,आशा क्षत्रिय,asha.k@college.example", "26cse001,தமிழ்ச்செல்வி,tamil@college.example",
		`=26CSE004,=cmd|' /C calc'!A0,=1+1@college.example`, `26CSE003,"Carol ""C"" D'Souza, M.",carol@college.example`,
		"26CSE005,+1,+one@college.example", "26CSE006,-,minus@college.example", "26CSE007,-5.25,number@college.example",
		"26CSE008,@SUM(A1),at@college.example", "26CSE009,  two   words ,words@college.example",
		"26CSE010,"+strings.Repeat("x", 200)+",long@college.example",
	).is(http.StatusOK)
	require.Equal(t, counts(true, false, 10, 10, 0, 0, 0), job.result())
	list := h.get("head", at("/jobs/%d/download", job.int("id"))).is(http.StatusOK)
	require.Equal(t, `attachment; filename="one-time-codes-2026-07-01.csv"`, list.header.Get("Content-Disposition"))
	lastCell := regexp.MustCompile(`,([^,\r\n]*)\r\n`)
	seen := map[string]bool{}
	text := lastCell.ReplaceAllFunc(list.body, func(cell []byte) []byte {
		code := string(lastCell.FindSubmatch(cell)[1])
		hash, ok := auth.HashCode(code)
		if !ok {
			return cell // the heading
		}
		require.Regexp(t, "^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$", code)
		require.EqualValues(t, 1, h.count("SELECT count(*) FROM users WHERE code_hash = $1", hash))
		seen[code] = true
		return []byte(",<code>\r\n")
	})
	require.Len(t, seen, 10)
	sheetstest.Golden(t, "one-time-codes.csv", text)
}

package server_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/sheets/sheetstest"
)

// keep leaves a file for somebody who wants to look at it.
func keep(t *testing.T, name string, content []byte) {
	t.Helper()
	if dir := os.Getenv("PLACEOPS_TEST_KEEP"); dir != "" {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), content, 0o600))
	}
}

// season is two finished drives with known dates and figures.
func (h *harness) season() (first, second int64) {
	h.t.Helper()
	h.student("a", cgpa("7.495"), branch("=ECE"))
	h.student("b")
	first = h.finished(map[string]any{
		"company_name": "Tata & Söhne (भारत)", "job_title": "+Engineer", "domain_id": 1, "interview_date": "2026-05-30T10:00",
	}, []string{"student", "a"}, "b")
	second = h.finished(map[string]any{"company_name": "Acme"}, []string{"student"}, "b")
	return first, second
}

func TestAttendanceOfADriveAsExcel(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive, _ := h.season()
	h.exec("UPDATE registrations SET registered_at = '2026-05-01 18:45:00+00'")
	h.exec("UPDATE attendance SET marked_at = '2026-05-30 04:30:00+00'")
	r := h.get("coordinator", at("/finished-drives/%d/download", drive)).is(http.StatusOK)
	keep(t, "attendance.xlsx", r.body)
	require.Equal(t, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", r.header.Get("Content-Type"))
	require.Regexp(t, `^attachment; filename="Tata-S-hne-attendance-[0-9-]{10}\.xlsx"; filename\*=UTF-8''Tata-S%C3%B6hne-%E0.*-attendance-[0-9-]{10}\.xlsx$`,
		r.header.Get("Content-Disposition"))
	rows, err := openBook(t, r.body).GetRows("Attendance")
	require.NoError(t, err)
	const registered, marked = "02-May-2026 00:15", "30-May-2026 10:00"
	require.Equal(t, [][]string{
		{"Roll number", "Name", "E-mail", "Branch", "Batch", "CGPA", "Registered", "Attendance", "Marked"},
		{"R-a", "Name of a", "a@college.example", "'=ECE", "2027", "7.495", registered, "PRESENT", marked},
		{"R-b", "Name of b", "b@college.example", "CSE", "2027", "8.00", registered, "ABSENT", marked},
		{"R-student", "Name of student", "student@college.example", "CSE", "2027", "8.00", registered, "PRESENT", marked},
	}, rows)
}

func TestSummaryAsExcel(t *testing.T) {
	t.Parallel()
	h := start(t)
	first, second := h.season()
	h.endedOn(first, "2026-05-31 18:30:00+00")
	h.endedOn(second, "2026-06-02 10:00:00+00")
	r := h.get("staff", "/finished-drives/download-excel").is(http.StatusOK)
	keep(t, "summary.xlsx", r.body)
	require.Regexp(t, `^attachment; filename="finished-drives-[0-9-]{10}\.xlsx"; `, r.header.Get("Content-Disposition"))
	rows, err := openBook(t, r.body).GetRows("Finished drives")
	require.NoError(t, err)
	require.Equal(t, [][]string{
		{"Company", "Job title", "Domain", "Interview", "Finished", "Registered", "Present", "Absent", "Attendance"},
		{"Acme", "Engineer", "", "", "02-Jun-2026", "2", "1", "1", "50.0%"},
		{"Tata & Söhne (भारत)", "'+Engineer", "Software Development", "30-May-2026 10:00", "01-Jun-2026", "3", "2", "1", "66.7%"},
	}, rows)
}

func TestSummaryAsPDF(t *testing.T) {
	t.Parallel()
	h := start(t)
	path := "/finished-drives/download-pdf?start_date=2026-05-01&end_date=2026-06-30"
	head := []string{"Finished placement drives", "Attendance published from 1 May 2026 to 30 Jun 2026"}
	heading := []string{"No.", "Company", "Job title", "Domain", "Interview", "Finished", "Registered", "Present", "Absent", "Share"}
	figures := func(drives, registered, present, absent, share string) []string {
		return []string{"Drives", drives, "Registered", registered, "Present", present, "Absent", absent, "Attendance", share}
	}
	empty := h.get("staff", path).is(http.StatusOK)
	require.Equal(t, "application/pdf", empty.header.Get("Content-Type"))
	require.Regexp(t, `^attachment; filename="finished-drives-[0-9-]{10}\.pdf"; `, empty.header.Get("Content-Disposition"))
	texts := sheetstest.PDFTexts(t, empty.body)
	require.Equal(t, concat(head, figures("0", "0", "0", "0", "–"), heading, []string{"No drive was finished in this period."}), texts[:len(texts)-2])

	first, second := h.season()
	h.endedOn(first, "2026-05-31 18:30:00+00")
	h.endedOn(second, "2026-06-02 10:00:00+00")
	r := h.get("staff", path).is(http.StatusOK)
	keep(t, "summary.pdf", r.body)
	texts = sheetstest.PDFTexts(t, r.body)
	require.Equal(t, concat(head, figures("2", "5", "3", "2", "60.0 %"), heading,
		[]string{"1", "Acme", "Engineer", "2 Jun 2026", "2", "1", "1", "50.0 %"},
		[]string{"2", "Tata & Söhne (भारत)", "+Engineer", "Software Development", "30 May 2026", "1 Jun 2026", "3", "2", "1", "66.7 %"},
	), texts[:len(texts)-2])
	require.Regexp(t, `^placeOps, \d`, texts[len(texts)-2])
	require.Equal(t, "Page 1 of 1", texts[len(texts)-1])
}

// TestSummaryOfManyDrives is a season of a large university.
func TestSummaryOfManyDrives(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.exec(`INSERT INTO drives (company_name, job_title, domain_id, interview_date, status, posted_by)
		SELECT CASE WHEN n % 7 = 0 THEN 'Bharatiya International Research and Engineering Consultancy Services (India) Private Limited '
		            ELSE 'Company ' END || n, 'Graduate Engineer Trainee', 1 + n % 12, now(), 'finished', $1
		FROM generate_series(1, 200) n`, h.id("head"))
	h.exec(`INSERT INTO finished_drives (drive_id, finished_date, total_registered, total_present, total_absent, published_by)
		SELECT drive_id, now() - drive_id * interval '1 day', 100, drive_id % 100, 100 - drive_id % 100, $1 FROM drives`, h.id("head"))
	r := h.get("head", "/finished-drives/download-pdf").is(http.StatusOK)
	keep(t, "summary200.pdf", r.body)
	texts := sheetstest.PDFTexts(t, r.body)
	require.Equal(t, []string{"Drives", "200", "Registered", "20000"}, texts[2:6])
	require.Contains(t, texts, "200")
	var pages int
	_, err := fmt.Sscanf(texts[len(texts)-1], "Page %d of", &pages)
	require.NoError(t, err)
	require.Equal(t, fmt.Sprintf("Page %d of %d", pages, pages), texts[len(texts)-1])
	require.Greater(t, pages, 7)
	newest := h.get("head", "/finished-drives/download-pdf?limit=3").is(http.StatusOK)
	require.Equal(t, "3", sheetstest.PDFTexts(t, newest.body)[3])
	require.Contains(t, sheetstest.PDFTexts(t, newest.body)[1], "the newest 3 at most")
}

func concat(lists ...[]string) []string {
	var all []string
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

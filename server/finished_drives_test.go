package server_test

import (
	"bytes"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
)

// endedOn moves a finished drive to another moment.
func (h *harness) endedOn(drive int64, moment string) {
	h.t.Helper()
	h.exec("UPDATE finished_drives SET finished_date = $2::timestamptz WHERE drive_id = $1", drive, moment)
}

func companies(r *reply) []string {
	r.t.Helper()
	names := []string{}
	for i := range r.list() {
		name, ok := r.value(i, "company_name").(string)
		require.True(r.t, ok)
		names = append(names, name)
	}
	return names
}

func TestFinishedDrivesShowTheFigures(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.student("a")
	h.student("b")
	require.Empty(t, h.get("staff", "/finished-drives").is(http.StatusOK).list())
	h.posted(nil)
	h.attending(nil, "a")
	drive := h.finished(map[string]any{
		"company_name": "Acme", "job_title": "Engineer", "domain_id": 1, "interview_date": "2026-11-30T10:00",
	}, []string{"student", "a"}, "b")
	for _, as := range []string{"staff", "coordinator", "head"} {
		r := h.get(as, "/api/finished-drives").is(http.StatusOK)
		require.Len(t, r.list(), 1)
		finished, err := time.Parse(time.RFC3339, r.value(0, "finished_date").(string)) //nolint:forcetypeassert // a failure either way
		require.NoError(t, err)
		require.WithinDuration(t, time.Now(), finished, time.Minute)
		require.Equal(t, map[string]any{
			"drive_id": float64(drive), "company_name": "Acme", "job_title": "Engineer", "domain_name": "Software Development",
			"interview_date": "2026-11-30T04:30:00Z", "finished_date": r.value(0, "finished_date"),
			"total_registered": 3.0, "total_present": 2.0, "total_absent": 1.0,
		}, r.value(0))
	}
}

func TestFinishedDrivesByPeriod(t *testing.T) {
	t.Parallel()
	h := start(t)
	// In India the day begins at 18:30 UTC.
	for company, moment := range map[string]string{
		"last of May": "2026-05-31 18:29:59+00", "first of June": "2026-05-31 18:30:00+00",
		"last of June": "2026-06-30 18:29:59.999999+00", "first of July": "2026-06-30 18:30:00+00",
	} {
		h.endedOn(h.finished(map[string]any{"company_name": company}, []string{"student"}), moment)
	}
	h.finished(map[string]any{"company_name": "now"}, []string{"student"})
	all := []string{"now", "first of July", "last of June", "first of June", "last of May"}
	for query, want := range map[string][]string{
		"":                              all,
		"start_date=&end_date=&months=": all,
		"start_date=2026-06-01&end_date=2026-06-30":          all[2:4],
		"start_date=2026-06-01&end_date=2026-06-01":          all[3:4],
		"end_date=2026-05-31":                                all[4:],
		"start_date=2026-07-01":                              all[:2],
		"months=1":                                           all[:1],
		"months=1&start_date=2026-06-01&end_date=2026-05-01": all[:1],
		"months=1200":                                        all,
		"limit=2":                                            all[:2],
		"limit=2&end_date=2026-06-30":                        all[2:4],
		"start_date=2019-01-01&ignored=1":                    all,
	} {
		require.Equal(t, want, companies(h.get("staff", "/finished-drives?"+query).is(http.StatusOK)), query)
		book := openBook(t, h.get("staff", "/finished-drives/download-excel?"+query).is(http.StatusOK).body)
		rows, err := book.GetRows("Finished drives")
		require.NoError(t, err)
		inSheet := []string{}
		for _, row := range rows[1:] {
			inSheet = append(inSheet, row[0])
		}
		require.Equal(t, want, inSheet, query)
	}
	for query, field := range map[string]string{
		"months=0": "months", "months=-1": "months", "months=x": "months", "months=1201": "months",
		"start_date=1.6.2026": "start_date", "start_date=2026-02-30": "start_date", "end_date=0026-01-01": "end_date",
		"start_date=2026-06-02&end_date=2026-06-01": "end_date", "limit=0": "limit", "limit=501": "limit",
		"months=2&start_date=x": "start_date",
	} {
		for _, path := range []string{"/finished-drives", "/finished-drives/download-excel", "/finished-drives/download-pdf"} {
			require.Contains(t, h.get("staff", path+"?"+query).faults(), field, query)
		}
	}
	require.Contains(t, h.get("staff", "/finished-drives?cursor=eA").faults(), "cursor")
}

func TestFinishedDrivesPageByPage(t *testing.T) {
	t.Parallel()
	h := start(t)
	for _, company := range []string{"a", "b", "c"} {
		h.endedOn(h.finished(map[string]any{"company_name": company}, []string{"student"}), "2026-06-01 10:00:00.123456+00")
	}
	var seen []string
	for path := "/api/finished-drives?limit=1"; path != ""; {
		page := h.get("staff", path).is(http.StatusOK)
		seen = append(seen, companies(page)...)
		path = pageAfter(t, page)
	}
	require.Equal(t, []string{"c", "b", "a"}, seen)
}

func openBook(t *testing.T, content []byte) *excelize.File {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(content))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, book.Close()) })
	return book
}

func TestDownloadOfADriveNeedsItsAttendance(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.get("head", "/finished-drives/999/download").is(http.StatusNotFound)
	refused := h.get("head", at("/finished-drives/%d/download", h.attending(nil, "student"))).is(http.StatusConflict)
	require.Contains(t, refused.value("message"), "this drive is attending")
	require.Empty(t, refused.header.Get("Content-Disposition"))
}

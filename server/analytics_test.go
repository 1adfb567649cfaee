package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/server"
)

// college fills the database with drives in every state, on days near the office's midnight, with registrations and
// attendance, in ways that no route can: in the past.
func (h *harness) college() {
	h.t.Helper()
	h.exec(`INSERT INTO users (name, email, role) SELECT 'S', 's' || n || '@bulk.example', 'STUDENT' FROM generate_series(1, 40) n`)
	h.exec(`INSERT INTO students (student_id, roll_number) SELECT user_id, 'B' || user_id FROM users WHERE email LIKE '%@bulk.example'`)
	for i, d := range []struct {
		status, created     string
		registered, present int
		finished            string
	}{
		{"pending", "now() - interval '1 hour'", 0, 0, ""},
		{"posted", "now() - interval '29 days 23 hours'", 7, 0, ""},
		{"posted", "now() - interval '30 days 1 hour'", 5, 0, ""},
		{"attending", "now() - interval '2 days'", 3, 0, ""},
		{"cancelled", "now() - interval '2 days'", 4, 0, ""},
		{"finished", "now() - interval '3 days'", 8, 5, "2026-01-10T18:29:59.999999Z"}, // 10 January, 23:59:59 in Kolkata
		{"finished", "now() - interval '4 days'", 16, 14, "2026-01-10T18:30:00Z"},      // 11 January, 0:00
		{"finished", "now() - interval '90 days'", 40, 1, "2026-01-11T18:00:00Z"},      // 11 January, 23:30
		{"finished", "now() - interval '5 days'", 3, 2, "2026-02-01T00:00:00Z"},
		{"finished", "now() - interval '6 days'", 0, 0, "2026-02-02T00:00:00Z"}, // nobody had registered
	} {
		h.finishedDrive(i, d.status, d.created, d.registered, d.present, d.finished)
	}
}

func (h *harness) finishedDrive(i int, status, created string, registered, present int, finished string) {
	h.t.Helper()
	var id int64
	require.NoError(h.t, h.pool.QueryRow(h.t.Context(), `INSERT INTO drives (company_name, job_title, status, posted_by, created_at)
		VALUES ($1, 'Engineer', $2, $3, `+created+`) RETURNING drive_id`, fmt.Sprint("Company ", i), status, h.id("coordinator")).Scan(&id))
	h.exec(`INSERT INTO drive_students (drive_id, student_id, selected, selected_at)
		SELECT $1, student_id, true, now() FROM students WHERE roll_number LIKE 'B%' ORDER BY student_id LIMIT $2`, id, registered)
	h.exec(`INSERT INTO registrations (drive_id, student_id) SELECT drive_id, student_id FROM drive_students WHERE drive_id = $1`, id)
	if finished != "" {
		h.exec(`INSERT INTO finished_drives (drive_id, finished_date, total_registered, total_present, total_absent, published_by)
			VALUES ($1, $2::timestamptz, $3, $4, $3::integer - $4::integer, $5)`, id, finished, registered, present, h.id("coordinator"))
	}
}

// arraysOfFigures are the analytics routes that answer a plain array.
var arraysOfFigures = []string{"drives-over-time", "registrations-by-drive", "attendance-trend", "registrations-over-time", "by-branch"}

// refresh asks for fresh figures and waits for them.
func (h *harness) refresh() {
	h.t.Helper()
	answer := h.post("head", "/analytics/refresh", nil).is(http.StatusAccepted)
	require.NotEmpty(h.t, answer.value("message"))
	h.jobDone(answer.int("job_id"))
}

// summary is the body without the time.
func (h *harness) summary(query string) map[string]float64 {
	h.t.Helper()
	var body map[string]any
	require.NoError(h.t, json.Unmarshal(h.get("staff", "/analytics/summary"+query).is(http.StatusOK).body, &body))
	numbers := map[string]float64{}
	for name, value := range body {
		if number, ok := value.(float64); ok {
			numbers[name] = number
		}
	}
	require.Len(h.t, body, len(numbers)+1, "only refreshed_at is no number: %v", body)
	return numbers
}

func figuresOf(total, pending, posted, ongoing, finished, cancelled, registrations, percent float64) map[string]float64 {
	return map[string]float64{
		"total_drives": total, "pending": pending, "posted": posted, "ongoing": ongoing, "finished": finished,
		"cancelled": cancelled, "registrations": registrations, "attendance_rate_percent": percent,
	}
}

func TestSummaryIsNumbersBeforeThereIsAnything(t *testing.T) {
	t.Parallel()
	h := start(t)
	require.Equal(t, figuresOf(0, 0, 0, 0, 0, 0, 0, 0), h.summary(""))
	for _, path := range arraysOfFigures {
		require.Equal(t, "[]", string(h.get("staff", "/analytics/"+path).is(http.StatusOK).body[:2]), path)
	}
}

func TestSummaryCountsTheDrivesOfThePeriod(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.college()
	h.refresh()
	// 30 days: all but the drives of 30 days and 1 hour and of 90 days ago. Attendance 21 of 27 = 77.7 %.
	month := figuresOf(7, 1, 1, 1, 4, 1, 7+3+4+8+16+3, 78)
	require.Equal(t, month, h.summary(""))
	require.Equal(t, month, h.summary("?days=30"))
	require.Equal(t, figuresOf(1, 1, 0, 0, 0, 0, 0, 0), h.summary("?days=1"))
	// 90 days less an instant do not reach the drive of 90 days ago; 22 of 67 = 32.8 %.
	require.Equal(t, figuresOf(8, 1, 2, 1, 4, 1, 46, 78), h.summary("?days=90"))
	require.Equal(t, figuresOf(9, 1, 2, 1, 5, 1, 86, 33), h.summary("?days=91"))

	drive := func(i int) int64 {
		return h.count(`SELECT drive_id FROM drives WHERE company_name = $1`, fmt.Sprint("Company ", i))
	}
	require.Equal(t, figuresOf(1, 0, 0, 0, 1, 0, 8, 63), h.summary(at("?drive_id=%d", drive(5))), "5 of 8 = 62.5, half up")
	require.Equal(t, figuresOf(1, 0, 0, 0, 1, 0, 16, 88), h.summary(at("?drive_id=%d", drive(6))), "14 of 16 = 87.5, half up")
	require.Equal(t, figuresOf(1, 0, 0, 0, 1, 0, 40, 3), h.summary(at("?drive_id=%d", drive(7))), "old, 1 of 40 = 2.5, half up")
	require.Equal(t, figuresOf(0, 0, 0, 0, 0, 0, 0, 0), h.summary(at("?drive_id=%d&days=30", drive(7))))
	require.Equal(t, figuresOf(1, 0, 0, 0, 1, 0, 0, 0), h.summary(at("?drive_id=%d", drive(9))), "nobody had registered")
	h.get("head", at("/analytics/summary?drive_id=%d", drive(0))).is(http.StatusOK)
	h.get("staff", at("/analytics/summary?drive_id=%d", drive(0))).is(http.StatusNotFound)
	h.get("head", "/analytics/summary?drive_id=999999").is(http.StatusNotFound)
}

func TestDaysAreTheOffices(t *testing.T) {
	t.Parallel()
	for zone, want := range map[string]struct{ created, attendance string }{
		"Asia/Kolkata": {
			`[{"day":"2026-03-01","count":2},{"day":"2026-03-02","count":2}]`,
			`[{"day":"2026-01-10","percent":63},{"day":"2026-01-11","percent":27},{"day":"2026-02-01","percent":67},{"day":"2026-02-02","percent":0}]`,
		},
		"UTC": {
			`[{"day":"2026-02-28","count":1},{"day":"2026-03-01","count":3}]`,
			`[{"day":"2026-01-10","percent":79},{"day":"2026-01-11","percent":3},{"day":"2026-02-01","percent":67},{"day":"2026-02-02","percent":0}]`,
		},
	} {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			location, err := time.LoadLocation(zone)
			require.NoError(t, err)
			h := start(t, func(d *server.Deps) { d.Zone = location })
			h.college()
			h.refresh()
			require.JSONEq(t, want.attendance, string(h.get("staff", "/analytics/attendance-trend").body))

			h.exec(`DELETE FROM finished_drives`)
			h.exec(`DELETE FROM registrations`)
			h.exec(`DELETE FROM drives`)
			for i, created := range []string{
				"2026-02-28T18:30:00Z", // 1 March, 0:00 in Kolkata
				"2026-03-01T18:00:00Z", // 1 March, 23:30
				"2026-03-01T18:30:00Z", // 2 March, 0:00
				"2026-03-01T20:00:00Z",
			} {
				h.finishedDrive(i, "posted", "'"+created+"'", 0, 0, "")
			}
			h.refresh()
			require.JSONEq(t, want.created, string(h.get("staff", "/analytics/drives-over-time").body))
		})
	}
}

func TestRegistrationsByDriveShowsWhatTheCallerMaySee(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.college()
	h.refresh()
	counts := func(as, query string) (all []int64) {
		answer := h.get(as, "/analytics/registrations-by-drive"+query).is(http.StatusOK)
		for i := range answer.list() {
			all = append(all, answer.int(i, "registrations"))
			require.Equal(t, "Engineer", answer.value(i, "job_title"))
			require.NotEmpty(t, answer.value(i, "company_name"))
			require.Equal(t, answer.int(i, "registrations"), h.count(`SELECT count(*) FROM registrations WHERE drive_id = $1`, answer.int(i, "drive_id")))
		}
		return all
	}
	require.Equal(t, []int64{40, 16, 8, 7, 5, 4, 3, 3, 0, 0}, counts("head", ""))
	require.Equal(t, []int64{40, 16, 8, 7, 5, 3, 3, 0}, counts("staff", ""), "neither pending nor cancelled")
	require.Equal(t, []int64{40, 16}, counts("coordinator", "?limit=2"))
}

func TestFiguresSayHowFreshTheyAre(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.refresh()
	first := h.get("head", "/analytics/summary").value("refreshed_at")
	h.posted(nil)
	require.EqualValues(t, 0, h.get("head", "/analytics/summary").int("total_drives"), "as of the last refresh")
	require.Equal(t, first, h.get("head", "/analytics/summary").value("refreshed_at"))
	h.refresh()
	summary := h.get("head", "/analytics/summary")
	require.EqualValues(t, 1, summary.int("posted"))
	refreshed, _ := summary.value("refreshed_at").(string)
	require.Greater(t, refreshed, first)
	for _, path := range append([]string{"funnel"}, arraysOfFigures...) {
		stamp, err := time.Parse(time.RFC3339, h.get("head", "/analytics/"+path).header.Get("X-Refreshed-At"))
		require.NoError(t, err)
		require.WithinDuration(t, stamp, mustTime(t, refreshed), 0, path)
	}
}

func mustTime(t *testing.T, text string) time.Time {
	t.Helper()
	moment, err := time.Parse(time.RFC3339, text)
	require.NoError(t, err)
	return moment
}

func TestWhoMaySeeAnalytics(t *testing.T) {
	t.Parallel()
	h := start(t)
	for _, path := range append([]string{"summary", "funnel"}, arraysOfFigures...) {
		for as, status := range map[string]int{"anonymous": 401, "student": 403, "staff": 200, "coordinator": 200, "head": 200} {
			h.get(as, "/api/analytics/"+path).is(status)
		}
	}
	for as, status := range map[string]int{"anonymous": 401, "student": 403, "staff": 403, "coordinator": 403, "head": 202} {
		h.post(as, "/analytics/refresh", nil).is(status)
	}
	for _, query := range []string{"summary?days=0", "summary?days=x", "summary?drive_id=0", "registrations-over-time?days=0", "by-branch?days=x", "funnel?days=36501", "funnel?drive_id=0", "registrations-by-drive?limit=501"} {
		h.get("head", "/analytics/"+query).is(http.StatusUnprocessableEntity)
	}
}

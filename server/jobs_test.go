package server_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/auth"
)

func TestWhoMaySeeAJob(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.add("importer", auth.Head)
	h.add("other student", auth.Student)
	job := h.jobDone(h.importFile("importer", "", officeCSV()).is(http.StatusAccepted).int("id")).int("id")
	// A requester who has lost the role meanwhile is still the requester.
	h.exec("UPDATE users SET role = 'STAFF' WHERE user_id = $1", h.id("importer"))
	h.people["demoted"] = auth.Principal{UserID: h.id("importer"), Role: auth.Staff, Name: "Name of importer", Email: "importer@college.example"}
	for _, other := range []string{"/jobs/%d", "/jobs/%d/download"} {
		h.play([]scenario{
			{name: "nobody" + other, path: at(other, job), want: http.StatusUnauthorized},
			{name: "student" + other, as: "student", path: at(other, job), want: http.StatusNotFound},
			{name: "staff" + other, as: "staff", path: at(other, job), want: http.StatusNotFound},
			{name: "no such job" + other, as: "head", path: at(other, job+1), want: http.StatusNotFound},
		})
	}
	h.play([]scenario{
		{name: "coordinator", as: "coordinator", path: at("/jobs/%d", job), want: http.StatusOK},
		{name: "head", as: "head", path: at("/jobs/%d", job), want: http.StatusOK},
		{name: "no codes for coordinators", as: "coordinator", path: at("/jobs/%d/download", job), want: http.StatusForbidden},
	})
	require.Eventually(t, func() bool { return h.get("demoted", at("/jobs/%d", job)).status == http.StatusOK }, jobTime, 20*time.Millisecond)
	h.get("demoted", at("/jobs/%d/download", job)).is(http.StatusOK)
}

func TestJobBodyTellsInnerFaultsToHeadsOnly(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.posted(nil)
	job := h.count("SELECT max(id) FROM river_job")
	h.exec(`UPDATE river_job SET errors = ARRAY['{"attempt": 1, "at": "2026-01-02T03:04:05Z", "error": "secret cause", "trace": ""}'::jsonb] WHERE id = $1`, job)
	require.Equal(t, "secret cause", h.get("head", at("/jobs/%d", job)).is(http.StatusOK).value("errors", 0, "message"))
	answer := h.get("coordinator", at("/jobs/%d", job)).is(http.StatusOK)
	require.NotContains(t, string(answer.body), "secret")
	require.EqualValues(t, 1, answer.int("errors", 0, "attempt"))
	for field, want := range map[string]any{"kind": "auto-publish", "state": "completed", "attempt": 1.0} {
		require.Equal(t, want, answer.value(field))
	}
	require.NotNil(t, answer.value("finalized_at"))
	require.EqualValues(t, 1, answer.int("result", "eligible"), "drive %d", drive)
	h.get("head", at("/jobs/%d/download", job)).is(http.StatusNotFound)
}

func TestAJobNamesItsDrive(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.posted(map[string]any{"registration_deadline": time.Now().Add(time.Hour)})
	filter := h.post("head", at("/drives/%d/trigger-eligibility", drive), nil).is(http.StatusAccepted).int("job_id")
	export := h.export("staff", drive)
	refresh := h.post("head", "/analytics/refresh", nil).is(http.StatusAccepted).int("job_id")
	for _, job := range []int64{filter, export, refresh} {
		h.jobDone(job)
	}
	require.Equal(t, drive, h.get("staff", at("/jobs/%d", export)).int("drive_id"))
	require.Nil(t, h.get("head", at("/jobs/%d", refresh)).value("drive_id"))
	listed := map[string]any{}
	for _, job := range h.get("head", "/jobs?limit=500").is(http.StatusOK).list() {
		body, ok := job.(map[string]any)
		require.True(t, ok)
		listed[fmt.Sprint(body["kind"])] = body["drive_id"]
	}
	for _, kind := range []string{"auto-publish", "close-registrations", "eligibility-filter", "export-registrations-csv"} {
		require.InDelta(t, drive, listed[kind], 0, kind)
	}
	require.Nil(t, listed["refresh-materialized-views"])
	require.Contains(t, listed, "refresh-materialized-views")
}

func TestAJobThatCountsNothingIsASingleStep(t *testing.T) {
	t.Parallel()
	h := start(t)
	for state, job := range h.jobOfEveryState() {
		done := 0.0
		if state == "completed" {
			done = 1
		}
		require.Equal(t, map[string]any{"done": done, "total": 1.0}, h.get("head", at("/jobs/%d", job)).is(http.StatusOK).value("progress"), state)
	}
}

func TestJobInProgressShowsHowFarItIsAndGivesNoFileYet(t *testing.T) {
	t.Parallel()
	h := start(t)
	tx, err := h.pool.Begin(t.Context())
	require.NoError(t, err)
	defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }()
	_, err = tx.Exec(t.Context(), "LOCK TABLE students IN EXCLUSIVE MODE")
	require.NoError(t, err)
	job := h.importFile("head", "", officeCSV()).is(http.StatusAccepted).int("id")
	require.Eventually(t, func() bool {
		now := h.get("head", at("/jobs/%d", job)).is(http.StatusOK)
		return now.value("state") == "running" && now.int("progress", "done") == 2
	}, jobTime, 5*time.Millisecond)
	running := h.get("head", at("/jobs/%d", job))
	require.Nil(t, running.value("result"))
	require.EqualValues(t, 2, running.int("progress", "total"))
	require.Contains(t, string(h.get("head", at("/jobs/%d/download", job)).is(http.StatusConflict).body), "running")
	require.NoError(t, tx.Rollback(t.Context()))
	h.jobDone(job)
}

// codes downloads an import's list and returns its rows without the header.
func (h *harness) codes(as string, job int64) [][]string {
	h.t.Helper()
	answer := h.get(as, at("/jobs/%d/download", job)).is(http.StatusOK)
	require.Equal(h.t, "text/csv; charset=utf-8", answer.header.Get("Content-Type"))
	require.Regexp(h.t, `^attachment; filename="one-time-codes-\d{4}-\d\d-\d\d\.csv"$`, answer.header.Get("Content-Disposition"))
	text, ok := strings.CutPrefix(string(answer.body), "\ufeff")
	require.True(h.t, ok)
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	require.NoError(h.t, err)
	require.Equal(h.t, []string{"roll_number", "name", "email", "code"}, rows[0])
	return rows[1:]
}

func TestOneTimeCodesOpenTheNewAccountsOnce(t *testing.T) {
	t.Parallel()
	h := start(t)
	job := h.imported("Roll No,Name,Email", "B2,Béla,bela@c.example", "R-student,,", "a1,Asha,asha@c.example").int("id")
	rows := h.codes("head", job)
	require.Len(t, rows, 2, "who had an account before needs no code")
	require.Equal(t, []string{"a1", "Asha", "asha@c.example"}, rows[0][:3])
	require.Equal(t, []string{"B2", "Béla", "bela@c.example"}, rows[1][:3])
	require.NotEqual(t, rows[0][3], rows[1][3])
	require.Zero(t, h.count("SELECT count(*) FROM users WHERE position($1 IN users::text) > 0", rows[0][3]), "only a hash is kept")

	h.get("head", at("/jobs/%d/download", job)).is(http.StatusGone)
	require.NotContains(t, string(h.get("head", at("/jobs/%d", job)).body), "download_url")

	login := map[string]any{"email": "ASHA@c.example", "password": strings.ToLower(rows[0][3])}
	session := h.post("", "/auth/login", login).is(http.StatusOK)
	require.Equal(t, true, session.value("user", "must_change_password"))
	h.post("", "/auth/login", login).is(http.StatusUnauthorized)

	use := func(token, method, path string, body any) *reply {
		request := h.request("", method, path, body)
		request.Header.Set("Authorization", "Bearer "+token)
		return h.do(request)
	}
	token, _ := session.value("token").(string)
	use(token, http.MethodGet, "/me", nil).is(http.StatusOK)
	refused := use(token, http.MethodGet, "/drives", nil).is(http.StatusForbidden)
	require.Regexp(t, "password-change-required$", refused.value("type"))
	changed := use(token, http.MethodPost, "/auth/change-password", map[string]any{
		"old_password": rows[0][3], "new_password": "plum orchard 42",
	}).is(http.StatusOK)
	token, _ = changed.value("token").(string)
	use(token, http.MethodGet, "/drives", nil).is(http.StatusOK)
	h.post("", "/auth/login", map[string]any{"email": "asha@c.example", "password": rows[0][3]}).is(http.StatusUnauthorized)
	h.post("", "/auth/login", map[string]any{"email": "asha@c.example", "password": "plum orchard 42"}).is(http.StatusOK)
}

func TestListOfCodesRunsNoFormula(t *testing.T) {
	t.Parallel()
	h := start(t)
	job := h.imported("Roll No,Name,Email", `=1+1,"=HYPERLINK(""http://evil.example"")",+a@c.example`, "@SUM(A1),-2+3,b@c.example").int("id")
	for _, row := range h.codes("head", job) {
		for _, cell := range row {
			require.NotContains(t, "=+-@\t\r", cell[:1], "%q", row)
		}
	}
}

func TestListOfCodesIsGivenToOneOfSeveralAtOnce(t *testing.T) {
	t.Parallel()
	h := start(t)
	job := h.imported("Roll No,Name,Email", "A1,Asha,asha@c.example").int("id")
	const callers = 8
	statuses := make([]int, callers)
	var group sync.WaitGroup
	for i := range callers {
		request := h.request("head", http.MethodGet, at("/jobs/%d/download", job), nil)
		group.Go(func() {
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Errorf("caller %d: %v", i, err)
				return
			}
			_, _ = io.Copy(io.Discard, response.Body)
			_ = response.Body.Close()
			statuses[i] = response.StatusCode
		})
	}
	group.Wait()
	given := 0
	for _, status := range statuses {
		if status == http.StatusOK {
			given++
			continue
		}
		require.Equal(t, http.StatusGone, status)
	}
	require.Equal(t, 1, given)
}

// The list is larger than what the connection holds by itself, so the server notices that nobody reads on.
func TestDownloadThatBreaksOffCanBeFetchedAgain(t *testing.T) {
	t.Parallel()
	h := start(t)
	const students = 20_000
	lines := []string{"Roll No,Name,Email"}
	for n := range students {
		lines = append(lines, fmt.Sprintf("A%d,%s,a%d@c.example", n, strings.Repeat("Long Name ", 19), n))
	}
	job := h.imported(lines...).int("id")

	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(h.url, "http://"))
	require.NoError(t, err)
	_, err = fmt.Fprintf(conn, "GET /jobs/%d/download HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", job, h.token("head"))
	require.NoError(t, err)
	first := make([]byte, 1000)
	_, err = io.ReadFull(conn, first)
	require.NoError(t, err)
	require.Contains(t, string(first), "200 OK")
	require.NoError(t, conn.Close())

	var again *reply
	require.Eventually(t, func() bool {
		again = h.get("head", at("/jobs/%d", job)).is(http.StatusOK)
		return h.count("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'") == 0
	}, jobTime, 5*time.Millisecond)
	require.Contains(t, string(again.body), "download_url")
	rows := h.codes("head", job)
	require.Len(t, rows, students)
	h.post("", "/auth/login", map[string]any{"email": "a7@c.example", "password": codeOf(rows, "A7")}).is(http.StatusOK)
}

func codeOf(rows [][]string, roll string) string {
	for _, row := range rows {
		if row[0] == roll {
			return row[3]
		}
	}
	return ""
}

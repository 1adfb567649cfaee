package server_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// longLists fills every list with more than a page, and returns a drive with that many students.
func (h *harness) longLists() (crowded int64) {
	h.t.Helper()
	const n = "generate_series(1, 60) n"
	crowded = h.crowd(60)
	h.exec(`INSERT INTO job_domains (domain_name) SELECT 'Domain ' || n FROM ` + n)
	h.exec(`INSERT INTO drives (company_name, job_title, posted_by, status, published_at, published_by, auto_published)
		SELECT 'Company ' || n, 'Engineer', $1, CASE WHEN n <= 60 THEN 'posted' ELSE 'finished' END, now(), $1, true
		FROM generate_series(1, 120) n`, h.id("coordinator"))
	h.exec(`INSERT INTO drive_students (drive_id, student_id, selected, selected_at)
		SELECT drive_id, $1, true, now() FROM drives WHERE drive_id <> $2`, h.id("student"), crowded)
	h.exec(`INSERT INTO registrations (drive_id, student_id) SELECT drive_id, student_id FROM drive_students WHERE student_id = $1`, h.id("student"))
	h.exec(`INSERT INTO finished_drives (drive_id, total_registered, total_present, total_absent, published_by)
		SELECT drive_id, 1, 1, 0, $1 FROM drives WHERE status = 'finished'`, h.id("coordinator"))
	h.exec(`INSERT INTO notices (event, drive_id, audience, roles, title, message, type)
		SELECT 'drive-published', drive_id, 'roles', ARRAY['STAFF'], 'Drive published', 'It is open.', 'info' FROM drives`)
	h.exec(`INSERT INTO river_job (kind, args, max_attempts, state, scheduled_at) SELECT 'send-email', '{}', 1, 'scheduled', now() + interval '1 day' FROM ` + n)
	return crowded
}

// rows are what a list holds, whatever it is wrapped in.
func (r *reply) rows(wrapped string) []any {
	r.t.Helper()
	if wrapped == "" {
		return r.list()
	}
	rows, ok := r.value(wrapped).([]any)
	require.True(r.t, ok, "%s", r.body)
	return rows
}

func TestListsAreWholeOrPagedAsTheContractSays(t *testing.T) {
	t.Parallel()
	h := start(t)
	crowded := h.longLists()
	for _, list := range []struct {
		as, path, wrapped string
		whole             bool // without a limit, everything
	}{
		{as: "head", path: "/users"},
		{as: "head", path: "/students"},
		{as: "head", path: "/jobs"},
		{as: "staff", path: "/notifications/mine", wrapped: "items"},
		{as: "student", path: "/job-domains", whole: true},
		{as: "student", path: "/drives", whole: true},
		{as: "head", path: "/drives", whole: true},
		{as: "head", path: at("/eligibility/%d/list", crowded), whole: true},
		{as: "student", path: "/eligibility/mine", whole: true},
		{as: "head", path: at("/subfilter/%d/apply", crowded), wrapped: "students", whole: true},
		{as: "student", path: "/registrations/my-list", whole: true},
		{as: "student", path: "/registrations/mine", whole: true},
		{as: "staff", path: at("/registrations/%d/list", crowded), whole: true},
		{as: "head", path: at("/attendance/%d/list", crowded), whole: true},
		{as: "staff", path: "/finished-drives", whole: true},
	} {
		t.Run(strings.TrimPrefix(list.path, "/")+" as "+list.as, func(t *testing.T) {
			t.Parallel()
			here := *h
			here.t = t
			unasked := here.get(list.as, list.path).is(http.StatusOK)
			if list.whole {
				require.GreaterOrEqual(t, len(unasked.rows(list.wrapped)), 60)
				require.Empty(t, unasked.header.Get("Link"))
			} else {
				require.Len(t, unasked.rows(list.wrapped), 50)
				require.NotEmpty(t, unasked.header.Get("Link"))
			}
			all := here.get(list.as, list.path+"?limit=500").is(http.StatusOK).rows(list.wrapped)
			require.GreaterOrEqual(t, len(all), 60)
			require.Contains(t, here.get(list.as, list.path+"?limit=501").faults(), "limit")
			require.Contains(t, here.get(list.as, list.path+"?limit=abc").faults(), "limit")
			require.Len(t, here.get(list.as, "/api"+list.path+"?limit=&_=1764000000000").is(http.StatusOK).rows(list.wrapped), len(unasked.rows(list.wrapped)))

			var paged []any
			for path := "/api" + list.path + "?limit=33&unknown=x"; path != ""; {
				page := here.get(list.as, path).is(http.StatusOK)
				paged = append(paged, page.rows(list.wrapped)...)
				path = linkOf(page)
				require.True(t, path == "" || strings.HasPrefix(path, "/api/") && strings.Contains(path, "unknown=x"), path)
			}
			require.JSONEq(t, asText(t, all), asText(t, paged), "the pages together are the list")
		})
	}
}

func asText(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return string(text)
}

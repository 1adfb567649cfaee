package server_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/server"
	"placeops/store"
)

func TestRegistrationsAreCountedByTheOfficesDays(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"Asia/Kolkata", "UTC", "America/New_York", "Asia/Kathmandu"} {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			location, err := time.LoadLocation(zone)
			require.NoError(t, err)
			h := start(t, func(d *server.Deps) { d.Zone = location })
			h.crowd(40)
			// One for each hour and a half, the first and the last moment of a day among them.
			h.exec(`UPDATE registrations r SET registered_at = timezone($1, date_trunc('day', timezone($1, now()))) - (n - 10) * interval '90 minutes'
					- CASE WHEN n % 16 = 11 THEN interval '1 microsecond' ELSE interval '0' END
				FROM (SELECT registration_id, row_number() OVER (ORDER BY registration_id) AS n FROM registrations) numbered
				WHERE numbered.registration_id = r.registration_id AND n > 9`, zone)
			h.refresh()
			for days, query := range map[int]string{1: "?days=1", 2: "?days=2", 3: "?days=3", 30: ""} {
				want := h.text(`SELECT coalesce(json_agg(json_build_object('day', day, 'count', count) ORDER BY day), '[]')::text FROM (
					SELECT to_char(timezone($1, registered_at), 'YYYY-MM-DD') AS day, count(*) AS count FROM registrations GROUP BY 1) days
					WHERE day > to_char(timezone($1, now()) - $2::integer * interval '1 day', 'YYYY-MM-DD')`, zone, days)
				require.JSONEq(t, want, string(h.get("staff", "/analytics/registrations-over-time"+query).is(http.StatusOK).body), query)
			}
		})
	}
}

// campus has drives of today, of 10 and of 40 days ago, in which students of three branches got differently far.
func (h *harness) campus() (today, lately, old int64) {
	h.t.Helper()
	for name, of := range map[string]string{"c1": "CSE", "c2": " cse", "c3": "CSE ", "e1": "ECE", "e2": "ECE", "n1": ""} {
		h.student(name, func(s *store.NewStudent) {
			s.Branch = nil
			if of != "" {
				s.Branch = &of
			}
		})
	}
	h.exec(`UPDATE students SET debarred = true WHERE student_id = $1`, h.id("student")) // of CSE: he is in none of them
	old = h.finished(nil, []string{"e1", "c1"}, "c2", "n1")
	lately = h.finished(map[string]any{"allowed_branches": []string{"CSE"}}, []string{"c1"}, "c2")
	today = h.attending(map[string]any{"allowed_branches": []string{"CSE", "ECE"}}, "c1", "e2")
	h.mark("head", today, "e2", "PRESENT").is(http.StatusOK) // not published yet
	h.exec(`UPDATE drives SET created_at = now() - interval '40 days' WHERE drive_id = $1`, old)
	h.exec(`UPDATE drives SET created_at = now() - interval '10 days' WHERE drive_id = $1`, lately)
	return today, lately, old
}

func TestStudentsAreCountedOnceInTheirBranch(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.campus()
	h.exec(`UPDATE users SET active = false WHERE user_id = ANY ($1)`, []int64{h.id("c2"), h.id("n1")})
	h.refresh()
	for query, want := range map[string]string{
		"?days=1": `[{"branch":"CSE","students":4,"eligible":3,"registered":1,"present":0},
			{"branch":"ECE","students":2,"eligible":2,"registered":1,"present":0}]`,
		"": `[{"branch":"CSE","students":4,"eligible":3,"registered":2,"present":1},
			{"branch":"ECE","students":2,"eligible":2,"registered":1,"present":0}]`,
		"?days=41": `[{"branch":"CSE","students":4,"eligible":3,"registered":2,"present":1},
			{"branch":"ECE","students":2,"eligible":2,"registered":2,"present":1},
			{"branch":null,"students":1,"eligible":1,"registered":1,"present":0}]`,
	} {
		require.JSONEq(t, want, string(h.get("staff", "/analytics/by-branch"+query).is(http.StatusOK).body), query)
	}
	h.exec(`UPDATE users SET active = true`)
	h.refresh()
	require.JSONEq(t, `{"branch":null,"students":1,"eligible":0,"registered":0,"present":0}`,
		asText(t, h.get("head", "/analytics/by-branch").value(2)), "who is active counts, if only as that")
}

func TestTheFunnelCountsPairs(t *testing.T) {
	t.Parallel()
	h := start(t)
	today, lately, old := h.campus()
	h.publishPicked(h.drive(nil), "c1", "e1")
	pending := h.drive(nil)
	require.JSONEq(t, `{"selected":0,"eligible":0,"registered":0,"present":0}`,
		string(h.get("staff", at("/analytics/funnel?drive_id=%d", today)).is(http.StatusOK).body), "nothing has been refreshed")
	h.refresh()
	for query, want := range map[string]string{
		"?days=1":                       `{"selected":7,"eligible":11,"registered":2,"present":0}`,
		"":                              `{"selected":10,"eligible":14,"registered":4,"present":1}`,
		"?days=41":                      `{"selected":16,"eligible":20,"registered":8,"present":3}`,
		at("?drive_id=%d", old):         `{"selected":6,"eligible":6,"registered":4,"present":2}`,
		at("?drive_id=%d&days=30", old): `{"selected":0,"eligible":0,"registered":0,"present":0}`,
		at("?drive_id=%d", lately):      `{"selected":3,"eligible":3,"registered":2,"present":1}`,
	} {
		require.JSONEq(t, want, string(h.get("staff", "/analytics/funnel"+query).is(http.StatusOK).body), query)
	}
	h.get("staff", at("/analytics/funnel?drive_id=%d", pending)).is(http.StatusNotFound)
	h.get("head", at("/analytics/funnel?drive_id=%d", pending)).is(http.StatusOK)
}

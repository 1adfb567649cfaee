package server_test

import (
	"net/http"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"
)

// pages walks through the lists in small pages, which must hold what the whole list holds.
func (s *season) pages(long ...*opening) {
	s.t.Helper()
	lists := map[string]string{"/drives": "drive_id", "/finished-drives": "drive_id"}
	for _, o := range long {
		lists[at("/registrations/%d/list", o.id)] = "registration_id"
		lists[at("/eligibility/%d/list", o.id)] = "student_id"
		lists[at("/attendance/%d/list", o.id)] = "student_id"
	}
	for path, key := range lists {
		whole := s.listed(s.get("head", path), key)
		for _, limit := range []int{(len(whole) + 2) / 3, len(whole)} {
			var paged []int64
			for next := at("/api%s?limit=%d", path, limit); next != ""; {
				page := s.get("head", next)
				rows := s.listed(page, key)
				require.LessOrEqual(s.t, len(rows), limit)
				paged, next = append(paged, rows...), pageAfter(s.t, page)
			}
			require.Equal(s.t, whole, paged, "%s by %d", path, limit)
		}
	}
}

type notice struct {
	ID    int64  `json:"notification_id"`
	Title string `json:"title"`
	Drive int64  `json:"entity_id"`
	Read  bool   `json:"is_read"`
	At    string `json:"created_at"`
}

type notices struct {
	Items  []notice `json:"items"`
	Unread int      `json:"unread_count"`
}

// notifications compares what everybody has been told; then some read it.
func (s *season) notifications() {
	s.t.Helper()
	for _, name := range []string{"staff", "coordinator", "deputy", "head", "principal"} {
		s.told(s.get(name, "/notifications/mine?limit=500"), func(o *opening) []string { return o.toldOffice(name, string(s.people[name].Role)) })
	}
	for _, c := range s.candidates {
		if c.Active {
			s.told(s.as(c, http.MethodGet, "/notifications/mine?limit=500", nil), func(o *opening) []string { return o.told(c) })
		}
	}
	s.read("staff")
	s.noticePages("deputy")
}

// told compares the titles by drive, all of them unread and the newest first.
func (s *season) told(answer *reply, titles func(*opening) []string) {
	s.t.Helper()
	told := decoded[notices](answer)
	var expected, seen []string
	for _, o := range s.openings {
		for _, title := range titles(o) {
			expected = append(expected, at("%s %d", title, o.id))
		}
	}
	for _, n := range told.Items {
		require.False(s.t, n.Read)
		seen = append(seen, at("%s %d", n.Title, n.Drive))
	}
	require.ElementsMatch(s.t, expected, seen, "%s", answer.body)
	require.Equal(s.t, len(expected), told.Unread)
	require.True(s.t, slices.IsSortedFunc(told.Items, func(a, b notice) int {
		return mustTime(s.t, b.At).Compare(mustTime(s.t, a.At))
	}), "newest first")
}

// read reads one notification, and then all.
func (s *season) read(as string) {
	s.t.Helper()
	all := decoded[notices](s.get(as, "/notifications/mine?limit=500"))
	for range 2 {
		require.EqualValues(s.t, all.Unread-1, s.patch(as, at("/notifications/%d/read", all.Items[2].ID), nil).is(http.StatusOK).int("unread_count"))
	}
	require.Equal(s.t, all.Unread-1, decoded[notices](s.get(as, "/notifications/mine?limit=1")).Unread, "on all pages")
	require.EqualValues(s.t, 0, s.post(as, "/notifications/read-all", nil).is(http.StatusOK).int("unread_count"))
	require.Equal(s.t, 0, decoded[notices](s.get(as, "/notifications/mine")).Unread)
}

// noticePages reads the notifications in small pages.
func (s *season) noticePages(as string) {
	s.t.Helper()
	whole, paged := decoded[notices](s.get(as, "/notifications/mine?limit=500")), []notice{}
	for next := "/notifications/mine?limit=3"; next != ""; {
		page := s.get(as, next)
		items := decoded[notices](page)
		require.Equal(s.t, whole.Unread, items.Unread, "on all pages")
		paged, next = append(paged, items.Items...), followingNotices(page)
	}
	require.Equal(s.t, whole.Items, paged)
}

// jobFigures compares the jobs that have run and that wait, by kind and in all.
func (s *season) jobFigures() {
	s.t.Helper()
	s.settle()
	total := map[string]int{}
	for state, kinds := range map[string]map[string]int{"completed": s.worked, "scheduled": s.scheduled} {
		for _, kind := range strings.Fields("auto-publish eligibility-filter export-registrations-csv refresh-materialized-views " +
			"close-registrations import-students send-email sweep-exports") {
			path := at("/jobs?state=%s&kind=%s&limit=500", state, kind)
			require.Len(s.t, s.get("coordinator", path).is(http.StatusOK).list(), kinds[kind], "%s %s", state, kind)
			total[state] += kinds[kind]
		}
	}
	require.JSONEq(s.t, at(`{"available":0,"running":0,"scheduled":%d,"retryable":0,"completed":%d,"cancelled":0,"discarded":0}`,
		total["scheduled"], total["completed"]), string(s.get("coordinator", "/jobs/counts").is(http.StatusOK).body))
	require.Len(s.t, s.eachPage("head", "/jobs?limit=7", "id"), total["scheduled"]+total["completed"])
}

package server_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/jobs"
)

// jobInState adds a job to a queue that nobody works, in some state.
func (h *harness) jobInState(kind, state string) (id int64) {
	h.t.Helper()
	require.NoError(h.t, h.pool.QueryRow(h.t.Context(), `
INSERT INTO river_job (kind, state, queue, args, max_attempts, attempt, scheduled_at, attempted_at, finalized_at)
VALUES ($1, $2::text::river_job_state, 'nobody', '{}', 25, 1, now() + interval '1 day', now(),
        CASE WHEN $2 IN ('completed', 'cancelled', 'discarded') THEN now() END)
RETURNING id`, kind, state).Scan(&id))
	return id
}

func (h *harness) jobOfEveryState() map[string]int64 {
	h.t.Helper()
	ids := map[string]int64{}
	for _, state := range []string{"available", "running", "scheduled", "retryable", "completed", "cancelled", "discarded"} {
		ids[state] = h.jobInState("close-registrations", state)
	}
	return ids
}

func TestRetryAndCancelWhereTheStateAllowsIt(t *testing.T) {
	t.Parallel()
	h := start(t)
	for action, after := range map[string]map[string]string{ // state before: state after, "" where it is refused
		"retry": {
			"available": "", "running": "", "scheduled": "", "completed": "",
			"retryable": "available", "cancelled": "available", "discarded": "available",
		},
		"cancel": {
			"completed": "", "cancelled": "", "discarded": "",
			"available": "cancelled", "scheduled": "cancelled", "retryable": "cancelled", "running": "running",
		},
	} {
		for state, id := range h.jobOfEveryState() {
			path := at("/jobs/%d/%s", id, action)
			for as, status := range map[string]int{
				"anonymous": http.StatusUnauthorized, "student": http.StatusForbidden, "staff": http.StatusForbidden, "coordinator": http.StatusForbidden,
			} {
				h.post(as, path, nil).is(status)
			}
			want, status := after[state], http.StatusOK
			if want == "" {
				want, status = state, http.StatusConflict
			}
			reply := h.post("head", path, nil).is(status)
			if status == http.StatusOK {
				require.Equal(t, want, reply.value("state"), path)
			}
			require.Equal(t, want, h.get("head", at("/jobs/%d", id)).value("state"), "%s of a job that is %s", action, state)
		}
		h.post("head", at("/jobs/999999/%s", action), nil).is(http.StatusNotFound)
	}
	require.EqualValues(t, 1, h.count(`SELECT count(*) FROM river_job WHERE state = 'running' AND metadata ? 'cancel_attempted_at'`), "told to stop")
}

func TestARetriedJobIsWorked(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.posted(nil)
	job := h.export("staff", drive)
	h.jobDone(job)
	h.exec(`UPDATE river_job SET state = 'discarded', attempt = max_attempts WHERE id = $1`, job)
	h.exec(`UPDATE exports SET file_key = NULL WHERE job_id = $1`, job)
	h.post("head", at("/jobs/%d/retry", job), nil).is(http.StatusOK)
	h.jobDone(job)
	h.get("staff", at("/jobs/%d/download", job)).is(http.StatusOK)
}

func TestJobsAreListedNewestFirst(t *testing.T) {
	t.Parallel()
	h := start(t)
	byState := h.jobOfEveryState()
	mail := h.jobInState("send-email", "scheduled")
	export := h.export("staff", h.posted(nil))
	h.jobDone(export)
	for as, status := range map[string]int{
		"anonymous": http.StatusUnauthorized, "student": http.StatusForbidden, "staff": http.StatusForbidden,
		"coordinator": http.StatusOK, "head": http.StatusOK,
	} {
		h.get(as, "/jobs").is(status)
		h.get(as, "/jobs/counts").is(status)
	}
	ids := func(r *reply) (ids []int64) {
		for i := range r.is(http.StatusOK).list() {
			ids = append(ids, r.int(i, "id"))
		}
		return ids
	}
	all := ids(h.get("head", "/jobs"))
	require.IsDecreasing(t, all)
	require.Len(t, all, int(h.count(`SELECT count(*) FROM river_job`)))
	require.Equal(t, []int64{mail, byState["scheduled"]}, ids(h.get("head", "/jobs?state=scheduled")))
	require.Equal(t, []int64{mail}, ids(h.get("head", "/jobs?state=scheduled&kind=send-email")))
	require.Equal(t, []int64{mail}, ids(h.get("head", "/jobs?kind=send-email&state=")))
	require.Empty(t, ids(h.get("head", "/jobs?kind=nothing")))
	require.Contains(t, h.get("head", "/jobs?state=lost").faults(), "state")
	require.Contains(t, h.get("head", "/jobs?limit=0").faults(), "limit")
	require.Contains(t, h.get("head", "/jobs?cursor=x").faults(), "cursor")

	first := h.get("head", "/jobs?limit=1&kind="+jobs.ExportRegistrationsArgs{}.Kind()).is(http.StatusOK)
	require.Equal(t, at("/jobs/%d/download", export), first.value(0, "download_url"), "the same object as /jobs/:id")
	require.Empty(t, first.header.Get("Link"))
	var paged []int64
	for path := "/jobs?limit=2"; path != ""; {
		page := h.get("coordinator", path)
		paged = append(paged, ids(page)...)
		path = linkOf(page)
	}
	require.Equal(t, all, paged)
}

// linkOf is where a list goes on, "" at its end.
func linkOf(r *reply) string {
	link := r.header.Get("Link")
	if link == "" {
		return ""
	}
	return link[1 : len(link)-len(`>; rel="next"`)]
}

func TestJobsAreCounted(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.jobOfEveryState()
	h.jobInState("send-email", "retryable")
	require.JSONEq(t, `{"available":1,"running":1,"scheduled":1,"retryable":2,"completed":1,"cancelled":1,"discarded":1}`,
		string(h.get("coordinator", "/jobs/counts").is(http.StatusOK).body))
}

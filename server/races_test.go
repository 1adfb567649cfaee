package server_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"placeops/auth"
)

func TestStopIsABarrier(t *testing.T) {
	t.Parallel()
	h := start(t)
	requests := make([]*http.Request, 60)
	for i := range requests {
		h.student(at("s%d", i))
	}
	drive := h.posted(nil)
	for i := range requests {
		requests[i] = h.request(at("s%d", i), http.MethodPost, at("/registrations/%d/register", drive), nil)
	}
	registered := make(chan int, len(requests))
	var storm sync.WaitGroup
	for worker := range 6 {
		storm.Go(func() {
			for i := worker; i < len(requests); i += 6 {
				answer, err := h.exchange(requests[i])
				if assert.NoError(t, err) {
					registered <- answer.status
				}
			}
		})
	}
	created := 0
	for range 12 {
		require.Equal(t, http.StatusCreated, <-registered, "nobody has stopped it yet")
		created++
	}
	h.post("coordinator", at("/drives/%d/stop-registrations", drive), nil).is(http.StatusOK)
	committed := h.count(`SELECT count(*) FROM registrations WHERE drive_id = $1`, drive)
	storm.Wait()
	close(registered)
	for status := range registered {
		require.Contains(t, []int{http.StatusCreated, http.StatusConflict}, status)
		if status == http.StatusCreated {
			created++
		}
	}
	require.Equal(t, committed, h.count(`SELECT count(*) FROM registrations WHERE drive_id = $1`, drive),
		"a registration committed after stop had answered")
	require.EqualValues(t, committed, created, "every 201 is a row, and every row is a 201")
	h.post("student", at("/registrations/%d/register", drive), nil).is(http.StatusConflict)
}

func TestStopWaitsForARegistrationUnderWay(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.posted(nil)
	// The insert's foreign key check waits for this row: the registration is now in the middle of its statement.
	held := h.hold(`SELECT FROM drive_students WHERE drive_id = $1 FOR UPDATE`, drive)
	registration := h.send(h.request("student", http.MethodPost, at("/registrations/%d/register", drive), nil))
	h.waiting(1)
	stop := h.send(h.request("coordinator", http.MethodPost, at("/drives/%d/stop-registrations", drive), nil))
	h.waiting(2)
	h.letGo(held)
	registration().is(http.StatusCreated)
	stop().is(http.StatusOK)
}

// TestWhoWaitsForAChangeSeesItsResult: each request waits behind a change of the drive that has not committed yet.
func TestWhoWaitsForAChangeSeesItsResult(t *testing.T) {
	t.Parallel()
	h := start(t)
	const move = `UPDATE drives SET status = $2 WHERE drive_id = $1`
	for _, c := range []struct {
		name       string
		registered bool // the student, before
		change     string
		args       []any
		method     string
		want       int
		rows       int64
	}{
		{"register and stop", false, move, []any{"attending"}, http.MethodPost, http.StatusConflict, 0},
		{"register and cancel", false, move, []any{"cancelled"}, http.MethodPost, http.StatusConflict, 0},
		{"register and a moved deadline", false, `UPDATE drives SET registration_deadline = now() WHERE drive_id = $1`, nil, http.MethodPost, http.StatusConflict, 0},
		{"withdraw and stop", true, move, []any{"attending"}, http.MethodDelete, http.StatusConflict, 1},
		{"withdraw and cancel", true, move, []any{"cancelled"}, http.MethodDelete, http.StatusConflict, 1},
	} {
		drive := h.posted(nil)
		path := at("/registrations/%d", drive)
		if c.registered {
			h.post("student", path+"/register", nil).is(http.StatusCreated)
		}
		held := h.hold(c.change, append([]any{drive}, c.args...)...)
		if c.method == http.MethodPost {
			path += "/register"
		}
		answer := h.send(h.request("student", c.method, path, nil))
		h.waiting(1)
		h.letGo(held)
		require.Equal(t, c.want, answer().status, c.name)
		require.Equal(t, c.rows, h.count(`SELECT count(*) FROM registrations WHERE drive_id = $1`, drive), c.name)
	}
}

// Who is registered already need not wait for the change.
func TestRegisteringAgainDoesNotWait(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.posted(nil)
	register := at("/registrations/%d/register", drive)
	h.post("student", register, nil).is(http.StatusCreated)
	held := h.hold(lockDrive, drive)
	h.post("student", register, nil).is(http.StatusOK)
	h.letGo(held)
}

// A drive that is being changed, and its registrations with it, holds up only itself.
func TestAChangeOfADriveDoesNotHoldUpAnother(t *testing.T) {
	t.Parallel()
	h := start(t)
	changing, other := h.posted(nil), h.posted(nil)
	held := h.hold(lockDrive, changing)
	waiting := h.send(h.request("student", http.MethodPost, at("/registrations/%d/register", changing), nil))
	h.waiting(1)
	h.post("student", at("/registrations/%d/register", other), nil).is(http.StatusCreated)
	h.letGo(held)
	waiting().is(http.StatusCreated)
}

func TestLosingEligibilityWhileRegisteringIsARefusal(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.posted(nil)
	held := h.hold(lockDrive, drive)
	answer := h.send(h.request("student", http.MethodPost, at("/registrations/%d/register", drive), nil))
	h.waiting(1)
	_, err := held.Exec(t.Context(), `DELETE FROM drive_students WHERE drive_id = $1`, drive)
	require.NoError(t, err)
	h.letGo(held)
	answer().is(http.StatusForbidden)
}

func TestBecomingSelectedWhileRegisteringIsSeen(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.posted(map[string]any{"min_cgpa": 9})
	held := h.hold(lockDrive, drive)
	answer := h.send(h.request("student", http.MethodPost, at("/registrations/%d/register", drive), nil))
	h.waiting(1)
	_, err := held.Exec(t.Context(), `INSERT INTO drive_students (drive_id, student_id, selected, selected_at)
		VALUES ($1, $2, true, now())`, drive, h.id("student"))
	require.NoError(t, err)
	h.letGo(held)
	answer().is(http.StatusCreated)
}

func TestRefilterAgainstRegistrations(t *testing.T) {
	t.Parallel()
	h := start(t)
	const people = 24
	for i := range people {
		h.student(at("s%d", i))
	}
	drive := h.posted(map[string]any{"min_cgpa": 7})
	requests := make([]*http.Request, people)
	for i := range requests {
		requests[i] = h.request(at("s%d", i), http.MethodPost, at("/registrations/%d/register", drive), nil)
	}
	h.exec(`UPDATE students SET cgpa = 5`)
	job := h.post("head", at("/drives/%d/trigger-eligibility", drive), nil).is(http.StatusAccepted).int("job_id")
	_, statuses := h.atOnce(requests)
	require.Equal(t, people, statuses[http.StatusCreated]+statuses[http.StatusForbidden], "%v", statuses)
	registered := h.count(`SELECT count(*) FROM registrations WHERE drive_id = $1`, drive)
	require.EqualValues(t, statuses[http.StatusCreated], registered)
	require.Equal(t, registered, h.jobDone(job).int("result", "kept_registered"), "who has registered is kept, all others go")
	require.Equal(t, registered, h.count(`SELECT count(*) FROM drive_students WHERE drive_id = $1`, drive))
}

func TestDoubleRegistrationIsOneRow(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.posted(nil)
	requests := make([]*http.Request, 24)
	for i := range requests {
		requests[i] = h.request("student", http.MethodPost, at("/registrations/%d/register", drive), nil)
	}
	answers, statuses := h.atOnce(requests)
	require.Equal(t, map[int]int{http.StatusCreated: 1, http.StatusOK: len(requests) - 1}, statuses)
	for _, answer := range answers {
		require.Equal(t, answers[0].value("registration_id"), answer.value("registration_id"))
		require.Equal(t, answers[0].value("registered_at"), answer.value("registered_at"))
	}
	require.EqualValues(t, 1, h.count(`SELECT count(*) FROM registrations`))
}

func TestFiftyPublishesPublishOnce(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.drive(map[string]any{"registration_deadline": "2099-01-01"})
	requests := make([]*http.Request, 50)
	for i := range requests {
		requests[i] = h.request("coordinator", http.MethodPost, at("/drives/%d/publish", drive), nil)
	}
	answers, statuses := h.atOnce(requests)
	require.Equal(t, map[int]int{http.StatusOK: 1, http.StatusConflict: 49}, statuses)
	require.EqualValues(t, 1, h.count(`SELECT count(*) FROM river_job WHERE kind = 'auto-publish'`))
	require.EqualValues(t, 1, h.count(`SELECT count(*) FROM river_job WHERE kind = 'close-registrations'`))
	for _, answer := range answers {
		if answer.status == http.StatusOK {
			h.jobDone(answer.int("job_id"))
		}
	}
}

func TestManyStopsStopOnce(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.posted(nil)
	requests := make([]*http.Request, 12)
	for i := range requests {
		requests[i] = h.request("coordinator", http.MethodPost, at("/drives/%d/stop-registrations", drive), nil)
	}
	_, statuses := h.atOnce(requests)
	require.Equal(t, map[int]int{http.StatusOK: 1, http.StatusConflict: len(requests) - 1}, statuses)
}

func TestPublishAgainstDelete(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.drive(nil)
	held := h.hold(lockDrive, drive)
	publish := h.send(h.request("coordinator", http.MethodPost, at("/drives/%d/publish", drive), nil))
	remove := h.send(h.request("head", http.MethodDelete, at("/drives/%d", drive), nil))
	h.waiting(2)
	h.letGo(held)
	remove().is(http.StatusOK)
	published := publish()
	require.Contains(t, []int{http.StatusOK, http.StatusNotFound}, published.status, "%s", published.body)
	if published.status == http.StatusOK {
		h.jobDone(published.int("job_id"))
	}
	h.get("head", at("/drives/%d", drive)).is(http.StatusNotFound)
	require.Zero(t, h.count(`SELECT count(*) FROM drive_students`)+h.count(`SELECT count(*) FROM notices`))
}

func TestPublishAgainstPatchOfCriteria(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.add("brilliant", auth.Student, cgpa("9.5"))
	drive := h.drive(nil)
	held := h.hold(lockDrive, drive)
	publish := h.send(h.request("coordinator", http.MethodPost, at("/drives/%d/publish", drive), nil))
	change := h.send(h.request("coordinator", http.MethodPatch, at("/drives/%d", drive), map[string]any{"min_cgpa": 9}))
	h.waiting(2)
	h.letGo(held)
	h.jobDone(publish().is(http.StatusOK).int("job_id"))
	want := int64(1) // patched first, then published
	if change().status == http.StatusConflict {
		want = 2
	} else {
		change().is(http.StatusOK)
	}
	require.Equal(t, want, h.get("head", at("/drives/%d", drive)).int("eligible_count"), "the stored students are those of the criteria")
}

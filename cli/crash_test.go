package cli_test

import (
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/auth"
)

const (
	soon        = 10 * time.Second // for a job that was waiting or cut off when everything ended
	contractual = time.Minute      // for a job that was cut off, from the restart on
)

func TestAJobThatWaitedWhenPlaceopsWasKilledRunsAfterTheRestart(t *testing.T) {
	t.Parallel()
	in := prepared(t)
	in.pauseQueue()
	first := in.serve("--demo")
	drive := first.pendingDrive()
	job := first.publish(drive)
	first.kill()
	in.withDatabase(func(url string) {
		var state string
		query1(t, url, "SELECT state FROM river_job WHERE id = $1", job)(&state)
		require.Equal(t, "available", state, "the kill came before the job ran")
	})
	in.resumeQueue()

	second := in.serve()
	require.EqualValues(t, 1, second.jobDone(job, soon))
	second.requirePublishedOnce(drive)
	second.stop()
}

func TestAJobThatWasCutOffWithPlaceopsRunsOnceAfterTheRestart(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(s *serving){
		"placeops killed":                (*serving).kill,
		"placeops and PostgreSQL killed": (*serving).killBoth,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := prepared(t)
			first := in.serve("--demo")
			drive := first.pendingDrive()
			hold := first.holdSelections()
			job := first.publish(drive)
			hold.awaitWaiters(1)
			end(first)

			second := in.serve()
			require.EqualValues(t, 2, second.jobDone(job, soon))
			second.requirePublishedOnce(drive)
			second.stop()
		})
	}
}

func TestPostgreSQLIsKilledInTheMiddleOfAJobAndOfRequests(t *testing.T) {
	t.Parallel()
	s := prepared(t).serve("--demo")
	open := s.pendingDrive()
	s.jobDone(s.publish(open), soon)
	cutOff := s.pendingDrive()
	hold := s.holdSelections()
	job := s.publish(cutOff)
	hold.awaitWaiters(1)

	crowd := s.registerEverybody(open)
	s.killPostgres()
	outcomes := crowd()
	restarted := time.Now()
	require.Greater(t, s.jobDone(job, contractual), int64(1))
	t.Logf("the job was done %v after everybody had registered", time.Since(restarted).Round(time.Millisecond))

	s.requirePublishedOnce(cutOff)
	s.requireRegistered(open, outcomes)
	s.stop()
}

func TestNoAcknowledgedRegistrationIsLostWhenBothAreKilled(t *testing.T) {
	t.Parallel()
	in := prepared(t)
	first := in.serve("--demo")
	drive := first.pendingDrive()
	first.jobDone(first.publish(drive), soon)
	acknowledged := map[int64]int64{}
	for _, student := range first.students()[:20] {
		token := first.tokenOf(student, auth.Student)
		acknowledged[student] = first.post(token, at("/registrations/%d/register", drive), nil).is(http.StatusCreated).int("registration_id")
	}
	first.killBoth()

	second := in.serve()
	second.requireRegistered(drive, acknowledged)
	second.stop()
}

// pauseQueue keeps the next serve from working jobs.
func (in *install) pauseQueue() {
	in.execute(`INSERT INTO river_queue (name, created_at, updated_at, paused_at, metadata) VALUES ('default', now(), now(), now(), '{}')`)
}

func (in *install) resumeQueue() { in.execute(`UPDATE river_queue SET paused_at = NULL`) }

// execute runs a statement while no placeops runs.
func (in *install) execute(statement string) {
	in.t.Helper()
	in.withDatabase(func(url string) {
		conn := connect(in.t, url)
		_, err := conn.Exec(in.t.Context(), statement)
		require.NoError(in.t, err)
		require.NoError(in.t, conn.Close(in.t.Context()))
	})
}

// killBoth kills placeops and its PostgreSQL; frozen, placeops cannot restart what is killed under it.
func (s *serving) killBoth() {
	s.t.Helper()
	require.NoError(s.t, s.command.Process.Signal(syscall.SIGSTOP))
	require.NoError(s.t, syscall.Kill(s.postgresPid(), syscall.SIGKILL))
	s.kill()
}

// students are all of the demo college; those without a password are spared the one-time code that they would need.
func (s *serving) students() []int64 {
	s.t.Helper()
	_, err := s.connect().Exec(s.t.Context(), "UPDATE users SET must_change_password = false")
	require.NoError(s.t, err)
	var ids []int64
	s.query("SELECT array_agg(student_id ORDER BY student_id) FROM students")(&ids)
	require.NotEmpty(s.t, ids)
	return ids
}

// requirePublishedOnce requires the effects of one auto-publish of a drive without criteria.
func (s *serving) requirePublishedOnce(drive int64) {
	s.t.Helper()
	var students, selected, counted, notices, jobs int
	s.query(`SELECT (SELECT count(*) FROM students),
	                (SELECT count(*) FROM drive_students WHERE drive_id = $1 AND selected),
	                (SELECT selected_count FROM drives WHERE drive_id = $1),
	                (SELECT count(*) FROM notices WHERE drive_id = $1 AND audience = 'selected'),
	                (SELECT count(*) FROM river_job WHERE kind = 'auto-publish' AND (args ->> 'drive_id')::bigint = $1)`,
		drive)(&students, &selected, &counted, &notices, &jobs)
	require.Equal(s.t, students, selected)
	require.Equal(s.t, students, counted)
	require.Equal(s.t, 1, notices)
	require.Equal(s.t, 1, jobs)
}

// requireRegistered requires exactly these registrations, by student.
func (s *serving) requireRegistered(drive int64, want map[int64]int64) {
	s.t.Helper()
	var listed []struct {
		StudentID      int64 `json:"student_id"`
		RegistrationID int64 `json:"registration_id"`
	}
	s.get(s.token(auth.Head), at("/registrations/%d/list", drive)).is(http.StatusOK).into(&listed)
	got := map[int64]int64{}
	for _, r := range listed {
		got[r.StudentID] = r.RegistrationID
	}
	require.Equal(s.t, want, got)
}

// registerEverybody lets all students register at once, each trying again for as long as the answer is 503. It returns when
// the first one has registered; what it returns waits for the others and returns the registrations.
func (s *serving) registerEverybody(drive int64) (wait func() map[int64]int64) {
	s.t.Helper()
	students := s.students()
	var mu sync.Mutex
	registered, refused := map[int64]int64{}, 0
	var once sync.Once
	first := make(chan struct{})
	var all sync.WaitGroup
	for _, student := range students {
		token := s.tokenOf(student, auth.Student)
		all.Go(func() {
			defer once.Do(func() { close(first) }) // also when it fails
			for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
				status, retryAfter, id, err := s.tryRegister(token, drive)
				mu.Lock()
				switch {
				case err != nil:
					s.t.Errorf("placeops did not answer: %v", err)
				case status == http.StatusServiceUnavailable && retryAfter != "":
					refused++
				case status != http.StatusOK && status != http.StatusCreated:
					s.t.Errorf("status %d, Retry-After %q", status, retryAfter)
				case registered[student] != 0 && registered[student] != id:
					s.t.Errorf("student %d had registration %d and now has %d", student, registered[student], id)
				default:
					registered[student] = id
				}
				done := len(registered) == len(students) && refused > 0
				mu.Unlock()
				if done || s.t.Failed() {
					return
				}
				once.Do(func() { close(first) })
			}
		})
	}
	<-first
	return func() map[int64]int64 {
		all.Wait()
		require.Positive(s.t, refused, "the database was away for some requests")
		return registered
	}
}

func (s *serving) tryRegister(token string, drive int64) (status int, retryAfter string, id int64, err error) {
	request := s.request(token, http.MethodPost, at("/registrations/%d/register", drive), nil)
	response, err := client.Do(request)
	if err != nil {
		return 0, "", 0, err
	}
	defer func() { _ = response.Body.Close() }()
	var body struct {
		RegistrationID int64 `json:"registration_id"`
	}
	text, err := io.ReadAll(response.Body)
	if err == nil {
		err = json.Unmarshal(text, &body)
	}
	return response.StatusCode, response.Header.Get("Retry-After"), body.RegistrationID, err
}

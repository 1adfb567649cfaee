package cli_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/auth"
	"placeops/store/storetest"
)

// One of three processes on one database is killed while everybody registers with all three. Clients go to the next process, as
// a load balancer would have them do.
func TestAProcessOfThreeIsKilledWhileEverybodyRegisters(t *testing.T) {
	t.Parallel()
	settings := []string{"DATABASE_URL=" + storetest.EmptyURL(t), "JWT_SECRET=" + secret}
	processes := []*serving{bare(t, settings...).serve("--demo"), bare(t, settings...).serve(), bare(t, settings...).serve()}
	first, last := processes[0], processes[2]
	drive := last.pendingDrive()
	last.jobDone(last.publish(drive), soon)

	students := last.students()
	registered := registrations{ids: map[int64]int64{}, half: make(chan struct{}), enough: len(students) / 2}
	var all sync.WaitGroup
	for i, student := range students {
		token := last.tokenOf(student, auth.Student)
		all.Go(func() { registered.add(t, student, register(t, token, drive, processes, i)) })
	}
	<-registered.half
	first.kill() // it was the first, so it leads
	all.Wait()

	for i, student := range students { // the second time everybody asks another process
		status, _, id, err := processes[1+i%2].tryRegister(last.tokenOf(student, auth.Student), drive)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, registered.ids[student], id)
	}
	last.requireRegistered(drive, registered.ids)
	second := last.pendingDrive()
	last.jobDone(last.publish(second), contractual)
	last.requirePublishedOnce(second)
	processes[1].stop()
	last.stop()
}

// registrations are those that have been answered so far.
type registrations struct {
	mu     sync.Mutex
	ids    map[int64]int64 // by student
	half   chan struct{}   // closed when enough are there
	enough int
}

func (r *registrations) add(t *testing.T, student, id int64) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ids[student] = id
	if len(r.ids) == r.enough {
		close(r.half)
	}
}

// register registers a student with one of the processes, or where that does not answer with the next one.
func register(t *testing.T, token string, drive int64, processes []*serving, from int) (id int64) {
	t.Helper()
	for i := range processes {
		status, _, id, err := processes[(from+i)%len(processes)].tryRegister(token, drive)
		if err != nil {
			continue
		}
		if status != http.StatusCreated && status != http.StatusOK {
			t.Errorf("status %d", status)
		}
		return id
	}
	t.Error("no process answers")
	return 0
}

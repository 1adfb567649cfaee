package cli_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/auth"
)

const replicaLost = "the replica cannot be read from"

// replicated is a placeops whose primary has a streaming replica, with a drive that its students can register for.
type replicated struct {
	*serving
	primary, replica *node
	drive            int64
}

func serveReplicated(t *testing.T) *replicated {
	t.Helper()
	r := &replicated{primary: startNode(t, isPrimary, "synchronous_standby_names=")}
	r.replica = startNode(t, isStandby, "primary_conninfo=host="+r.primary.socket+" user=placeops application_name=replica")
	r.serving = bare(t, "JWT_SECRET="+secret, "PLACEOPS_METRICS_TOKEN="+metricsToken, "DATABASE_URL="+r.primary.url(), "DATABASE_REPLICA_URL="+r.replica.url()).
		serve("--demo")
	r.drive = r.pendingDrive()
	r.jobDone(r.publish(r.drive), soon)
	return r
}

func (n *node) url() string { return "host=" + n.socket + " port=5432 user=placeops dbname=placeops" }

// reads counts the reads that were for the replica, by the server that answered.
func (r *replicated) reads(server string) float64 {
	r.t.Helper()
	return r.scrape(metricsToken).Sum("placeops_replica_reads_total", "server", server)
}

// registerAndLook registers students, and after each has the office's list read, which has to show all so far.
func (r *replicated) registerAndLook(students []int64, registered map[int64]int64) {
	r.t.Helper()
	for _, student := range students {
		status, _, id, err := r.tryRegister(r.tokenOf(student, auth.Student), r.drive)
		require.NoError(r.t, err)
		require.Equal(r.t, http.StatusCreated, status)
		registered[student] = id
		r.requireRegistered(r.drive, registered)
	}
}

// awaitReplica waits until the replica is read from again.
func (r *replicated) awaitReplica() {
	r.t.Helper()
	require.Eventually(r.t, func() bool {
		before := r.reads("replica")
		r.get(r.token(auth.Head), "/students").is(http.StatusOK)
		return r.reads("replica") > before
	}, patience, poll, "%s", r.log)
	require.InDelta(r.t, 1, r.scrape(metricsToken).Sum("placeops_replica_usable"), 0)
}

// checkNamesTheReplica requires that check fails for the replica.
func (r *replicated) checkNamesTheReplica(why string) {
	r.t.Helper()
	got := r.run("check")
	require.Equal(r.t, 1, got.code, "%s%s", got.out, got.err)
	require.Contains(r.t, got.err, "the replica is not used")
	require.Contains(r.t, got.err, why)
}

func TestListsFromTheReplicaShowWhatWasJustDone(t *testing.T) {
	t.Parallel()
	r := serveReplicated(t)
	students, registered := r.students(), map[int64]int64{}
	third := len(students) / 3
	r.awaitReplica()
	before := r.reads("replica")
	r.registerAndLook(students[:third], registered)
	require.Greater(t, r.reads("replica"), before, "some of the lists came from there")

	var paused bool // it receives everything and shows nothing of it
	require.NoError(t, r.replica.ask(t, "SELECT pg_wal_replay_pause() IS NOT NULL", &paused))
	r.registerAndLook(students[third:2*third], registered)
	require.Equal(t, 1, strings.Count(r.log.String(), replicaLost), "said once: %s", r.log)
	require.InDelta(t, 0, r.scrape(metricsToken).Sum("placeops_replica_usable"), 0)
	r.checkNamesTheReplica("it is behind")

	require.NoError(t, r.replica.ask(t, "SELECT pg_wal_replay_resume() IS NOT NULL", &paused))
	r.awaitReplica()
	require.Contains(t, r.run("check").ok().out, "replica    had everything")
	r.registerAndLook(students[2*third:], registered)
	r.stop()
}

func TestAReplicaThatIsLostIsDoneWithout(t *testing.T) {
	t.Parallel()
	r := serveReplicated(t)
	students, registered := r.students(), map[int64]int64{}
	r.awaitReplica()
	job := r.post(r.token(auth.Head), at("/registrations/%d/export", r.drive), nil).is(http.StatusAccepted).int("job_id")
	r.jobDone(job, soon)
	r.replica.kill(t)
	r.registerAndLook(students[:5], registered)
	head := r.token(auth.Head)
	for _, path := range []string{
		"/students", "/users", "/audit", "/audit/download-csv", "/analytics/summary", "/analytics/drives-over-time", "/finished-drives",
		"/finished-drives/download-excel", "/finished-drives/download-pdf", at("/attendance/%d/list", r.drive),
		at("/attendance/%d/download-csv", r.drive), at("/eligibility/%d/list", r.drive), at("/subfilter/%d/apply", r.drive), at("/drives/%d/preview-eligibility", r.drive),
	} {
		r.get(head, path).is(http.StatusOK)
	}
	job = r.post(head, at("/registrations/%d/export", r.drive), nil).is(http.StatusAccepted).int("job_id")
	r.jobDone(job, soon)
	require.Equal(t, 5, strings.Count(string(r.get(head, at("/jobs/%d/download", job)).is(http.StatusOK).body), "\n")-1, "a line for each")
	require.Equal(t, 1, strings.Count(r.log.String(), replicaLost), "said once: %s", r.log)
	r.checkNamesTheReplica("")
	r.stop()
}

// One that was made a primary has a history of its own: what is in it never happened.
func TestAReplicaThatWentItsOwnWayIsNotReadFrom(t *testing.T) {
	t.Parallel()
	r := serveReplicated(t)
	r.awaitReplica()
	var promoted bool
	require.NoError(t, r.replica.ask(t, "SELECT pg_promote()", &promoted))
	require.True(t, promoted)
	var gone int
	require.NoError(t, r.replica.ask(t, "WITH gone AS (UPDATE users SET name = 'never happened' RETURNING 1) SELECT count(*) FROM gone", &gone))
	require.Positive(t, gone)
	before := r.reads("replica")
	for range 20 {
		require.NotContains(t, string(r.get(r.token(auth.Head), "/users").is(http.StatusOK).body), "never happened")
	}
	require.InDelta(t, before, r.reads("replica"), 0)
	r.checkNamesTheReplica("")
	r.stop()
}

func TestAServeWaitsForNoReplicaAtItsStart(t *testing.T) {
	t.Parallel()
	primary := startNode(t, isPrimary, "synchronous_standby_names=")
	s := bare(t, "JWT_SECRET="+secret, "DATABASE_URL="+primary.url(), "DATABASE_REPLICA_URL=host=/nowhere user=placeops").serve("--demo")
	s.get(s.token(auth.Head), "/students").is(http.StatusOK)
	s.stop()
}

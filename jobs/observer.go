package jobs

import (
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// Observer is told what becomes of jobs and e-mails, for metrics. Its methods return at once.
type Observer interface {
	JobEnded(JobRun)
	MailsEnded(outcome string, mails int)
}

// JobRun is one attempt at a job, as it ended.
type JobRun struct {
	Kind, Outcome string
	Waited, Ran   time.Duration // from when it could have begun until it did, and from then on
}

// How an attempt at a job ends.
const (
	RunCompleted   = "completed"
	RunFailed      = "failed" // and will be repeated
	RunDiscarded   = "discarded"
	RunCancelled   = "cancelled"
	RunSnoozed     = "snoozed" // it has more to do, and lets others have their turn
	RunInterrupted = "interrupted"
)

// RunOutcomes lists how an attempt at a job can end.
func RunOutcomes() []string {
	return []string{RunCompleted, RunFailed, RunDiscarded, RunCancelled, RunSnoozed, RunInterrupted}
}

// MailUnsent is an e-mail that this attempt could not send; the job tries again. The other outcomes are store's.
const MailUnsent = "unsent"

var runOutcomes = map[river.EventKind]string{
	river.EventKindJobCompleted: RunCompleted, river.EventKindJobFailed: RunFailed, river.EventKindJobCancelled: RunCancelled,
	river.EventKindJobSnoozed: RunSnoozed, river.EventKindJobInterrupted: RunInterrupted,
}

// eventBuffer is more than River reports at once, so that nothing is lost to a burst.
const eventBuffer = 10_000

// observe tells observer of every attempt that client makes, until it has stopped.
func observe(client *Client, observer Observer) {
	config := river.SubscribeConfig{ChanSize: eventBuffer}
	for kind := range runOutcomes {
		config.Kinds = append(config.Kinds, kind)
	}
	events, _ := client.SubscribeConfig(&config)
	go func() {
		for event := range events {
			observer.JobEnded(jobRun(event))
		}
	}()
}

func jobRun(event *river.Event) JobRun {
	run := JobRun{
		Kind: event.Job.Kind, Outcome: runOutcomes[event.Kind],
		Waited: max(0, event.JobStats.QueueWaitDuration), Ran: event.JobStats.RunDuration,
	}
	if run.Outcome == RunFailed && event.Job.State == rivertype.JobStateDiscarded {
		run.Outcome = RunDiscarded
	}
	return run
}

// unobserved is the Observer of clients that have none.
type unobserved struct{}

func (unobserved) JobEnded(JobRun)        {}
func (unobserved) MailsEnded(string, int) {}

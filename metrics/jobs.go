package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"placeops/jobs"
	"placeops/store"
)

// Jobs counts what this process does outside of requests. It is a jobs.Observer.
type Jobs struct {
	runs     *prometheus.CounterVec
	duration *prometheus.HistogramVec
	wait     *prometheus.HistogramVec
	mails    *prometheus.CounterVec
}

// Publishing takes some tenths of a second; no job may run for much longer than four minutes.
var jobBuckets = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120, 240}

func newJobs() *Jobs {
	j := &Jobs{
		runs: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "placeops_job_runs_total", Help: "Attempts at jobs by this process, by how they ended.",
		}, []string{"kind", "outcome"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "placeops_job_duration_seconds", Help: "How long an attempt at a job ran.", Buckets: jobBuckets,
		}, []string{"kind"}),
		wait: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "placeops_job_wait_seconds", Help: "How long a job that was due waited for a worker.", Buckets: jobBuckets,
		}, []string{"kind"}),
		mails: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "placeops_emails_total",
			Help: "E-mails by what became of them: sent, refused for good, unsent (will be tried again), dropped as out of date.",
		}, []string{"outcome"}),
	}
	j.startAtZero()
	return j
}

// startAtZero makes the series before their first event: Prometheus does not see an increase from nothing to one.
func (j *Jobs) startAtZero() {
	for _, lane := range jobs.Lanes() {
		for _, outcome := range jobs.RunOutcomes() {
			j.runs.WithLabelValues(lane.Kind, outcome)
		}
		j.duration.WithLabelValues(lane.Kind)
		j.wait.WithLabelValues(lane.Kind)
	}
	for _, outcome := range []string{store.MailSent, store.MailRefused, store.MailDropped, jobs.MailUnsent} {
		j.mails.WithLabelValues(outcome)
	}
}

func (j *Jobs) collectors() []prometheus.Collector {
	return []prometheus.Collector{j.runs, j.duration, j.wait, j.mails}
}

// JobEnded counts an attempt at a job.
func (j *Jobs) JobEnded(run jobs.JobRun) {
	j.runs.WithLabelValues(run.Kind, run.Outcome).Inc()
	j.duration.WithLabelValues(run.Kind).Observe(run.Ran.Seconds())
	j.wait.WithLabelValues(run.Kind).Observe(run.Waited.Seconds())
}

// MailsEnded counts e-mails.
func (j *Jobs) MailsEnded(outcome string, mails int) {
	j.mails.WithLabelValues(outcome).Add(float64(mails))
}

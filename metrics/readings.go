package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"placeops/jobs"
	"placeops/store"
)

// reading is a group of numbers that a statement or two read from the database. It has to stay cheap when the tables are big.
type reading struct {
	name  string
	descs []*prometheus.Desc
	read  func(context.Context, store.DBTX) ([]prometheus.Metric, error)
}

var (
	databaseBytes = desc("database_size_bytes", "Disk space that the database takes.")
	databaseStart = desc("database_start_time_seconds", "When the database server was started, since the epoch.")
	jobsNow       = desc("jobs", "Jobs in each state but completed.", "kind", "queue", "state")
	jobsWaiting   = desc("jobs_oldest_available_age_seconds", "How long the first job that is due has been waiting for a worker; 0 if none is.", "kind", "queue")
	analyticsAge  = desc("analytics_age_seconds", "How long ago the figures of the analytics were refreshed.")
	mailsDue      = desc("emails_due", "E-mails that have yet to be sent.")

	lastCompleted  = desc("job_last_completed_timestamp_seconds", "When a job that the clock asks for was last done, since the epoch.", "kind")
	backupLast     = desc("backup_last_success_timestamp_seconds", "When the last scheduled backup was done, since the epoch.")
	backupBytes    = desc("backup_last_size_bytes", "Size of the last scheduled backup.")
	backupTook     = desc("backup_last_duration_seconds", "How long the last scheduled backup took.")
	backupFailures = desc("backup_failures", "Attempts at a scheduled backup that have failed since the last one that was done.")
)

// databaseReading is the group that tells whether the database answers at all.
const databaseReading = "database"

// readings share one time limit: those that may have much to count come last.
var readings = []reading{
	{databaseReading, []*prometheus.Desc{databaseBytes, databaseStart}, readDatabase},
	{"schedule", []*prometheus.Desc{lastCompleted, backupLast, backupBytes, backupTook, backupFailures}, readSchedule},
	{"analytics", []*prometheus.Desc{analyticsAge}, readAnalytics},
	{"emails", []*prometheus.Desc{mailsDue}, readMails},
	{"jobs", []*prometheus.Desc{jobsNow, jobsWaiting}, readJobs},
}

func readDatabase(ctx context.Context, db store.DBTX) ([]prometheus.Metric, error) {
	started, err := store.DatabaseStart(ctx, db)
	if err != nil {
		return nil, err
	}
	bytes, err := store.DatabaseSize(ctx, db)
	if err != nil {
		return nil, err
	}
	return []prometheus.Metric{
		constant(databaseBytes, gauge, float64(bytes)), constant(databaseStart, gauge, epoch(started)),
	}, nil
}

// readSchedule reads what the queue still knows of scheduled jobs: the same on every process, and after a restart. What was never
// done has no time; that is better than one in 1970.
func readSchedule(ctx context.Context, db store.DBTX) ([]prometheus.Metric, error) {
	runs, err := jobs.LastRuns(ctx, db)
	if err != nil {
		return nil, err
	}
	var found []prometheus.Metric
	for _, run := range runs {
		if run.Completed != nil {
			found = append(found, constant(lastCompleted, gauge, epoch(*run.Completed), run.Kind))
		}
		if run.Kind == (jobs.BackupArgs{}).Kind() {
			found = append(found, backupOf(run)...)
		}
	}
	return found, nil
}

func backupOf(run jobs.LastRun) []prometheus.Metric {
	found := []prometheus.Metric{constant(backupFailures, gauge, float64(run.Failures))}
	if run.Completed != nil {
		found = append(found, constant(backupLast, gauge, epoch(*run.Completed)), constant(backupTook, gauge, run.Took.Seconds()))
	}
	if run.Bytes != nil {
		found = append(found, constant(backupBytes, gauge, float64(*run.Bytes)))
	}
	return found
}

func epoch(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }

func readAnalytics(ctx context.Context, db store.DBTX) ([]prometheus.Metric, error) {
	age, err := store.AnalyticsAge(ctx, db)
	return one(analyticsAge, age.Seconds(), err)
}

func readMails(ctx context.Context, db store.DBTX) ([]prometheus.Metric, error) {
	due, err := store.CountDueMails(ctx, db)
	return one(mailsDue, float64(due), err)
}

func one(desc *prometheus.Desc, value float64, err error) ([]prometheus.Metric, error) {
	if err != nil {
		return nil, err
	}
	return []prometheus.Metric{constant(desc, gauge, value)}, nil
}

func readJobs(ctx context.Context, db store.DBTX) ([]prometheus.Metric, error) {
	counts, err := jobs.Counts(ctx, db)
	if err != nil {
		return nil, err
	}
	var found []prometheus.Metric
	for _, c := range counts {
		found = append(found, constant(jobsNow, gauge, float64(c.Jobs), c.Kind, c.Queue, c.State))
		if c.State == jobs.Available {
			found = append(found, constant(jobsWaiting, gauge, c.Waiting.Seconds(), c.Kind, c.Queue))
		}
	}
	return found, nil
}

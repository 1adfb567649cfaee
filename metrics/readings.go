package metrics

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"placeops/jobs"
	"placeops/store"
)

// reading is a group of numbers that one statement reads from the database. It has to stay cheap when the tables are big.
type reading struct {
	name  string
	descs []*prometheus.Desc
	read  func(context.Context, store.DBTX) ([]prometheus.Metric, error)
}

var (
	databaseBytes = desc("database_size_bytes", "Disk space that the database takes.")
	jobsNow       = desc("jobs", "Jobs in each state but completed.", "kind", "queue", "state")
	jobsWaiting   = desc("jobs_oldest_available_age_seconds", "How long the first job that is due has been waiting for a worker; 0 if none is.", "kind", "queue")
	analyticsAge  = desc("analytics_age_seconds", "How long ago the figures of the analytics were refreshed.")
	mailsDue      = desc("emails_due", "E-mails that have yet to be sent.")
)

// readings share one time limit: those that may have much to count come last.
var readings = []reading{
	{"database", []*prometheus.Desc{databaseBytes}, readDatabase},
	{"analytics", []*prometheus.Desc{analyticsAge}, readAnalytics},
	{"emails", []*prometheus.Desc{mailsDue}, readMails},
	{"jobs", []*prometheus.Desc{jobsNow, jobsWaiting}, readJobs},
}

func readDatabase(ctx context.Context, db store.DBTX) ([]prometheus.Metric, error) {
	bytes, err := store.DatabaseSize(ctx, db)
	return one(databaseBytes, float64(bytes), err)
}

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

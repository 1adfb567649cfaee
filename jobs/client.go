package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"placeops/mail"
	"placeops/store"
	"placeops/tracing"
	"placeops/uploads"
)

// Client inserts jobs and, once started, works them.
type Client = river.Client[pgx.Tx]

// Deps is what workers need.
type Deps struct {
	Pool    *pgxpool.Pool
	Reader  *store.Reader // for exports; nil: they are read from Pool
	Uploads *uploads.Store
	Logger  *slog.Logger
	// ExportTTL is how long an export can be fetched; 0: DefaultExportTTL.
	ExportTTL time.Duration
	// Zone is the office's, for the times in an export; nil: UTC.
	Zone *time.Location
	// Mail sends e-mail; nil: none is sent.
	Mail *mail.Sender
	// Backup takes one and keeps as many as it should; nil: none is taken here.
	Backup func(context.Context) (BackupResult, error)
	// BaseBackup takes one of placeops's own PostgreSQL; nil: none is taken here.
	BaseBackup func(context.Context, BaseBackupArgs) (BaseBackupResult, error)
	// Observer, if given, is told what becomes of jobs and e-mails. It is for a client that is started.
	Observer Observer
	// Tracing, if given, follows jobs from where they are asked for.
	Tracing *tracing.Tracing
}

// Options tune a working client.
type Options struct {
	Workers int         // at once, in the default queue; 0: two per core
	Running *RunningSet // if given, holds the ids of the jobs that this process is working
	Changes *Changes    // if given, is told what jobs of this process have changed
	// Poll makes the client ask for jobs time and again, for a database whose notifications do not arrive: a pooler gives each
	// transaction another session, so nobody can listen.
	Poll bool
	// Alive, if given, lets jobs that may run for hours say that they are alive.
	Alive *Heartbeats
	// SweepEvery is how often the processes together remove files that are no longer needed; 0: never.
	SweepEvery time.Duration
	// AnchorEvery is how often one of them writes the anchor of the audit trail into its log; 0: never.
	AnchorEvery time.Duration
	// Reindex lets the processes together rebuild the indexes of the job queue every night, which only their owner may do.
	Reindex bool
	// BackUp is when one of the processes takes a backup; nil: never.
	BackUp river.PeriodicSchedule
	// BaseBackUp is when a base backup is taken; nil: never.
	BaseBackUp river.PeriodicSchedule
	// Refresh is when the processes together refresh the analytics; nil: never.
	Refresh river.PeriodicSchedule
}

const (
	importQueue = "imports" // long and heavy: one at a time for each process, so that publishing never waits behind it

	jobTimeout = time.Minute
	// rescueAfter is when a job whose process has vanished is taken to be lost: just above the longest timeout but that
	// of a backup, so that with River's own interval of 30 s it runs again within 5 minutes. For a backup see Heartbeats.
	rescueAfter = importTimeout + 20*time.Second
	// fetchCooldown bounds how often one process asks for jobs. River's default of 100 ms would be most of the time
	// between publishing a drive and the first registration.
	fetchCooldown = 2 * time.Millisecond
	// pollEvery is how often it asks where it is not told. Half of it is what a publish waits longer for its job.
	pollEvery = 100 * time.Millisecond
	// keepCompleted is how long a finished job can still be looked at.
	keepCompleted = 7 * 24 * time.Hour
)

// NewClient returns a client that works all kinds of jobs after Start.
func NewClient(deps Deps, options Options) (*Client, error) {
	if deps.Zone == nil {
		deps.Zone = time.UTC
	}
	if deps.Reader == nil {
		deps.Reader = store.NewReader(deps.Pool, nil, deps.Logger)
	}
	observed := deps.Observer != nil
	if !observed {
		deps.Observer = unobserved{}
	}
	workers := river.NewWorkers()
	for _, err := range []error{
		river.AddWorkerSafely(workers, &autoPublishWorker{deps: deps}),
		river.AddWorkerSafely(workers, &eligibilityFilterWorker{deps: deps}),
		river.AddWorkerSafely(workers, &closeRegistrationsWorker{deps: deps}),
		river.AddWorkerSafely(workers, &importStudentsWorker{deps: deps}),
		river.AddWorkerSafely(workers, &exportRegistrationsWorker{deps: deps}),
		river.AddWorkerSafely(workers, &sweepExportsWorker{deps: deps}),
		river.AddWorkerSafely(workers, &refreshMaterializedViewsWorker{deps: deps}),
		river.AddWorkerSafely(workers, &sendEmailWorker{deps: deps}),
		river.AddWorkerSafely(workers, &anchorAuditWorker{deps: deps}),
		river.AddWorkerSafely(workers, &backupWorker{deps: deps}),
		river.AddWorkerSafely(workers, &baseBackupWorker{deps: deps}),
	} {
		if err != nil {
			return nil, fmt.Errorf("jobs: %w", err)
		}
	}
	config := &river.Config{
		Queues: map[string]river.QueueConfig{
			river.QueueDefault: {MaxWorkers: workerCount(options.Workers)},
			importQueue:        {MaxWorkers: 1},
		},
		Workers:                     workers,
		Logger:                      deps.Logger,
		JobTimeout:                  jobTimeout,
		RescueStuckJobsAfter:        rescueAfter,
		FetchCooldown:               fetchCooldown,
		CompletedJobRetentionPeriod: keepCompleted,
	}
	if deps.Tracing != nil {
		config.Plugins = append(config.Plugins, &traced{tracing: deps.Tracing})
	}
	if options.Poll {
		config.PollOnly, config.FetchPollInterval = true, pollEvery
	}
	config.Plugins = append(config.Plugins, &acting{})
	if !options.Reindex {
		config.ReindexerSchedule = river.NeverSchedule()
	}
	if deps.Mail != nil {
		config.Queues[mailQueue] = river.QueueConfig{MaxWorkers: mailWorkers}
	}
	if options.Refresh != nil {
		config.PeriodicJobs = append(config.PeriodicJobs, periodicRefresh(options.Refresh))
	}
	if options.BackUp != nil {
		config.PeriodicJobs = append(config.PeriodicJobs, periodicBackup(options.BackUp))
	}
	if options.BaseBackUp != nil {
		config.PeriodicJobs = append(config.PeriodicJobs, periodicBaseBackup(options.BaseBackUp))
	}
	if options.AnchorEvery > 0 {
		config.PeriodicJobs = append(config.PeriodicJobs, periodicAnchor(options.AnchorEvery))
	}
	if options.SweepEvery > 0 {
		config.PeriodicJobs = append(config.PeriodicJobs, periodicSweep(options.SweepEvery))
	}
	if options.Running != nil {
		config.Plugins = append(config.Plugins, options.Running)
	}
	if options.Alive != nil {
		config.Plugins = append(config.Plugins, options.Alive)
	}
	if options.Changes != nil {
		config.Plugins = append(config.Plugins, options.Changes)
	}
	client, err := river.NewClient(riverpgxv5.New(deps.Pool), config)
	if err == nil && observed {
		observe(client, deps.Observer)
	}
	return client, err
}

// NewInserter returns a client that only inserts jobs.
func NewInserter(pool *pgxpool.Pool, logger *slog.Logger) (*Client, error) {
	return river.NewClient(riverpgxv5.New(pool), &river.Config{Logger: logger})
}

func workerCount(configured int) int {
	if configured > 0 {
		return configured
	}
	return 2 * runtime.GOMAXPROCS(0)
}

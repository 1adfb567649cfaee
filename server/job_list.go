package server

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"placeops/store"
)

type listJobsInput struct {
	Page
	State string `query:"state" enum:"available,cancelled,completed,discarded,pending,retryable,running,scheduled"`
	Kind  string `query:"kind" maxLength:"128" doc:"Such as auto-publish."`
}

func (s *Server) listJobs(ctx context.Context, in *listJobsInput) (*list[*JobBody], error) {
	before, err := in.afterID()
	if err != nil {
		return nil, err
	}
	found, err := s.jobs.JobList(ctx, in.query(before))
	if err != nil {
		return nil, err
	}
	bodies := make([]*JobBody, len(found.Jobs))
	for i, row := range found.Jobs {
		if bodies[i], err = s.jobBody(ctx, row); err != nil {
			return nil, err
		}
	}
	itself := func(body *JobBody) *JobBody { return body }
	return listOf(ctx, bodies, in.rows(), itself, func(body *JobBody) string { return idCursor(body.ID) }), nil
}

func (in *listJobsInput) query(before *int64) *river.JobListParams {
	query := river.NewJobListParams().OrderBy(river.JobListOrderByID, river.SortOrderDesc).First(int(in.rows()))
	if in.State != "" {
		query = query.States(rivertype.JobState(in.State))
	}
	if in.Kind != "" {
		query = query.Kinds(in.Kind)
	}
	if before != nil {
		query = query.Where("id < @before", river.NamedArgs{"before": *before})
	}
	return query
}

type jobCountsOutput struct {
	Body struct {
		Available int `json:"available"`
		Running   int `json:"running"`
		Scheduled int `json:"scheduled"`
		Retryable int `json:"retryable"`
		Completed int `json:"completed"`
		Cancelled int `json:"cancelled"`
		Discarded int `json:"discarded"`
	}
}

func (s *Server) countJobs(ctx context.Context, _ *struct{}) (*jobCountsOutput, error) {
	counts, err := s.jobs.Driver().GetExecutor().JobCountByAllStates(ctx, &riverdriver.JobCountByAllStatesParams{})
	if err != nil {
		return nil, err
	}
	var out jobCountsOutput
	out.Body.Available, out.Body.Running = counts[rivertype.JobStateAvailable], counts[rivertype.JobStateRunning]
	out.Body.Scheduled, out.Body.Retryable = counts[rivertype.JobStateScheduled], counts[rivertype.JobStateRetryable]
	out.Body.Completed, out.Body.Cancelled = counts[rivertype.JobStateCompleted], counts[rivertype.JobStateCancelled]
	out.Body.Discarded = counts[rivertype.JobStateDiscarded]
	return &out, nil
}

// retryJob runs a job at once that was given up, cancelled, or waits for its next attempt. One that has succeeded is not
// run again (somebody would get the same mail twice), and one whose time has not come keeps it.
func (s *Server) retryJob(ctx context.Context, in *IDInput) (*jobOutput, error) {
	return s.moveJob(ctx, in.ID, func(tx pgx.Tx, job *rivertype.JobRow) (*rivertype.JobRow, error) {
		switch job.State {
		case rivertype.JobStateRetryable, rivertype.JobStateCancelled, rivertype.JobStateDiscarded:
			return s.jobs.JobRetryTx(ctx, tx, job.ID)
		default:
			return nil, store.Errorf(store.Conflict, "the job is %s; only a job that is retryable, cancelled or discarded can be run again", job.State)
		}
	})
}

// cancelJob takes a waiting job out of the queue. A running one is told to stop; it is cancelled when it has, and
// completed if it was faster.
func (s *Server) cancelJob(ctx context.Context, in *IDInput) (*jobOutput, error) {
	return s.moveJob(ctx, in.ID, func(tx pgx.Tx, job *rivertype.JobRow) (*rivertype.JobRow, error) {
		if job.FinalizedAt != nil {
			return nil, store.Errorf(store.Conflict, "the job is %s already", job.State)
		}
		return s.jobs.JobCancelTx(ctx, tx, job.ID)
	})
}

// moveJob lets move decide on a job whose state cannot change meanwhile.
func (s *Server) moveJob(ctx context.Context, jobID int64, move func(pgx.Tx, *rivertype.JobRow) (*rivertype.JobRow, error)) (*jobOutput, error) {
	var job *rivertype.JobRow
	err := store.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		locked, err := s.jobs.JobUpdateTx(ctx, tx, jobID, nil) // changes nothing, and keeps the row locked
		if errors.Is(err, rivertype.ErrNotFound) {
			return store.Errorf(store.NotFound, "job not found")
		}
		if err != nil {
			return err
		}
		job, err = move(tx, locked)
		return err
	})
	if err != nil {
		return nil, err
	}
	body, err := s.jobBody(ctx, job)
	if err != nil {
		return nil, err
	}
	return &jobOutput{Body: *body}, nil
}

package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/riverqueue/river/rivertype"

	"placeops/auth"
	"placeops/jobs"
	"placeops/store"
)

// JobBody is a job as its requester and the office see it.
type JobBody struct {
	ID          int64           `json:"id"`
	Kind        string          `json:"kind"`
	DriveID     *int64          `json:"drive_id" doc:"The drive that the job is about; null where it is about none."`
	State       string          `json:"state" enum:"available,cancelled,completed,discarded,pending,retryable,running,scheduled"`
	Attempt     int             `json:"attempt"`
	MaxAttempts int             `json:"max_attempts"`
	Progress    jobProgress     `json:"progress" doc:"A job that counts nothing is a single step."`
	Result      json.RawMessage `json:"result" doc:"What the job found, once it is completed; null before."`
	Errors      []jobError      `json:"errors" nullable:"false"`
	CreatedAt   time.Time       `json:"created_at"`
	AttemptedAt *time.Time      `json:"attempted_at"`
	FinalizedAt *time.Time      `json:"finalized_at"`
	DownloadURL string          `json:"download_url,omitempty"`
}

type jobProgress struct {
	Done  int32 `json:"done"`
	Total int32 `json:"total"`
}

type jobError struct {
	Attempt int       `json:"attempt"`
	At      time.Time `json:"at"`
	Message string    `json:"message"`
}

// jobBodyOf leaves the inner workings of a failed attempt to the head.
func jobBodyOf(row *rivertype.JobRow, inner bool) *JobBody {
	body := &JobBody{
		ID: row.ID, Kind: row.Kind, DriveID: driveOf(row), State: string(row.State), Attempt: row.Attempt, MaxAttempts: row.MaxAttempts,
		Result: resultOf(row), Errors: make([]jobError, 0, len(row.Errors)), CreatedAt: row.CreatedAt.UTC(),
		AttemptedAt: inUTC(row.AttemptedAt), FinalizedAt: inUTC(row.FinalizedAt), Progress: jobProgress{Total: 1},
	}
	if row.State == rivertype.JobStateCompleted {
		body.Progress.Done = 1
	}
	for _, attempt := range row.Errors {
		message := "this attempt failed; the head can see why"
		if inner {
			message = attempt.Error
		}
		body.Errors = append(body.Errors, jobError{Attempt: attempt.Attempt, At: attempt.At.UTC(), Message: message})
	}
	return body
}

// driveOf is the drive that a job's arguments name, also when it has been deleted since.
func driveOf(row *rivertype.JobRow) *int64 {
	var args struct {
		DriveID *int64 `json:"drive_id"`
	}
	if err := json.Unmarshal(row.EncodedArgs, &args); err != nil {
		return nil
	}
	return args.DriveID
}

func inUTC(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	utc := t.UTC()
	return &utc
}

func resultOf(row *rivertype.JobRow) json.RawMessage {
	if output := row.Output(); row.State == rivertype.JobStateCompleted && len(bytes.TrimSpace(output)) > 0 {
		return output
	}
	return json.RawMessage("null")
}

func jobURL(jobID int64) string { return fmt.Sprintf("/jobs/%d", jobID) }

type jobOutput struct {
	Body JobBody
}

func (s *Server) readJob(ctx context.Context, in *IDInput) (*jobOutput, error) {
	row, err := s.jobFor(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	body, err := s.jobBody(ctx, row)
	if err != nil {
		return nil, err
	}
	return &jobOutput{Body: *body}, nil
}

// jobBody is a job as the caller sees it, with what its kind adds.
func (s *Server) jobBody(ctx context.Context, row *rivertype.JobRow) (body *JobBody, err error) {
	body = jobBodyOf(row, me(ctx).Role == auth.Head)
	switch row.Kind {
	case jobs.ImportStudentsArgs{}.Kind():
		err = s.addImport(ctx, body)
	case jobs.ExportRegistrationsArgs{}.Kind():
		err = s.addExport(ctx, body)
	}
	return body, err
}

// addImport shows how far an import is, and where its list of codes can be fetched.
func (s *Server) addImport(ctx context.Context, body *JobBody) error {
	imported, err := store.StudentImportByJob(ctx, s.pool, body.ID)
	if err != nil {
		return err
	}
	body.Progress = jobProgress{Done: imported.Done, Total: imported.Total}
	if body.State != string(rivertype.JobStateCompleted) || imported.CodesTakenAt != nil {
		return nil
	}
	waiting, err := store.HasAccountsWithoutCode(ctx, s.pool, imported.ImportID)
	if waiting {
		body.DownloadURL = jobURL(body.ID) + "/download"
	}
	return err
}

// jobFor reads a job for its requester, coordinators and heads; for others there is none.
func (s *Server) jobFor(ctx context.Context, jobID int64) (*rivertype.JobRow, error) {
	row, err := s.jobs.JobGet(ctx, jobID)
	if errors.Is(err, rivertype.ErrNotFound) {
		return nil, store.Errorf(store.NotFound, "job not found")
	}
	if err != nil {
		return nil, err
	}
	var args struct {
		RequestedBy int64 `json:"requested_by"`
	}
	if err := json.Unmarshal(row.EncodedArgs, &args); err != nil {
		return nil, err
	}
	if p := me(ctx); args.RequestedBy != p.UserID && !coordinators.Allows(p.Role) {
		return nil, store.Errorf(store.NotFound, "job not found")
	}
	return row, nil
}

// fileOutput is a file that is written while it is made.
type fileOutput struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        func(huma.Context)
}

// downloadJob gives the file that a job made.
func (s *Server) downloadJob(ctx context.Context, in *IDInput) (*fileOutput, error) {
	row, err := s.jobFor(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if row.Kind == (jobs.ExportRegistrationsArgs{}).Kind() {
		return s.downloadExport(ctx, row)
	}
	// This spends the codes, so to read is not all that it does; a browser fetches them with takeCodes.
	if proofFrom(ctx).byCookie && !isSameOrigin(echoOf(ctx).Request()) {
		return nil, errElsewhere
	}
	return s.codesOf(ctx, row)
}

// takeCodes gives the one-time codes of an import. As a POST it says where it comes from, whatever the browser and the network.
func (s *Server) takeCodes(ctx context.Context, in *IDInput) (*fileOutput, error) {
	row, err := s.jobFor(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return s.codesOf(ctx, row)
}

func (s *Server) codesOf(ctx context.Context, row *rivertype.JobRow) (*fileOutput, error) {
	switch {
	case row.Kind != (jobs.ImportStudentsArgs{}).Kind():
		return nil, store.Errorf(store.NotFound, "this job makes no file")
	case row.State != rivertype.JobStateCompleted:
		return nil, store.Errorf(store.Conflict, "the job is %s; the file is there when it is completed", row.State)
	}
	return s.downloadCodes(ctx, row.ID)
}

// breakOff ends an answer that could not be finished. Before the first byte it can still say why; after it, only cutting
// the connection tells the client that the file is not whole.
func (s *Server) breakOff(hctx huma.Context, err error) {
	c := humaecho.Unwrap(hctx)
	c.Set(causeKey, err)
	if !c.Response().Committed {
		c.Response().Header().Del("Content-Disposition")
		problemOf(hctx.Context(), err).write(c.Response())
		return
	}
	panic(http.ErrAbortHandler)
}

package server

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river/rivertype"

	"placeops/jobs"
	"placeops/store"
	"placeops/uploads"
)

type exportOutput struct {
	Body struct {
		JobID       int64  `json:"job_id"`
		StatusURL   string `json:"status_url"`
		DownloadURL string `json:"download_url" doc:"Answers once the job is completed."`
	}
}

// exportRegistrations leaves the file to a job.
func (s *Server) exportRegistrations(ctx context.Context, in *IDInput) (*exportOutput, error) {
	drive, err := store.DriveFor(ctx, s.pool, viewer(me(ctx)), in.ID)
	if err != nil {
		return nil, err
	}
	var jobID int64
	err = store.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		jobID, err = s.insertExport(ctx, tx, drive.Drive)
		return err
	})
	if err != nil {
		return nil, err
	}
	var out exportOutput
	out.Body.JobID, out.Body.StatusURL, out.Body.DownloadURL = jobID, jobURL(jobID), downloadURL(jobID)
	return &out, nil
}

func (s *Server) insertExport(ctx context.Context, tx pgx.Tx, drive store.Drive) (jobID int64, err error) {
	total, err := store.CountRegistrations(ctx, tx, drive.DriveID)
	if err != nil {
		return 0, err
	}
	exportID, err := store.CreateExport(ctx, tx, store.NewExport{
		DriveID: drive.DriveID, RequestedBy: me(ctx).UserID, Total: int32(total), //nolint:gosec // students of one drive
		FileName: fileName("registrations", drive.CompanyName, s.today()) + ".csv",
	})
	if err != nil {
		return 0, err
	}
	inserted, err := s.jobs.InsertTx(ctx, tx, jobs.ExportRegistrationsArgs{ExportID: exportID, RequestedBy: me(ctx).UserID}, nil)
	if err != nil {
		return 0, err
	}
	return inserted.Job.ID, store.SetExportJob(ctx, tx, exportID, inserted.Job.ID)
}

func downloadURL(jobID int64) string { return jobURL(jobID) + "/download" }

// addExport shows how far an export is, and where its file can be fetched. Of an old one only the job may be left.
func (s *Server) addExport(ctx context.Context, body *JobBody) error {
	export, err := store.ExportByJob(ctx, s.pool, body.ID)
	if store.IsKind(err, store.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	body.DriveID, body.Progress = &export.DriveID, jobProgress{Done: export.Done, Total: export.Total}
	if export.FileKey != nil && !export.Expired {
		body.DownloadURL = downloadURL(body.ID)
	}
	return nil
}

// downloadExport gives the file that an export made.
func (s *Server) downloadExport(ctx context.Context, row *rivertype.JobRow) (*fileOutput, error) {
	const anew = "; export the registrations again with POST /registrations/{id}/export"
	export, err := store.ExportByJob(ctx, s.pool, row.ID)
	switch {
	case store.IsKind(err, store.NotFound):
		return nil, store.Errorf(store.Gone, "the drive has been deleted, and its exports with it")
	case err != nil:
		return nil, err
	case export.Expired:
		return nil, store.Errorf(store.Gone, "this export has expired%s", anew)
	case export.FileKey == nil && row.FinalizedAt != nil:
		return nil, store.Errorf(store.Conflict, "the job is %s and made no file%s", row.State, anew)
	case export.FileKey == nil:
		return nil, store.Errorf(store.Conflict, "the job is %s; the file is there when it is completed", row.State)
	}
	file, err := s.uploads.Open(ctx, *export.FileKey)
	if errors.Is(err, uploads.ErrNotFound) {
		return nil, store.Errorf(store.Gone, "this export has just expired%s", anew)
	}
	if err != nil {
		return nil, err
	}
	return &fileOutput{
		ContentType: "text/csv; charset=utf-8",
		Disposition: attachment(export.FileName),
		Body:        func(hctx huma.Context) { serveFile(hctx, file) },
	}, nil
}

// serveFile sends an open file, or the range of it that was asked for, and closes it. When the store fails halfway, the
// client knows by the length.
func serveFile(hctx huma.Context, file *uploads.Object) {
	defer func() { _ = file.Close() }() // only read
	c := humaecho.Unwrap(hctx)
	http.ServeContent(c.Response(), c.Request(), "", file.ModTime(), file)
}

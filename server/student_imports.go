package server

import (
	"cmp"
	"context"
	"errors"
	"io"
	"mime"
	"os"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/jackc/pgx/v5"

	"placeops/auth"
	"placeops/jobs"
	"placeops/sheets"
	"placeops/store"
	"placeops/uploads"
)

const (
	maxImport = 50 << 20
	// checksAtOnce and checkTime bound the looking through of sheets: a hostile one takes some 300 MB while it is read, and
	// unpacks to a gigabyte. The largest honest one takes some seconds.
	checksAtOnce = 2
	checkTime    = time.Minute
)

type importStudentsInput struct {
	RawInput
	DryRun bool `query:"dry_run" doc:"Check the file and change nothing."`
}

type importStudentsOutput struct {
	Body struct {
		JobBody
		JobID     int64  `json:"job_id" doc:"The same as id."`
		StatusURL string `json:"status_url"`
	}
}

// importStudents takes the file, looks at it as such, and leaves the rest to a job.
func (s *Server) importStudents(ctx context.Context, in *importStudentsInput) (*importStudentsOutput, error) {
	key, err := s.saveImport(ctx, in.RawInput)
	if err != nil {
		return nil, err
	}
	job, err := s.acceptImport(ctx, key, in.DryRun)
	if err != nil {
		s.dropPDF(ctx, &key)
		return nil, err
	}
	var out importStudentsOutput
	out.Body.JobBody = *job
	out.Body.JobID, out.Body.StatusURL = job.ID, jobURL(job.ID)
	return &out, nil
}

func (s *Server) acceptImport(ctx context.Context, key string, dryRun bool) (*JobBody, error) {
	rows, err := s.checkSheet(ctx, key)
	if err != nil {
		return nil, err
	}
	var job *JobBody
	err = store.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		importID, err := store.CreateStudentImport(ctx, tx, me(ctx).UserID, key, dryRun)
		if err != nil {
			return err
		}
		args := jobs.ImportStudentsArgs{ImportID: importID, RequestedBy: me(ctx).UserID}
		inserted, err := s.jobs.InsertTx(ctx, tx, args, nil)
		if err != nil {
			return err
		}
		job = jobBodyOf(inserted.Job, false)
		job.Progress = jobProgress{Total: rows}
		if err := store.SetStudentImportProgress(ctx, tx, importID, 0, rows); err != nil {
			return err
		}
		return store.SetStudentImportJob(ctx, tx, importID, inserted.Job.ID)
	})
	return job, err
}

// saveImport stores the file of a form while it comes in, and returns its key.
func (s *Server) saveImport(ctx context.Context, in RawInput) (key string, err error) {
	media, params, err := mime.ParseMediaType(in.contentType)
	if err != nil || media != asForm || params["boundary"] == "" {
		return "", store.Errorf(store.UnsupportedMedia, "send the sheet as field file of a %s form", asForm)
	}
	parts := newFormParts(in.body, params["boundary"])
	for {
		part, err := parts.next()
		if errors.Is(err, io.EOF) {
			return "", store.InvalidFields(store.FieldError{Field: "file", Message: "is needed: a .csv or .xlsx file"})
		}
		if err != nil {
			return "", err
		}
		if part.FormName() == "file" {
			key, _, err = s.uploads.Save(ctx, uploads.StudentFile, part, maxImport)
			return key, brokenUpload(err, maxImport)
		}
	}
}

// brokenUpload names the limit that a file exceeds, and tells a body that ends too soon, or too late, from a database that
// does, which looks the same further up.
func brokenUpload(err error, limit int64) error {
	if errors.Is(err, uploads.ErrTooLarge) {
		return store.Errorf(store.TooLarge, "the file is too large: at most %d MB can be sent", limit>>20)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, os.ErrDeadlineExceeded) {
		return brokenBody(err)
	}
	return err
}

// checkSheet refuses at once what is wrong with the file as such, and counts its rows. It reads the file to its end (a
// second for 50,000 rows of Excel), for a file can be cut off or too large anywhere; what the rows say is the job's affair.
func (s *Server) checkSheet(ctx context.Context, key string) (rows int32, err error) {
	select {
	case s.checking <- struct{}{}:
		defer func() { <-s.checking }()
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	ctx, cancel := context.WithTimeoutCause(ctx, checkTime, store.Errorf(store.TooLarge,
		"the file takes too long to read; copy the students' rows into a new file and send that"))
	defer cancel()
	rows, err = s.countStudents(ctx, key)
	if err != nil && context.Cause(ctx) != nil {
		return 0, context.Cause(ctx) // a file that could not be read to its end looks damaged
	}
	return rows, err
}

func (s *Server) countStudents(ctx context.Context, key string) (rows int32, err error) {
	file, err := s.uploads.ToTempFile(ctx, key)
	if err != nil {
		return 0, err
	}
	defer func() { _ = file.Close() }() // an unnamed file: closing removes it
	table, err := sheets.Open(sheetFile{file, ctx})
	if err != nil {
		return 0, err
	}
	defer func() { _ = table.Close() }()
	reader, err := sheets.NewStudentReader(table)
	if err != nil {
		return 0, err
	}
	for {
		_, _, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err = cmp.Or(err, ctx.Err()); err != nil {
			return 0, err
		}
		rows++
	}
}

// sheetFile can be read until ctx ends: a sheet without rows would otherwise keep its reader from looking at ctx.
type sheetFile struct {
	sheets.Source
	ctx context.Context
}

// ReadAt reads as long as there is time.
func (f sheetFile) ReadAt(p []byte, offset int64) (int, error) {
	if err := f.ctx.Err(); err != nil {
		return 0, err
	}
	return f.Source.ReadAt(p, offset)
}

// downloadCodes makes a one-time code for every account that an import created and writes the list. The codes exist in
// this answer only: the database gets their hashes, and commits when the last line has been written. So an answer that
// breaks off has changed nothing and can be asked for again.
func (s *Server) downloadCodes(ctx context.Context, jobID int64) (*fileOutput, error) {
	imported, err := store.StudentImportByJob(ctx, s.pool, jobID)
	if err != nil {
		return nil, err
	}
	if p := me(ctx); p.UserID != imported.RequestedBy && p.Role != auth.Head {
		return nil, store.Errorf(store.Forbidden, "only the importer and the head may fetch the one-time codes")
	}
	if imported.CodesTakenAt != nil {
		return nil, store.TakenCodes()
	}
	return &fileOutput{
		ContentType: "text/csv; charset=utf-8",
		Disposition: attachment(fileName("one-time-codes", s.today()) + ".csv"),
		Body: func(hctx huma.Context) {
			err := store.InTx(ctx, s.pool, func(tx pgx.Tx) error {
				return writeCodes(ctx, tx, imported.ImportID, hctx.BodyWriter())
			})
			if err != nil {
				s.breakOff(hctx, err)
			}
		},
	}, nil
}

func writeCodes(ctx context.Context, tx pgx.Tx, importID int64, w io.Writer) error {
	if err := store.TakeCodes(ctx, tx, importID); err != nil {
		return err
	}
	accounts, err := store.AccountsWithoutCode(ctx, tx, importID)
	if err != nil {
		return err
	}
	if len(accounts) == 0 {
		return store.Errorf(store.NotFound, "this import made no account that waits for a code")
	}
	ids, hashes := make([]int64, len(accounts)), make([][]byte, len(accounts))
	csv := sheets.NewCSVWriter(w)
	if err := csv.Write("roll_number", "name", "email", "code"); err != nil {
		return err
	}
	for i, account := range accounts {
		code := auth.NewCode()
		ids[i] = account.UserID
		hashes[i], _ = auth.HashCode(code)
		if err := csv.Write(account.RollNumber, account.Name, account.Email, code); err != nil {
			return err
		}
	}
	if err := store.SetCodes(ctx, tx, ids, hashes); err != nil {
		return err
	}
	return csv.Flush()
}

package server

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"placeops/auth"
	"placeops/store"
	"placeops/store/decimal"
)

// DriveBody is a drive as everybody sees it; coordinators and heads also see the counts.
type DriveBody struct {
	DriveID              int64            `json:"drive_id"`
	CompanyName          string           `json:"company_name"`
	JobTitle             string           `json:"job_title"`
	DomainID             *int64           `json:"domain_id"`
	DomainName           *string          `json:"domain_name"`
	JobDescription       *string          `json:"job_description"`
	Location             *string          `json:"location"`
	PackageLPA           *decimal.Decimal `json:"package_lpa" nullable:"true"`
	InterviewDate        *time.Time       `json:"interview_date"`
	RegistrationDeadline *time.Time       `json:"registration_deadline"`
	MinCGPA              *decimal.Decimal `json:"min_cgpa" nullable:"true"`
	Min10th              *decimal.Decimal `json:"min_10th" nullable:"true"`
	Min12th              *decimal.Decimal `json:"min_12th" nullable:"true"`
	MaxBacklogs          *int32           `json:"max_backlogs"`
	MaxTotalBacklogs     *int32           `json:"max_total_backlogs"`
	AllowedBranches      []string         `json:"allowed_branches" nullable:"true"`
	AllowedBatches       []int32          `json:"allowed_batches" nullable:"true"`
	AllowedGenders       []string         `json:"allowed_genders" nullable:"true"`
	MaxGapYears          *int32           `json:"max_gap_years"`
	Status               string           `json:"status" enum:"pending,posted,attending,finished,cancelled"`
	AutoPublished        bool             `json:"auto_published"`
	AttendancePublished  bool             `json:"attendance_published"`
	PostedBy             int64            `json:"posted_by"`
	PublishedBy          *int64           `json:"published_by"`
	PublishedAt          *time.Time       `json:"published_at"`
	PDFPath              *string          `json:"pdf_path" doc:"A link that a browser can open; it expires."`
	CreatedAt            time.Time        `json:"created_at"`
	UpdatedAt            time.Time        `json:"updated_at"`
	*DriveCounts
}

// DriveCounts are null until they are known.
type DriveCounts struct {
	EligibleCount   *int32 `json:"eligible_count" required:"false"`
	SelectedCount   *int32 `json:"selected_count" required:"false"`
	RegisteredCount *int64 `json:"registered_count" required:"false"`
}

type driveOutput struct {
	Body DriveBody
}

// viewer is the caller as far as seeing drives goes.
func viewer(p auth.Principal) store.Viewer {
	return store.Viewer{UserID: p.UserID, SeesAll: coordinators.Allows(p.Role)}
}

func (s *Server) driveBodyOf(ctx context.Context, v store.VisibleDrive) DriveBody {
	body := s.plainDriveBody(v.Drive, v.DomainName)
	if coordinators.Allows(me(ctx).Role) {
		body.DriveCounts = &DriveCounts{EligibleCount: v.Drive.EligibleCount, SelectedCount: v.Drive.SelectedCount}
		if v.Drive.Status != store.Pending {
			body.RegisteredCount = &v.RegisteredCount
		}
	}
	return body
}

func (s *Server) plainDriveBody(d store.Drive, domainName *string) DriveBody {
	body := DriveBody{
		DriveID: d.DriveID, CompanyName: d.CompanyName, JobTitle: d.JobTitle, DomainID: d.DomainID, DomainName: domainName,
		JobDescription: d.JobDescription, Location: d.Location, PackageLPA: d.PackageLPA, InterviewDate: d.InterviewDate,
		RegistrationDeadline: d.RegistrationDeadline, MinCGPA: d.MinCGPA, Min10th: d.Min10th, Min12th: d.Min12th,
		MaxBacklogs: d.MaxBacklogs, MaxTotalBacklogs: d.MaxTotalBacklogs, AllowedBranches: d.AllowedBranches,
		AllowedBatches: d.AllowedBatches, AllowedGenders: d.AllowedGenders, MaxGapYears: d.MaxGapYears, Status: d.Status,
		AutoPublished: d.AutoPublished, AttendancePublished: d.Status == store.Finished, PostedBy: d.PostedBy,
		PublishedBy: d.PublishedBy, PublishedAt: d.PublishedAt, CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt,
	}
	if d.PDFKey != nil {
		link := s.links.Path(*d.PDFKey, time.Now())
		body.PDFPath = &link
	}
	return body
}

func (s *Server) readDrive(ctx context.Context, in *IDInput) (*driveOutput, error) {
	return s.driveOutput(ctx, s.pool, in.ID)
}

func (s *Server) driveOutput(ctx context.Context, db store.DBTX, driveID int64) (*driveOutput, error) {
	drive, err := store.DriveFor(ctx, db, viewer(me(ctx)), driveID)
	if err != nil {
		return nil, err
	}
	return &driveOutput{Body: s.driveBodyOf(ctx, drive)}, nil
}

type createDriveInput struct{ RawInput }

func (s *Server) createDrive(ctx context.Context, in *createDriveInput) (*driveOutput, error) {
	form, err := s.readDriveForm(ctx, in.RawInput, s.createOf)
	if err != nil {
		return nil, err
	}
	drive := store.Drive{PostedBy: me(ctx).UserID, PDFKey: form.pdfKey}
	var out *driveOutput
	if err = s.fill(ctx, s.pool, &drive, form); err == nil {
		err = store.InTx(ctx, s.pool, func(tx pgx.Tx) error {
			out, err = s.createDriveIn(ctx, tx, drive, form)
			return err
		})
	}
	if err != nil {
		s.dropPDF(ctx, form.pdfKey)
		return nil, err
	}
	return out, nil
}

func (s *Server) createDriveIn(ctx context.Context, tx pgx.Tx, drive store.Drive, form *driveForm) (*driveOutput, error) {
	drive, err := store.CreateDrive(ctx, tx, drive)
	if err != nil {
		return nil, err
	}
	if err := store.NoticeDriveCreated(ctx, tx, drive, me(ctx).UserID); err != nil {
		return nil, err
	}
	if orZero(form.AutoCalc.Value) {
		if _, err := s.publish(ctx, tx, drive, nil); err != nil {
			return nil, err
		}
	}
	return s.driveOutput(ctx, tx, drive.DriveID)
}

type patchDriveInput struct {
	IDInput
	RawInput
}

// patchDrive changes criteria only while the drive is pending, everything else also while it is posted.
func (s *Server) patchDrive(ctx context.Context, in *patchDriveInput) (*driveOutput, error) {
	form, err := s.readDriveForm(ctx, in.RawInput, s.patchOf)
	if err != nil {
		return nil, err
	}
	var out *driveOutput
	var replaced *string
	err = store.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		replaced, err = s.patchDriveIn(ctx, tx, in.ID, form)
		if err != nil {
			return err
		}
		out, err = s.driveOutput(ctx, tx, in.ID)
		return err
	})
	if err != nil {
		s.dropPDF(ctx, form.pdfKey)
		return nil, err
	}
	s.dropPDF(ctx, replaced)
	return out, nil
}

// patchDriveIn returns the key of a PDF that is replaced or removed.
func (s *Server) patchDriveIn(ctx context.Context, tx pgx.Tx, driveID int64, form *driveForm) (replaced *string, err error) {
	before, err := store.LockDrive(ctx, tx, driveID)
	if err != nil {
		return nil, err
	}
	after := before
	if err := s.fill(ctx, tx, &after, form); err != nil {
		return nil, err
	}
	if err := checkDriveChange(before, after); err != nil {
		return nil, err
	}
	if form.pdfKey != nil || bool(form.PDFPath || form.PDF) {
		replaced, after.PDFKey = before.PDFKey, form.pdfKey
	}
	if err := store.UpdateDrive(ctx, tx, after); err != nil {
		return nil, err
	}
	moved := after.RegistrationDeadline != nil && form.RegistrationDeadline.Set
	if moved && after.Status == store.Posted {
		return replaced, s.scheduleClose(ctx, tx, after)
	}
	return replaced, nil
}

func checkDriveChange(before, after store.Drive) error {
	switch {
	case before.Status != store.Pending && before.Status != store.Posted:
		return store.Errorf(store.Conflict, "this drive is %s and can no longer be changed", before.Status)
	case before.Status == store.Posted && !sameCriteria(before, after):
		return store.Errorf(store.Conflict, "this drive is posted; its criteria can be changed only while it is pending")
	}
	return nil
}

type messageOutput struct {
	Body struct {
		Message string `json:"message"`
	}
}

func (s *Server) deleteDrive(ctx context.Context, in *IDInput) (*messageOutput, error) {
	var drive store.Drive
	err := store.InTx(ctx, s.pool, func(tx pgx.Tx) (err error) {
		if drive, err = store.LockDrive(ctx, tx, in.ID); err != nil {
			return err
		}
		return store.DeleteDrive(ctx, tx, in.ID)
	})
	if err != nil {
		return nil, err
	}
	s.dropPDF(ctx, drive.PDFKey)
	var out messageOutput
	out.Body.Message = "the drive of " + drive.CompanyName + " has been deleted"
	return &out, nil
}

package server

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"placeops/jobs"
	"placeops/store"
)

const defaultSummaryDays = 30

type analyticsSummaryInput struct {
	Days    int32 `query:"days" minimum:"1" maximum:"36500" doc:"Drives created in the last so many days; 30, or with drive_id any."`
	DriveID int64 `query:"drive_id" minimum:"1" maximum:"9007199254740991" doc:"This drive alone."`
}

// days is nil for all times: who asks for one drive means it whatever its age.
func (in *analyticsSummaryInput) days() *int32 {
	days := in.Days
	if days == 0 && in.DriveID != 0 {
		return nil
	}
	if days == 0 {
		days = defaultSummaryDays
	}
	return &days
}

type analyticsSummaryOutput struct {
	Body struct {
		TotalDrives           int64     `json:"total_drives" doc:"Without the cancelled ones."`
		Pending               int64     `json:"pending"`
		Posted                int64     `json:"posted"`
		Ongoing               int64     `json:"ongoing" doc:"Registrations are closed, attendance is not published yet."`
		Finished              int64     `json:"finished"`
		Cancelled             int64     `json:"cancelled"`
		Registrations         int64     `json:"registrations"`
		AttendanceRatePercent int32     `json:"attendance_rate_percent" doc:"Present of registered in finished drives, rounded half up; 0 without any."`
		RefreshedAt           time.Time `json:"refreshed_at" doc:"Later changes are not in the figures."`
	}
}

func (s *Server) analyticsSummary(ctx context.Context, in *analyticsSummaryInput) (*analyticsSummaryOutput, error) {
	summary, err := reading(ctx, s, func(db store.Source) (summary store.Summary, err error) {
		var driveID *int64
		if in.DriveID != 0 {
			if _, err := store.DriveFor(ctx, db, viewer(me(ctx)), in.DriveID); err != nil {
				return summary, err
			}
			driveID = &in.DriveID
		}
		return store.AnalyticsSummary(ctx, db, in.days(), driveID)
	})
	if err != nil {
		return nil, err
	}
	var out analyticsSummaryOutput
	out.Body.TotalDrives, out.Body.Registrations = summary.TotalDrives, summary.Registrations
	out.Body.Pending, out.Body.Posted, out.Body.Ongoing = summary.Pending, summary.Posted, summary.Ongoing
	out.Body.Finished, out.Body.Cancelled = summary.Finished, summary.Cancelled
	out.Body.AttendanceRatePercent, out.Body.RefreshedAt = summary.AttendanceRatePercent, summary.RefreshedAt
	return &out, nil
}

// figures are a plain array; how fresh they are stands in a header.
type figures[T any] struct {
	RefreshedAt string `header:"X-Refreshed-At" doc:"Later changes are not in the figures (RFC 3339)."`
	Body        []T    `nullable:"false"`
}

// figuresOf reads the figures and their age in one snapshot, so that a refresh in between cannot make them look younger.
func figuresOf[R, T any](ctx context.Context, s *Server, read func(store.DBTX) ([]R, error), body func(R) T) (*figures[T], error) {
	return reading(ctx, s, func(db store.Source) (*figures[T], error) {
		var out figures[T]
		err := store.InTx(ctx, store.Snapshot{Pool: db}, func(tx pgx.Tx) error {
			refreshed, err := store.AnalyticsRefreshedAt(ctx, tx)
			if err != nil {
				return err
			}
			rows, err := read(tx)
			out.RefreshedAt = refreshed.Format(time.RFC3339Nano)
			out.Body = make([]T, len(rows))
			for i, row := range rows {
				out.Body[i] = body(row)
			}
			return err
		})
		return &out, err
	})
}

type dayCountBody struct {
	Day   string `json:"day" format:"date" doc:"In the office's zone."`
	Count int64  `json:"count"`
}

func (s *Server) drivesOverTime(ctx context.Context, _ *struct{}) (*figures[dayCountBody], error) {
	read := func(db store.DBTX) ([]store.DayCount, error) { return store.DrivesOverTime(ctx, db, s.zone) }
	return figuresOf(ctx, s, read, func(r store.DayCount) dayCountBody { return dayCountBody(r) })
}

type registrationsByDriveInput struct {
	Limit int32 `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"How many drives at most."`
}

type driveCountBody struct {
	DriveID       int64  `json:"drive_id"`
	CompanyName   string `json:"company_name"`
	JobTitle      string `json:"job_title"`
	Registrations int64  `json:"registrations"`
}

func (s *Server) registrationsByDrive(ctx context.Context, in *registrationsByDriveInput) (*figures[driveCountBody], error) {
	read := func(db store.DBTX) ([]store.DriveCount, error) {
		return store.RegistrationsByDrive(ctx, db, viewer(me(ctx)), in.Limit)
	}
	return figuresOf(ctx, s, read, func(r store.DriveCount) driveCountBody { return driveCountBody(r) })
}

type dayPercentBody struct {
	Day     string `json:"day" format:"date" doc:"When attendance was published, in the office's zone."`
	Percent int32  `json:"percent" doc:"Present of registered, rounded half up."`
}

func (s *Server) attendanceTrend(ctx context.Context, _ *struct{}) (*figures[dayPercentBody], error) {
	read := func(db store.DBTX) ([]store.DayPercent, error) { return store.AttendanceTrend(ctx, db, s.zone) }
	return figuresOf(ctx, s, read, func(r store.DayPercent) dayPercentBody { return dayPercentBody(r) })
}

// periodInput asks for the last so many days.
type periodInput struct {
	Days int32 `query:"days" minimum:"1" maximum:"36500" default:"30" doc:"The last so many days."`
}

func (s *Server) registrationsOverTime(ctx context.Context, in *periodInput) (*figures[dayCountBody], error) {
	read := func(db store.DBTX) ([]store.DayCount, error) {
		return store.RegistrationsOverTime(ctx, db, s.zone, in.Days)
	}
	return figuresOf(ctx, s, read, func(r store.DayCount) dayCountBody { return dayCountBody(r) })
}

type branchCountBody struct {
	Branch     *string `json:"branch" doc:"null: those without."`
	Students   int64   `json:"students" doc:"With an active account, or eligible in the period."`
	Eligible   int64   `json:"eligible"`
	Registered int64   `json:"registered"`
	Present    int64   `json:"present" doc:"By attendance that is published."`
}

func branchCountBodyOf(r store.BranchCount) branchCountBody {
	return branchCountBody{optional(r.Branch), r.Students, r.Eligible, r.Registered, r.Present}
}

// studentsByBranch counts each student once, in however many drives of the period.
func (s *Server) studentsByBranch(ctx context.Context, in *periodInput) (*figures[branchCountBody], error) {
	read := func(db store.DBTX) ([]store.BranchCount, error) { return store.StudentsByBranch(ctx, db, in.Days) }
	return figuresOf(ctx, s, read, branchCountBodyOf)
}

type funnelOutput struct {
	RefreshedAt string `header:"X-Refreshed-At" doc:"Later changes are not in the figures (RFC 3339)."`
	Body        struct {
		Selected   int64 `json:"selected"`
		Eligible   int64 `json:"eligible"`
		Registered int64 `json:"registered"`
		Present    int64 `json:"present" doc:"By attendance that is published."`
	}
}

// funnel counts each student once for each drive.
func (s *Server) funnel(ctx context.Context, in *analyticsSummaryInput) (*funnelOutput, error) {
	read := func(db store.DBTX) ([]store.FunnelCount, error) {
		var driveID *int64
		if in.DriveID != 0 {
			if _, err := store.DriveFor(ctx, db, viewer(me(ctx)), in.DriveID); err != nil {
				return nil, err
			}
			driveID = &in.DriveID
		}
		count, err := store.Funnel(ctx, db, in.days(), driveID)
		return []store.FunnelCount{count}, err
	}
	found, err := figuresOf(ctx, s, read, func(r store.FunnelCount) store.FunnelCount { return r })
	if err != nil {
		return nil, err
	}
	out, count := funnelOutput{RefreshedAt: found.RefreshedAt}, found.Body[0]
	out.Body.Selected, out.Body.Eligible = count.Selected, count.Eligible
	out.Body.Registered, out.Body.Present = count.Registered, count.Present
	return &out, nil
}

func (s *Server) refreshAnalytics(ctx context.Context, _ *struct{}) (*jobAcceptedOutput, error) {
	job, err := s.jobs.Insert(ctx, jobs.RefreshMaterializedViewsArgs{RequestedBy: me(ctx).UserID}, nil)
	if err != nil {
		return nil, err
	}
	var out jobAcceptedOutput
	out.Body.Message, out.Body.JobID = "the figures are being refreshed", job.Job.ID
	return &out, nil
}

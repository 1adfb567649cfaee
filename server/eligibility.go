package server

import (
	"context"
	"errors"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/jackc/pgx/v5"

	"placeops/eligibility"
	"placeops/jobs"
	"placeops/store"
	"placeops/store/decimal"
)

type filterEligibilityInput struct {
	IDInput
	Body *CriteriaFields
}

// Resolve finds what the schema cannot say.
func (in *filterEligibilityInput) Resolve(huma.Context) []error {
	if in.Body == nil {
		return nil
	}
	_, faults := in.Body.applyTo(eligibility.Criteria{})
	return bodyFaults(faults)
}

type filterEligibilityOutput struct {
	Body struct {
		FilteredCount  int64   `json:"filtered_count" doc:"The eligible students now, those kept because they have registered among them."`
		StudentIDs     []int64 `json:"studentIds" nullable:"false"`
		Added          int64   `json:"added"`
		Removed        int64   `json:"removed"`
		KeptRegistered int64   `json:"kept_registered" doc:"Those who no longer qualify but have registered."`
	}
}

// filterEligibility stores the eligible students at once. Criteria in the body are laid over the drive's and kept.
func (s *Server) filterEligibility(ctx context.Context, in *filterEligibilityInput) (*filterEligibilityOutput, error) {
	var out filterEligibilityOutput
	err := store.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		drive, err := store.LockDrive(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		criteria, err := keepCriteria(ctx, tx, drive, in.Body)
		if err != nil {
			return err
		}
		stored, err := eligibility.Store(ctx, tx, in.ID, criteria, drive.AutoPublished)
		if err != nil {
			return err
		}
		out.Body.FilteredCount, out.Body.Added = stored.Eligible, stored.Added
		out.Body.Removed, out.Body.KeptRegistered = stored.Removed, stored.KeptRegistered
		if out.Body.StudentIDs, err = store.StudentsOfDrive(ctx, tx, in.ID); err != nil {
			return err
		}
		return jobs.TellSelected(ctx, s.jobs, tx, drive, s.mails)
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}

// keepCriteria returns a locked drive's criteria with the given ones laid over them, which the drive keeps.
func keepCriteria(ctx context.Context, tx pgx.Tx, drive store.Drive, given *CriteriaFields) (eligibility.Criteria, error) {
	if drive.Status != store.Pending && drive.Status != store.Posted {
		return eligibility.Criteria{}, store.Errorf(store.Conflict,
			"eligible students are stored only while a drive is pending or posted; this one is %s", drive.Status)
	}
	if given == nil {
		return eligibility.Of(drive), nil
	}
	criteria, _ := given.applyTo(eligibility.Of(drive)) // Resolve has found the faults
	changed := drive
	criteria.Keep(&changed)
	if sameCriteria(drive, changed) {
		return criteria, nil
	}
	if err := checkDriveChange(drive, changed); err != nil {
		return criteria, err
	}
	return criteria, store.UpdateDrive(ctx, tx, changed)
}

// EligibleStudentBody is a student in a drive's list of eligible ones.
type EligibleStudentBody struct {
	StudentID      int64            `json:"student_id"`
	Name           string           `json:"name"`
	Email          string           `json:"email"`
	RollNumber     string           `json:"roll_number"`
	Branch         *string          `json:"branch"`
	BatchYear      *int32           `json:"batch_year"`
	CGPA           *decimal.Decimal `json:"cgpa" nullable:"true"`
	TenthPercent   *decimal.Decimal `json:"tenth_percent" nullable:"true"`
	TwelfthPercent *decimal.Decimal `json:"twelfth_percent" nullable:"true"`
	ActiveBacklogs int32            `json:"active_backlogs"`
	Selected       bool             `json:"selected"`
}

func (e EligibleStudentBody) appendJSON(to []byte) []byte {
	to = append(to, '{')
	to = appendInt(to, "student_id", e.StudentID)
	to = appendText(to, "name", e.Name)
	to = appendText(to, "email", e.Email)
	to = appendText(to, "roll_number", e.RollNumber)
	to = appendTextOrNull(to, "branch", e.Branch)
	to = appendIntOrNull(to, "batch_year", e.BatchYear)
	to = appendDecimal(to, "cgpa", e.CGPA)
	to = appendDecimal(to, "tenth_percent", e.TenthPercent)
	to = appendDecimal(to, "twelfth_percent", e.TwelfthPercent)
	to = appendInt(to, "active_backlogs", int64(e.ActiveBacklogs))
	to = appendBool(to, "selected", e.Selected)
	return append(to, '}')
}

func eligibleStudentBodyOf(s eligibility.Student) EligibleStudentBody { return EligibleStudentBody(s) }

func rollCursor(s eligibility.Student) string { return s.RollNumber }

type driveListInput struct {
	IDInput
	WholePage
}

func eligibleRows(ctx context.Context, db store.DBTX, driveID int64, page WholePage, narrowed eligibility.Narrowed) (store.VisibleDrive, []eligibility.Student, error) {
	var drive store.VisibleDrive
	after, err := page.after()
	if err != nil {
		return drive, nil, err
	}
	if drive, err = store.DriveFor(ctx, db, viewer(me(ctx)), driveID); err != nil {
		return drive, nil, err
	}
	rows, err := eligibility.Students(ctx, db, drive.Drive, narrowed, after, page.rows())
	return drive, rows, err
}

// myDrives are the drives that the caller may register for.
func (s *Server) myDrives(ctx context.Context, in *WholePage) (*list[DriveBody], error) {
	before, err := in.afterID()
	if err != nil {
		return nil, err
	}
	drives, err := store.DrivesToRegisterFor(ctx, s.pool, me(ctx).UserID, before, in.rows())
	if err != nil {
		return nil, err
	}
	body := func(v store.VisibleDrive) DriveBody { return s.driveBodyOf(ctx, v) }
	return listOf(ctx, drives, in.rows(), body, func(v store.VisibleDrive) string { return idCursor(v.Drive.DriveID) }), nil
}

// EligibilityBody says whether a student may register, and why not.
type EligibilityBody struct {
	Eligible bool                  `json:"eligible"`
	Reason   *string               `json:"reason" doc:"For people; null when eligible."`
	Failing  []eligibility.Failure `json:"failing" nullable:"false" doc:"Every criterion that is not met."`
}

type checkEligibilityOutput struct {
	Body EligibilityBody
}

// checkEligibility answers what a registration would meet with: at this moment, or for a posted drive, which clients ask
// every few seconds, within the last one.
func (s *Server) checkEligibility(ctx context.Context, in *IDInput) (*checkEligibilityOutput, error) {
	at, posted, err := s.standingIn(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if !posted || at.deadlinePassed() {
		if at, err = s.standingNow(ctx, in.ID); err != nil {
			return nil, err
		}
	}
	if at.open() && at.selected {
		return &checkEligibilityOutput{Body: EligibilityBody{Eligible: true, Failing: []eligibility.Failure{}}}, nil
	}
	reason := at.reason()
	return &checkEligibilityOutput{Body: EligibilityBody{Reason: &reason, Failing: at.failing}}, nil
}

// standingNow is where the caller stands at this moment in a drive in any state that students see.
func (s *Server) standingNow(ctx context.Context, driveID int64) (standing, error) {
	now, err := store.StandingOf(ctx, s.pool, driveID, me(ctx).UserID)
	if err != nil {
		return standing{}, err
	}
	status := now.Drive.Status
	if status == store.Pending || status == store.Cancelled && !now.Registered {
		return standing{}, store.Errorf(store.NotFound, "drive not found")
	}
	failing, err := eligibility.Verdict(ctx, s.pool, eligibility.Of(now.Drive), me(ctx).UserID)
	return standing{drive: now.Drive, selected: now.Selected, registered: now.Registered, failing: failing}, err
}

// unselectedReason tells why somebody is not selected for a published drive.
func unselectedReason(drive store.Drive, failing []eligibility.Failure) string {
	switch {
	case len(failing) > 0:
		return sentences(failing)
	case drive.EligibleCount == nil:
		return "the students for this drive are being selected; look again in a moment"
	case drive.AutoPublished:
		return "the criteria are met now, but were not when the students were selected; the placement office can filter again"
	}
	return "the criteria are met, but the placement office did not select this student for the drive"
}

func sentences(failing []eligibility.Failure) string {
	all := make([]string, len(failing))
	for i, f := range failing {
		all[i] = f.Sentence()
	}
	return strings.Join(all, "; ")
}

type explainInput struct {
	IDInput
	StudentID int64 `path:"student_id" minimum:"1" maximum:"9007199254740991"`
}

type explainOutput struct {
	Body struct {
		EligibilityBody
		Selected bool `json:"selected"`
	}
}

// explainEligibility judges any student for a drive in any state, by the marks as they are now.
func (s *Server) explainEligibility(ctx context.Context, in *explainInput) (*explainOutput, error) {
	standing, err := store.StandingOf(ctx, s.pool, in.ID, in.StudentID)
	if err != nil {
		return nil, err
	}
	drive := standing.Drive
	failing, err := eligibility.Verdict(ctx, s.pool, eligibility.Of(drive), in.StudentID)
	if errors.Is(err, eligibility.ErrNoStudent) {
		return nil, store.Errorf(store.NotFound, "student not found")
	}
	if err != nil {
		return nil, err
	}
	var out explainOutput
	out.Body.Selected, out.Body.Failing = standing.Selected, failing
	out.Body.Eligible = len(failing) == 0 && (standing.Selected || drive.PublishedAt == nil)
	if !out.Body.Eligible {
		reason := unselectedReason(drive, failing)
		if standing.Selected {
			reason += "; was selected before that and may still take part"
		}
		out.Body.Reason = &reason
	}
	return &out, nil
}

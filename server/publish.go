package server

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"placeops/eligibility"
	"placeops/jobs"
	"placeops/store"
)

type publishDriveInput struct {
	IDInput
	Body *PublishBody
}

// PublishBody may be absent altogether.
type PublishBody struct {
	SelectedStudents []int64 `json:"selected_students,omitempty" nullable:"true" doc:"Hand-picked students; absent, null or empty: everybody eligible."`
}

func (in *publishDriveInput) picked() []int64 {
	if in.Body == nil {
		return nil
	}
	return in.Body.SelectedStudents
}

type publishDriveOutput struct {
	Body struct {
		DriveBody
		JobID int64 `json:"job_id" doc:"The auto-publish job, which stores the selection."`
	}
}

// publishDrive opens a drive: the new state, the hand-picked students, the job that selects and tells everybody, and the
// job that closes it at its deadline are one transaction.
func (s *Server) publishDrive(ctx context.Context, in *publishDriveInput) (*publishDriveOutput, error) {
	var out publishDriveOutput
	err := store.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		drive, err := store.LockDrive(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		if out.Body.JobID, err = s.publish(ctx, tx, drive, in.picked()); err != nil {
			return err
		}
		published, err := s.driveOutput(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		out.Body.DriveBody = published.Body
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}

// publish moves a locked pending drive to posted and inserts its jobs. It returns the id of the auto-publish job.
func (s *Server) publish(ctx context.Context, tx pgx.Tx, drive store.Drive, picked []int64) (jobID int64, err error) {
	if err := store.CheckDriveMove(drive, store.Posted); err != nil {
		return 0, err
	}
	if faults := deadlineFaults(drive); len(faults) > 0 {
		return 0, store.InvalidFields(faults...)
	}
	byHand := len(picked) > 0
	if byHand {
		if err := selectByHand(ctx, tx, drive, picked); err != nil {
			return 0, err
		}
	}
	if err := store.MarkDrivePublished(ctx, tx, drive.DriveID, me(ctx).UserID, !byHand); err != nil {
		return 0, err
	}
	if drive.RegistrationDeadline != nil {
		if err := s.scheduleClose(ctx, tx, drive); err != nil {
			return 0, err
		}
	}
	job, err := s.jobs.InsertTx(ctx, tx, jobs.AutoPublishArgs{DriveID: drive.DriveID, RequestedBy: me(ctx).UserID}, nil)
	if err != nil {
		return 0, err
	}
	return job.Job.ID, nil
}

// scheduleClose inserts the jobs that remind of the deadline and close registrations when it passes.
func (s *Server) scheduleClose(ctx context.Context, tx pgx.Tx, drive store.Drive) error {
	args := jobs.CloseRegistrationsArgs{DriveID: drive.DriveID, RequestedBy: me(ctx).UserID}
	_, err := s.jobs.InsertTx(ctx, tx, args, &river.InsertOpts{ScheduledAt: *drive.RegistrationDeadline})
	if err != nil {
		return err
	}
	return jobs.ScheduleReminder(ctx, s.jobs, tx, drive)
}

func deadlineFaults(drive store.Drive) []store.FieldError {
	if deadline := drive.RegistrationDeadline; deadline != nil && !deadline.After(time.Now()) {
		return []store.FieldError{{Field: "registration_deadline", Message: "has passed; set a later one or remove it"}}
	}
	return nil
}

// selectByHand stores a coordinator's picks, all or none: every one must be an eligible student.
func selectByHand(ctx context.Context, tx pgx.Tx, drive store.Drive, picked []int64) error {
	picked = slices.Compact(slices.Sorted(slices.Values(picked)))
	unknown, err := store.UnknownStudents(ctx, tx, picked)
	if err != nil {
		return err
	}
	refused, err := eligibility.NotEligible(ctx, tx, eligibility.Of(drive), picked)
	if err != nil {
		return err
	}
	if len(refused) > 0 {
		return pickFault(unknown, refused)
	}
	return store.SelectByHand(ctx, tx, drive.DriveID, picked)
}

// pickFault names the picks that cannot be selected: the unknown among the refused, and the rest.
func pickFault(unknown, refused []int64) error {
	ineligible := slices.DeleteFunc(refused, func(id int64) bool { return slices.Contains(unknown, id) })
	var texts []string
	if len(unknown) > 0 {
		texts = append(texts, "no such student: "+someOf(unknown))
	}
	if len(ineligible) > 0 {
		texts = append(texts, "not eligible for this drive: "+someOf(ineligible))
	}
	return store.InvalidFields(store.FieldError{Field: "selected_students", Message: strings.Join(texts, "; ")})
}

const namedPicks = 20

// someOf writes a list of ids, cut where nobody would read on.
func someOf(ids []int64) string {
	names := make([]string, 0, namedPicks)
	for _, id := range ids[:min(len(ids), namedPicks)] {
		names = append(names, strconv.FormatInt(id, 10))
	}
	text := strings.Join(names, ", ")
	if more := len(ids) - namedPicks; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

type driveMessageOutput struct {
	Body struct {
		Message string    `json:"message"`
		Drive   DriveBody `json:"drive"`
	}
}

// stopRegistrations is a barrier: once it has answered, no registration commits any more.
func (s *Server) stopRegistrations(ctx context.Context, in *IDInput) (*driveMessageOutput, error) {
	return s.moveDrive(ctx, in.ID, store.Attending, "registrations are closed", nil)
}

func (s *Server) cancelDrive(ctx context.Context, in *IDInput) (*driveMessageOutput, error) {
	return s.moveDrive(ctx, in.ID, store.Cancelled, "the drive is cancelled", func(tx pgx.Tx, drive store.Drive) error {
		if err := store.NoticeDriveCancelled(ctx, tx, drive, me(ctx).UserID); err != nil {
			return err
		}
		return s.mail(ctx, tx, drive.DriveID, store.EventCancelled)
	})
}

func (s *Server) moveDrive(ctx context.Context, driveID int64, next, message string, and func(pgx.Tx, store.Drive) error) (*driveMessageOutput, error) {
	var out driveMessageOutput
	err := store.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		drive, err := store.LockDrive(ctx, tx, driveID)
		if err != nil {
			return err
		}
		if err := store.MoveDrive(ctx, tx, drive, next); err != nil {
			return err
		}
		if and != nil {
			if err := and(tx, drive); err != nil {
				return err
			}
		}
		moved, err := s.driveOutput(ctx, tx, driveID)
		if err != nil {
			return err
		}
		out.Body.Message, out.Body.Drive = message, moved.Body
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}

type jobAcceptedOutput struct {
	Body struct {
		Message string `json:"message"`
		JobID   int64  `json:"job_id"`
	}
}

func (s *Server) triggerEligibility(ctx context.Context, in *IDInput) (*jobAcceptedOutput, error) {
	var out jobAcceptedOutput
	err := store.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		drive, err := store.LockDrive(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		if drive.Status != store.Pending && drive.Status != store.Posted {
			return store.Errorf(store.Conflict, "eligible students are stored only while a drive is pending or posted; this one is %s", drive.Status)
		}
		args := jobs.EligibilityFilterArgs{DriveID: in.ID, RequestedBy: me(ctx).UserID}
		job, err := s.jobs.InsertTx(ctx, tx, args, nil)
		if err != nil {
			return err
		}
		out.Body.Message, out.Body.JobID = "the eligible students are being stored", job.Job.ID
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}

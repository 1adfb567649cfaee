package server

import (
	"context"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"

	"placeops/store"
	"placeops/store/decimal"
)

// RegistrationBody is a registration as its student sees it.
type RegistrationBody struct {
	RegistrationID int64     `json:"registration_id"`
	DriveID        int64     `json:"drive_id"`
	StudentID      int64     `json:"student_id"`
	RegisteredAt   time.Time `json:"registered_at"`
}

type registerInput struct {
	Body struct {
		DriveID int64 `json:"drive_id" minimum:"1" maximum:"9007199254740991"`
	}
}

type registrationOutput struct {
	Status int
	Body   RegistrationBody
}

func (s *Server) register(ctx context.Context, in *registerInput) (*registrationOutput, error) {
	return s.registerFor(ctx, in.Body.DriveID)
}

func (s *Server) registerForDrive(ctx context.Context, in *IDInput) (*registrationOutput, error) {
	return s.registerFor(ctx, in.ID)
}

// registerFor answers 201 the first time, and 200 with the same registration from then on.
func (s *Server) registerFor(ctx context.Context, driveID int64) (*registrationOutput, error) {
	r, err := s.registerMe(ctx, driveID)
	if err != nil {
		return nil, err
	}
	out := registrationOutput{Status: http.StatusOK, Body: RegistrationBody{
		RegistrationID: r.RegistrationID, DriveID: r.DriveID, StudentID: r.StudentID, RegisteredAt: r.RegisteredAt,
	}}
	if r.Created {
		out.Status = http.StatusCreated
	}
	return &out, nil
}

func (s *Server) withdraw(ctx context.Context, in *IDInput) (*struct{}, error) {
	return nil, store.InTx(ctx, s.pool, func(tx pgx.Tx) error { return store.Withdraw(ctx, tx, in.ID, me(ctx).UserID) })
}

// ownRegistrationBody is an own registration with the drive's fields beside it.
type ownRegistrationBody struct {
	RegistrationID int64     `json:"registration_id"`
	StudentID      int64     `json:"student_id"`
	RegisteredAt   time.Time `json:"registered_at"`
	Attendance     *string   `json:"attendance" doc:"Own attendance, PRESENT or ABSENT, once it is published."`
	DriveBody
}

func (s *Server) ownRegistrationBodyOf(r store.OwnRegistration) ownRegistrationBody {
	return ownRegistrationBody{
		RegistrationID: r.RegistrationID, StudentID: r.StudentID, RegisteredAt: r.RegisteredAt, Attendance: r.Attendance,
		DriveBody: s.plainDriveBody(r.Drive, r.DomainName),
	}
}

func (s *Server) myRegistrations(ctx context.Context, in *WholePage) (*list[ownRegistrationBody], error) {
	before, err := in.afterID()
	if err != nil {
		return nil, err
	}
	rows, err := store.RegistrationsOfStudent(ctx, s.pool, me(ctx).UserID, before, in.rows())
	if err != nil {
		return nil, err
	}
	return listOf(ctx, rows, in.rows(), s.ownRegistrationBodyOf, func(r store.OwnRegistration) string {
		return idCursor(r.RegistrationID)
	}), nil
}

type checkRegistrationOutput struct {
	Body struct {
		Registered bool `json:"registered"`
	}
}

// checkRegistration answers for a posted drive, which clients ask every few seconds, as of the last second.
func (s *Server) checkRegistration(ctx context.Context, in *IDInput) (*checkRegistrationOutput, error) {
	at, posted, err := s.standingIn(ctx, in.ID)
	if err == nil && !posted {
		at.registered, err = s.isRegistered(ctx, in.ID)
	}
	if err != nil {
		return nil, err
	}
	var out checkRegistrationOutput
	out.Body.Registered = at.registered
	return &out, nil
}

func (s *Server) isRegistered(ctx context.Context, driveID int64) (bool, error) {
	if _, err := store.DriveFor(ctx, s.pool, viewer(me(ctx)), driveID); err != nil {
		return false, err
	}
	return store.IsRegistered(ctx, s.pool, driveID, me(ctx).UserID)
}

// registeredStudentBody is a registration as the office sees it.
type registeredStudentBody struct {
	RegistrationBody
	Name       string           `json:"name"`
	Email      string           `json:"email"`
	RollNumber string           `json:"roll_number"`
	Branch     *string          `json:"branch"`
	BatchYear  *int32           `json:"batch_year"`
	CGPA       *decimal.Decimal `json:"cgpa" nullable:"true"`
}

func registeredStudentBodyOf(r store.RegisteredStudent) registeredStudentBody {
	return registeredStudentBody{
		RegistrationBody: RegistrationBody{
			RegistrationID: r.RegistrationID, DriveID: r.DriveID, StudentID: r.StudentID, RegisteredAt: r.RegisteredAt,
		},
		Name: r.Name, Email: r.Email, RollNumber: r.RollNumber, Branch: r.Branch, BatchYear: r.BatchYear, CGPA: r.CGPA,
	}
}

func (r registeredStudentBody) appendJSON(to []byte) []byte {
	to = append(to, '{')
	to = appendInt(to, "registration_id", r.RegistrationID)
	to = appendInt(to, "drive_id", r.DriveID)
	to = appendInt(to, "student_id", r.StudentID)
	to = appendTime(to, "registered_at", r.RegisteredAt)
	to = appendText(to, "name", r.Name)
	to = appendText(to, "email", r.Email)
	to = appendText(to, "roll_number", r.RollNumber)
	to = appendTextOrNull(to, "branch", r.Branch)
	to = appendIntOrNull(to, "batch_year", r.BatchYear)
	to = appendDecimal(to, "cgpa", r.CGPA)
	return append(to, '}')
}

type listRegistrationsInput struct {
	IDInput
	WholePage
	Q    string `query:"q" maxLength:"200" doc:"Part of the name, the e-mail address or the roll number."`
	Sort string `query:"sort" enum:"registered_at,-registered_at,roll_number,-roll_number,name,-name,cgpa,-cgpa,branch,-branch" doc:"By registered_at unless said otherwise; - is downwards. Who has no such value comes last."`
}

const byRegistration = "registered_at"

// listRegistrations is the whole list in the order they came, or part of it in any order.
func (s *Server) listRegistrations(ctx context.Context, in *listRegistrationsInput) (*list[registeredStudentBody], error) {
	by, descending := sortOf(in.Sort, byRegistration)
	if by != byRegistration || descending || in.Q != "" {
		return s.sortedRegistrations(ctx, in, store.Order{By: by, Descending: descending})
	}
	after, err := in.afterID()
	if err != nil {
		return nil, err
	}
	return reading(ctx, s, func(db store.Source) (*list[registeredStudentBody], error) {
		drive, err := store.DriveFor(ctx, db, viewer(me(ctx)), in.ID)
		if err != nil {
			return nil, err
		}
		rows, err := store.RegistrationsOfDrive(ctx, db, in.ID, orZero(after), in.rows())
		if err != nil {
			return nil, err
		}
		out := listOf(ctx, rows, in.rows(), registeredStudentBodyOf, func(r store.RegisteredStudent) string {
			return idCursor(r.RegistrationID)
		})
		count := drive.RegisteredCount
		if !coordinators.Allows(me(ctx).Role) {
			if count, err = store.CountRegistrations(ctx, db, in.ID); err != nil {
				return nil, err
			}
		}
		out.TotalCount = total(count)
		return out, nil
	})
}

func (s *Server) sortedRegistrations(ctx context.Context, in *listRegistrationsInput, order store.Order) (*list[registeredStudentBody], error) {
	after, err := in.storedPlace(in.Sort)
	if err != nil {
		return nil, err
	}
	return reading(ctx, s, func(db store.Source) (*list[registeredStudentBody], error) {
		if _, err := store.DriveFor(ctx, db, viewer(me(ctx)), in.ID); err != nil {
			return nil, err
		}
		rows, count, err := store.SortedRegistrations(ctx, db, in.ID, store.Matching(in.Q), order, after, in.rows())
		if err != nil {
			return nil, err
		}
		body := func(r store.SortedRegistration) registeredStudentBody {
			return registeredStudentBodyOf(r.RegisteredStudent)
		}
		out := listOf(ctx, rows, in.rows(), body, func(r store.SortedRegistration) string {
			return sortedPlace{in.Sort, r.Place.Key, r.Place.ID}.cursor()
		})
		out.TotalCount = total(count)
		return out, nil
	})
}

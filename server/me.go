package server

import (
	"context"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/jackc/pgx/v5"

	"placeops/auth"
	"placeops/store"
)

type meOutput struct {
	Body meBody
}

type meBody struct {
	UserBody
	*OwnRecord
}

// TransformSchema requires of everybody only what everybody has.
func (meBody) TransformSchema(r huma.Registry, s *huma.Schema) *huma.Schema {
	s.Required = huma.SchemaFromType(r, typeOf[UserBody]()).Required
	return s
}

// OwnRecord is what a student sees of the office's record; others have none.
type OwnRecord struct {
	StudentID int64 `json:"student_id"`
	StudentMarks
	Debarred       bool    `json:"debarred"`
	DebarredReason *string `json:"debarred_reason"`
}

func (s *Server) readMe(ctx context.Context, _ *struct{}) (*meOutput, error) {
	user, err := store.UserByID(ctx, s.pool, me(ctx).UserID)
	if err != nil {
		return nil, err
	}
	return s.meOutput(ctx, s.pool, user)
}

func (s *Server) meOutput(ctx context.Context, db store.DBTX, user store.User) (*meOutput, error) {
	var out meOutput
	out.Body.UserBody = userBodyOf(user)
	if user.Role != string(auth.Student) {
		return &out, nil
	}
	student, err := store.StudentByID(ctx, db, user.UserID)
	if err != nil {
		return nil, err
	}
	out.Body.OwnRecord = &OwnRecord{
		StudentID: user.UserID, StudentMarks: studentMarksOf(student.Student), Debarred: student.Student.Debarred,
		DebarredReason: student.Student.DebarredReason,
	}
	return &out, nil
}

type patchMeInput struct {
	Body struct {
		Name       patch[string] `json:"name" required:"false" minLength:"1" maxLength:"200" doc:"Not for students: the office keeps their names."`
		Phone      patch[string] `json:"phone" required:"false" maxLength:"40"`
		Department patch[string] `json:"department" required:"false" maxLength:"200" doc:"Not for students."`
	}
}

// Resolve finds what the schema cannot say.
func (in *patchMeInput) Resolve(huma.Context) []error {
	given := patchUserBody{Name: in.Body.Name}
	return bodyFaults(given.faults())
}

// patchMe changes what a person may change of themselves. A student's marks, name and branch are the office's; like any
// other field that is not taken here, they are ignored.
func (s *Server) patchMe(ctx context.Context, in *patchMeInput) (*meOutput, error) {
	var out *meOutput
	err := store.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		user, err := store.LockUser(ctx, tx, me(ctx).UserID)
		if err != nil {
			return err
		}
		in.Body.Phone.into(&user.Phone)
		user.Phone = tidy(user.Phone)
		if user.Role != string(auth.Student) {
			in.Body.Name.keep(&user.Name)
			in.Body.Department.into(&user.Department)
			user.Name, user.Department = strings.TrimSpace(user.Name), tidy(user.Department)
		}
		if user, err = store.UpdateUser(ctx, tx, user, false); err != nil {
			return err
		}
		out, err = s.meOutput(ctx, tx, user)
		return err
	})
	s.access.forget(me(ctx).UserID)
	return out, err
}

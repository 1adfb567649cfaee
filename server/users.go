package server

import (
	"context"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/jackc/pgx/v5"

	"placeops/auth"
	"placeops/store"
)

// UserBody is an account as the head and its owner see it.
type UserBody struct {
	UserID             int64     `json:"user_id"`
	Name               string    `json:"name"`
	Email              string    `json:"email"`
	Role               string    `json:"role" enum:"STUDENT,STAFF,COORDINATOR,HEAD"`
	Department         *string   `json:"department"`
	Phone              *string   `json:"phone"`
	Active             bool      `json:"active"`
	MustChangePassword bool      `json:"must_change_password"`
	CreatedAt          time.Time `json:"created_at"`
}

func userBodyOf(u store.User) UserBody {
	return UserBody{
		UserID: u.UserID, Name: u.Name, Email: u.Email, Role: u.Role, Department: u.Department, Phone: u.Phone,
		Active: u.Active, MustChangePassword: u.MustChangePassword, CreatedAt: u.CreatedAt,
	}
}

type listUsersInput struct {
	Page
	Role   string `query:"role" enum:"STUDENT,STAFF,COORDINATOR,HEAD"`
	Q      string `query:"q" maxLength:"200" doc:"Part of the name or the e-mail address."`
	Active string `query:"active" enum:"true,false"`
}

func (s *Server) listUsers(ctx context.Context, in *listUsersInput) (*list[UserBody], error) {
	after, err := in.afterID()
	if err != nil {
		return nil, err
	}
	filter := store.UserFilter{Role: optional(in.Role), Active: optionalBool(in.Active), Matching: store.Matching(in.Q)}
	return reading(ctx, s, func(db store.Source) (*list[UserBody], error) {
		users, err := store.ListUsers(ctx, db, filter, orZero(after), in.rows())
		if err != nil {
			return nil, err
		}
		count, err := store.CountUsers(ctx, db, filter)
		if err != nil {
			return nil, err
		}
		out := listOf(ctx, users, in.rows(), userBodyOf, func(u store.User) string { return idCursor(u.UserID) })
		out.TotalCount = total(count)
		return out, nil
	})
}

type createUserInput struct {
	Body struct {
		Name       string  `json:"name" minLength:"1" maxLength:"200"`
		Email      string  `json:"email" maxLength:"254"`
		Role       string  `json:"role" enum:"STUDENT,STAFF,COORDINATOR,HEAD"`
		Department *string `json:"department,omitempty" maxLength:"200" nullable:"true"`
		Phone      *string `json:"phone,omitempty" maxLength:"40" nullable:"true"`
		Password   *string `json:"password,omitempty" maxLength:"1000" nullable:"true" doc:"Without one the answer holds a one-time code."`
		StudentFields
	}
}

type userOutput struct {
	Body struct {
		UserBody
		OneTimeCode string `json:"one_time_code,omitempty" doc:"Shown once: opens the account, then a password must be chosen."`
	}
}

// Resolve finds what the schema cannot say.
func (in *createUserInput) Resolve(huma.Context) []error {
	b := &in.Body
	faults := append(nameFaults(b.Name), emailFaults(b.Email)...)
	if b.Password != nil {
		if err := auth.CheckPassword(*b.Password); err != nil {
			faults = append(faults, store.FieldError{Field: "password", Message: err.Error()})
		}
	}
	if b.Role == string(auth.Student) {
		faults = append(faults, b.newStudentFaults()...)
	}
	return bodyFaults(faults)
}

func (s *Server) createUser(ctx context.Context, in *createUserInput) (*userOutput, error) {
	b := &in.Body
	user := store.NewUser{
		Name: strings.TrimSpace(b.Name), Email: strings.TrimSpace(b.Email), Role: b.Role, Department: tidy(b.Department),
		Phone: tidy(b.Phone),
	}
	code, err := s.giveKey(ctx, &user, b.Password)
	if err != nil {
		return nil, err
	}
	var out userOutput
	err = store.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		account, err := store.CreateUser(ctx, tx, user)
		if err != nil {
			return err
		}
		if b.Role == string(auth.Student) {
			if _, err := store.CreateStudent(ctx, tx, b.newStudent(account.UserID)); err != nil {
				return err
			}
		}
		out.Body.UserBody = userBodyOf(account)
		out.Body.OneTimeCode = code
		return nil
	})
	return &out, err
}

// giveKey gives a new account its password, or a one-time code, which it returns.
func (s *Server) giveKey(ctx context.Context, user *store.NewUser, password *string) (code string, err error) {
	if password != nil {
		hash, err := s.passwords.Hash(ctx, *password)
		user.PasswordHash = &hash
		return "", err
	}
	code = auth.NewCode()
	user.CodeHash, _ = auth.HashCode(code)
	user.MustChangePassword = true
	return code, nil
}

type patchUserInput struct {
	IDInput
	Body patchUserBody
}

type patchUserBody struct {
	Name       patch[string] `json:"name" required:"false" minLength:"1" maxLength:"200"`
	Email      patch[string] `json:"email" required:"false" maxLength:"254"`
	Role       patch[string] `json:"role" required:"false" enum:"STUDENT,STAFF,COORDINATOR,HEAD"`
	Department patch[string] `json:"department" required:"false" maxLength:"200"`
	Phone      patch[string] `json:"phone" required:"false" maxLength:"40"`
	Active     patch[bool]   `json:"active" required:"false"`
	NewCode    bool          `json:"new_code,omitempty" doc:"Replaces the password by a one-time code, which the answer holds."`
}

// Resolve finds what the schema cannot say.
func (in *patchUserInput) Resolve(huma.Context) []error { return bodyFaults(in.Body.faults()) }

// patchUser changes an account. Who is deactivated or gets another role is signed out everywhere.
func (s *Server) patchUser(ctx context.Context, in *patchUserInput) (*userOutput, error) {
	var out userOutput
	err := store.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		if in.Body.endsHeadship() { // first of all: two heads who demote each other must lock in the same order
			if err := store.KeepAHead(ctx, tx, in.ID); err != nil {
				return err
			}
		}
		before, err := store.LockUser(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		after := in.Body.applied(before)
		if before.Role != after.Role {
			if err := checkNewRole(ctx, tx, after); err != nil {
				return err
			}
		}
		revoke := before.Role != after.Role || before.Active && !after.Active
		if after, err = store.UpdateUser(ctx, tx, after, revoke); err != nil {
			return err
		}
		if in.Body.NewCode {
			out.Body.OneTimeCode = auth.NewCode()
			hash, _ := auth.HashCode(out.Body.OneTimeCode)
			if err := store.SetCode(ctx, tx, in.ID, hash); err != nil {
				return err
			}
			after.MustChangePassword = true
		}
		out.Body.UserBody = userBodyOf(after)
		return nil
	})
	s.access.forget(in.ID)
	return &out, err
}

// endsHeadship tells whether a head who gets this patch is no active head after it.
func (b *patchUserBody) endsHeadship() bool {
	return b.Active.Value != nil && !*b.Active.Value || b.Role.Value != nil && *b.Role.Value != string(auth.Head)
}

// checkNewRole keeps a roll number with every student.
func checkNewRole(ctx context.Context, tx pgx.Tx, user store.User) error {
	if user.Role != string(auth.Student) {
		return nil
	}
	_, err := store.LockStudent(ctx, tx, user.UserID)
	if store.IsKind(err, store.NotFound) {
		return store.InvalidFields(store.FieldError{
			Field: "role", Message: "a student needs a roll number; create or import the student instead",
		})
	}
	return err
}

func (b *patchUserBody) faults() []store.FieldError {
	var faults []store.FieldError
	faults = notNull(faults, "name", b.Name)
	faults = notNull(faults, "email", b.Email)
	faults = notNull(faults, "role", b.Role)
	faults = notNull(faults, "active", b.Active)
	if b.Email.Value != nil {
		faults = append(faults, emailFaults(*b.Email.Value)...)
	}
	if b.Name.Value != nil {
		faults = append(faults, nameFaults(*b.Name.Value)...)
	}
	return faults
}

func (b *patchUserBody) applied(u store.User) store.User {
	b.Name.keep(&u.Name)
	b.Email.keep(&u.Email)
	b.Role.keep(&u.Role)
	b.Active.keep(&u.Active)
	b.Department.into(&u.Department)
	b.Phone.into(&u.Phone)
	u.Name, u.Email = strings.TrimSpace(u.Name), strings.TrimSpace(u.Email)
	u.Department, u.Phone = tidy(u.Department), tidy(u.Phone)
	return u
}

func nameFaults(name string) []store.FieldError {
	if strings.TrimSpace(name) == "" {
		return []store.FieldError{{Field: "name", Message: "is needed"}}
	}
	return nil
}

func emailFaults(text string) []store.FieldError {
	if _, err := auth.CheckEmail(text); err != nil {
		return []store.FieldError{{Field: "email", Message: err.Error()}}
	}
	return nil
}

func notNull[T any](faults []store.FieldError, field string, p patch[T]) []store.FieldError {
	if p.Set && p.Value == nil {
		return append(faults, store.FieldError{Field: field, Message: "is needed; it cannot be removed"})
	}
	return faults
}

// tidy takes outer spaces off a text; nothing left is no text.
func tidy(text *string) *string {
	if text == nil {
		return nil
	}
	return optional(strings.TrimSpace(*text))
}

func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func optionalBool(text string) *bool {
	if text == "" {
		return nil
	}
	value := text == "true"
	return &value
}

func orZero[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// IDInput is the {id} of a path.
type IDInput struct {
	ID int64 `path:"id" minimum:"1" maximum:"9007199254740991"`
}

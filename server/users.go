package server

import (
	"context"
	"strings"
	"time"

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
	users, err := store.ListUsers(ctx, s.pool, filter, orZero(after), in.rows())
	if err != nil {
		return nil, err
	}
	count, err := store.CountUsers(ctx, s.pool, filter)
	if err != nil {
		return nil, err
	}
	out := listOf(ctx, users, in.rows(), userBodyOf, func(u store.User) string { return idCursor(u.UserID) })
	out.TotalCount = total(count)
	return out, nil
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

func (s *Server) createUser(ctx context.Context, in *createUserInput) (*userOutput, error) {
	b := &in.Body
	email, faults := emailFaults("email", b.Email)
	name := strings.TrimSpace(b.Name)
	if name == "" {
		faults = append(faults, store.FieldError{Field: "name", Message: "is needed"})
	}
	if b.Password != nil {
		if err := auth.CheckPassword(*b.Password); err != nil {
			faults = append(faults, store.FieldError{Field: "password", Message: err.Error()})
		}
	}
	isStudent := b.Role == string(auth.Student)
	if isStudent {
		faults = append(faults, b.newStudentFaults()...)
	}
	if len(faults) > 0 {
		return nil, store.InvalidFields(faults...)
	}
	user := store.NewUser{Name: name, Email: email, Role: b.Role, Department: tidy(b.Department), Phone: tidy(b.Phone)}
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
		if isStudent {
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

// patchUser changes an account. Who is deactivated or gets another role is signed out everywhere.
func (s *Server) patchUser(ctx context.Context, in *patchUserInput) (*userOutput, error) {
	faults := in.Body.faults()
	if len(faults) > 0 {
		return nil, store.InvalidFields(faults...)
	}
	var out userOutput
	err := store.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		before, err := store.LockUser(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		after := in.Body.applied(before)
		if err := checkUserChange(ctx, tx, before, after); err != nil {
			return err
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

// checkUserChange keeps an active head in the office and a roll number with every student.
func checkUserChange(ctx context.Context, tx pgx.Tx, before, after store.User) error {
	wasHead := before.Role == string(auth.Head) && before.Active
	isHead := after.Role == string(auth.Head) && after.Active
	if wasHead && !isHead {
		return store.KeepAHead(ctx, tx, before.UserID)
	}
	if before.Role != after.Role && after.Role == string(auth.Student) {
		if _, err := store.StudentByID(ctx, tx, after.UserID); err != nil {
			return store.InvalidFields(store.FieldError{
				Field: "role", Message: "a student needs a roll number; create or import the student instead",
			})
		}
	}
	return nil
}

func (b *patchUserBody) faults() []store.FieldError {
	var faults []store.FieldError
	faults = notNull(faults, "name", b.Name)
	faults = notNull(faults, "email", b.Email)
	faults = notNull(faults, "role", b.Role)
	faults = notNull(faults, "active", b.Active)
	if b.Email.Value != nil {
		_, bad := emailFaults("email", *b.Email.Value)
		faults = append(faults, bad...)
	}
	if b.Name.Value != nil && strings.TrimSpace(*b.Name.Value) == "" {
		faults = append(faults, store.FieldError{Field: "name", Message: "is needed"})
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

// emailFaults returns the address without outer spaces, and what is wrong with it.
func emailFaults(field, text string) (string, []store.FieldError) {
	email, err := auth.CheckEmail(text)
	if err != nil {
		return email, []store.FieldError{{Field: field, Message: err.Error()}}
	}
	return email, nil
}

func notNull[T any](faults []store.FieldError, field string, p patch[T]) []store.FieldError {
	if p.Set && p.Value == nil {
		return append(faults, store.FieldError{Field: field, Message: "cannot be removed"})
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

package store

import (
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Kind is what sort of refusal an Error is. server/problem.go gives each its HTTP status.
type Kind int

// The vocabulary of refusals.
const (
	NotFound         Kind = iota + 1 // there is no such thing, or the caller may not know of it
	Conflict                         // the thing is in a state that does not allow this
	Invalid                          // what was sent does not fit; Fields says where
	Forbidden                        // known caller, not allowed
	Unauthenticated                  // unknown caller
	Gone                             // it was there, and is not any more
	TooMany                          // too many tries; RetryAfter says when again
	TooLarge                         // more bytes than are taken
	Malformed                        // it cannot even be read
	UnsupportedMedia                 // a content type that is not taken
	TooSlow                          // what was sent did not come in time
	Unavailable                      // not now; RetryAfter says when again
)

// FieldError says what is wrong with one field of a request.
type FieldError struct {
	Field   string
	Message string
}

// Error is a refusal whose message is for the caller's eyes. Anything that is not an Error is a fault of the system: it
// is logged and told to nobody.
type Error struct {
	Kind       Kind
	Slug       string // names the problem for programs, where Kind alone does not; may be empty
	Message    string
	Fields     []FieldError
	RetryAfter time.Duration
}

func (e *Error) Error() string { return e.Message }

// Errorf makes an Error with a public message.
func Errorf(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// InvalidFields makes an Invalid error; its message is the first field's, so that a person who sees only the message
// knows what to mend.
func InvalidFields(fields ...FieldError) *Error {
	e := &Error{Kind: Invalid, Message: "the request does not fit", Fields: fields}
	if len(fields) > 0 {
		e.Message = fields[0].Field + ": " + fields[0].Message
	}
	return e
}

// IsKind tells whether err is an Error of that kind.
func IsKind(err error, kind Kind) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == kind
}

// SQLSTATE codes (PostgreSQL documentation, appendix A) that mean something to callers or to operators.
const (
	uniqueViolation     = "23505"
	foreignKeyViolation = "23503"
	undefinedObject     = "42704"
	// A server that does not lead says so when it is asked how far its log is.
	notInPrerequisiteState = "55000"
	insufficientPrivilege  = "42501"
)

// constraintErrors are the constraints that a caller's own input can break. Uniqueness is checked by the database alone:
// looking first and inserting then would race.
var constraintErrors = map[string]Error{
	"users_email_key":                        {Kind: Conflict, Message: "this e-mail address already has an account"},
	"students_roll_number_key":               {Kind: Conflict, Message: "this roll number already belongs to a student"},
	"job_domains_domain_name_key":            {Kind: Conflict, Message: "this job domain already exists"},
	"drives_domain_id_fkey":                  {Kind: Invalid, Message: "domain_id: there is no such job domain", Fields: []FieldError{{"domain_id", "there is no such job domain"}}},
	"registrations_drive_id_student_id_fkey": {Kind: Conflict, Message: "the drive has registrations"},
}

func constraintError(err error) error {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || (pg.Code != uniqueViolation && pg.Code != foreignKeyViolation) {
		return err
	}
	known, ok := constraintErrors[pg.ConstraintName]
	if !ok {
		return err
	}
	return &known
}

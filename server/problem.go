package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/jackc/pgx/v5/pgconn"

	"placeops/auth"
	"placeops/sheets"
	"placeops/store"
	"placeops/uploads"
)

// Problem is an error as clients see it: RFC 9457, plus message (the same as detail, which the web client shows) and, for
// what does not fit, the fields.
type Problem struct {
	Type     string         `json:"type" doc:"Names the kind of problem, for programs."`
	Title    string         `json:"title"`
	Status   int            `json:"status"`
	Detail   string         `json:"detail" doc:"What is wrong and what to do, for people."`
	Instance string         `json:"instance,omitempty" doc:"The request's path."`
	Message  string         `json:"message" doc:"The same as detail."`
	Errors   []ProblemField `json:"errors,omitempty" nullable:"false" doc:"What does not fit, field by field."`

	told       map[string]bool // fields that are in Errors
	retryAfter time.Duration
	cause      error // logged, never sent
}

// ProblemField says what is wrong with one field.
type ProblemField struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// Error makes a Problem an error, with the internal cause for the log.
func (p *Problem) Error() string {
	if p.cause != nil {
		return p.cause.Error()
	}
	return p.Detail
}

// GetStatus is what huma asks an error for.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is what huma asks an error for.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders is what huma asks an error for.
func (p *Problem) GetHeaders() http.Header {
	headers := http.Header{}
	if p.retryAfter > 0 {
		headers.Set("Retry-After", strconv.Itoa(int(math.Ceil(p.retryAfter.Seconds()))))
	}
	if p.Status == http.StatusUnauthorized {
		headers.Set("WWW-Authenticate", `Bearer realm="placeops"`)
	}
	return headers
}

// write sends the problem where no huma operation does.
func (p *Problem) write(w http.ResponseWriter) {
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the client may be gone
}

func newProblem(ctx context.Context, status int, slug, detail string) *Problem {
	title := http.StatusText(status)
	if slug == "" {
		slug = strings.ReplaceAll(strings.ToLower(title), " ", "-")
	}
	return &Problem{
		Type: "urn:placeops:problem:" + slug, Title: title, Status: status, Detail: detail, Message: detail,
		Instance: requestFrom(ctx).path,
	}
}

// kindStatus gives each kind of refusal its HTTP status.
var kindStatus = map[store.Kind]int{
	store.NotFound:         http.StatusNotFound,
	store.Conflict:         http.StatusConflict,
	store.Invalid:          http.StatusUnprocessableEntity,
	store.Forbidden:        http.StatusForbidden,
	store.Unauthenticated:  http.StatusUnauthorized,
	store.Gone:             http.StatusGone,
	store.TooMany:          http.StatusTooManyRequests,
	store.TooLarge:         http.StatusRequestEntityTooLarge,
	store.Malformed:        http.StatusBadRequest,
	store.UnsupportedMedia: http.StatusUnsupportedMediaType,
	store.TooSlow:          http.StatusRequestTimeout,
	store.Unavailable:      http.StatusServiceUnavailable,
}

// statusClientLeft is what stands in the log for a client that went before its answer; nobody gets it. HTTP has no such status,
// nginx uses this one.
const statusClientLeft = 499

// problemOf turns any error into what the caller is told. Refusals carry their own message; everything else is a fault
// of the system, of which the caller learns the request's id and nothing more.
func problemOf(ctx context.Context, err error) *Problem {
	var already *Problem
	if errors.As(err, &already) {
		return already
	}
	if errors.Is(ctx.Err(), context.Canceled) && errors.Is(err, context.Canceled) {
		return newProblem(ctx, statusClientLeft, "client-left", "the connection was closed before the answer")
	}
	if refusal := refusalOf(err); refusal != nil {
		p := newProblem(ctx, kindStatus[refusal.Kind], refusal.Slug, refusal.Message)
		p.retryAfter = refusal.RetryAfter
		for _, field := range refusal.Fields {
			p.Errors = append(p.Errors, ProblemField(field))
		}
		p.cause = err
		return p
	}
	p := newProblem(ctx, http.StatusInternalServerError, "",
		"something went wrong on our side; if it happens again, report request "+requestFrom(ctx).id)
	p.cause = err
	return p
}

// refusalOf finds the refusal in an error, or makes one of errors that other packages and PostgreSQL name their own way.
// It returns nil for a fault of the system.
func refusalOf(err error) *store.Error {
	var refusal *store.Error
	var policy *auth.PolicyError
	var file *sheets.FileError
	var content *uploads.ContentError
	switch {
	case errors.As(err, &refusal):
		return refusal
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return unavailable("the disk is full; tell the administrator")
	case errors.As(err, &policy):
		return store.InvalidFields(store.FieldError{Field: "password", Message: policy.Message})
	case errors.As(err, &file):
		refusal := store.InvalidFields(store.FieldError{Field: "file", Message: file.Message})
		if errors.Is(err, sheets.ErrTooLarge) {
			refusal.Kind = store.TooLarge
		}
		return refusal
	case errors.As(err, &content):
		return store.Errorf(store.UnsupportedMedia, "%s", content.Error())
	case errors.Is(err, uploads.ErrNotFound):
		return store.Errorf(store.NotFound, "file not found")
	case errors.Is(err, auth.ErrBusy):
		return unavailable("too many people are signing in at this moment; try again in a few seconds")
	case errors.Is(err, context.DeadlineExceeded):
		return unavailable("this took too long; try again in a few seconds")
	}
	return databaseRefusal(err)
}

// databaseRefusal knows the ways in which PostgreSQL says "not now" and "this text is no text".
func databaseRefusal(err error) *store.Error {
	const away = "the database is not available at this moment; try again in a few seconds"
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch code := pg.Code; {
		case strings.HasPrefix(code, "08"), strings.HasPrefix(code, "57P"), code == "53300", code == "25006",
			code == "40001", code == "40P01", code == "55P03":
			return unavailable(away)
		case strings.HasPrefix(code, "53"):
			return unavailable("the database is out of disk space or memory; tell the administrator")
		case code == "22021", code == "22P05":
			return store.InvalidFields(store.FieldError{Field: "request", Message: "a text holds a character that cannot be stored"})
		case code == "23514": // what the schema missed
			return store.InvalidFields(store.FieldError{Field: "request", Message: "a value is out of its range"})
		}
		return nil
	}
	var connect *pgconn.ConnectError
	var network *net.OpError
	if errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, io.EOF) ||
		errors.Is(err, io.ErrUnexpectedEOF) || pgconn.SafeToRetry(err) || strings.Contains(err.Error(), "conn closed") {
		return unavailable(away)
	}
	return nil
}

func unavailable(message string) *store.Error {
	return &store.Error{Kind: store.Unavailable, Message: message, RetryAfter: 2 * time.Second}
}

// humaProblem is what huma calls for the errors that it finds by itself: bodies that do not parse or do not fit, unknown
// content types, wrong parameters.
func humaProblem(hctx huma.Context, status int, message string, errs ...error) huma.StatusError {
	ctx := context.Background()
	if hctx != nil {
		ctx = hctx.Context()
	}
	if status == http.StatusInternalServerError && len(errs) == 1 {
		return problemOf(ctx, errs[0])
	}
	p := newProblem(ctx, status, "", message)
	for _, err := range errs {
		if refusal := refusalOf(err); refusal != nil {
			return problemOf(ctx, err)
		}
		p.addField(problemField(err))
	}
	switch {
	case status == http.StatusBadRequest && len(errs) > 0:
		p.Detail, p.Errors = "the request body is not valid JSON", nil
	case status == http.StatusBadRequest:
		p.Detail = message + "; send a JSON object"
	case status == http.StatusRequestEntityTooLarge && hctx != nil:
		p.Detail = "the request body is larger than " + sizeOf(hctx.Operation().MaxBodyBytes)
	case status == http.StatusUnsupportedMediaType:
		p.Detail, p.Errors = "this content type is not taken here; send application/json", nil
	case len(p.Errors) > 0:
		p.Detail = p.Errors[0].Field + ": " + p.Errors[0].Message
	}
	p.Message = p.Detail
	return p
}

func sizeOf(bytes int64) string {
	if bytes < 1<<20 {
		return fmt.Sprintf("%d kB", bytes>>10)
	}
	return fmt.Sprintf("%d MB", bytes>>20)
}

// maxFaults bounds how many faults of a body are told; nobody reads more.
const maxFaults = 10_000

// addField adds a field's fault, but no second word on a field.
func (p *Problem) addField(fault ProblemField) {
	if len(p.Errors) == maxFaults || p.told[fault.Field] {
		return
	}
	if p.told == nil {
		p.told = map[string]bool{}
	}
	p.told[fault.Field] = true
	p.Errors = append(p.Errors, fault)
}

// problemField names the field as a client knows it: without the part of the request that it came in.
func problemField(err error) ProblemField {
	var detailer huma.ErrorDetailer
	if !errors.As(err, &detailer) {
		return ProblemField{Field: "body", Message: err.Error()}
	}
	detail := detailer.ErrorDetail()
	field := detail.Location
	for _, part := range []string{"body.", "query.", "path.", "header."} {
		field = strings.TrimPrefix(field, part)
	}
	message, isMissing := strings.CutPrefix(detail.Message, "expected required property ")
	if name, ok := strings.CutSuffix(message, " to be present"); isMissing && ok {
		if field == "body" {
			return ProblemField{Field: name, Message: "is needed"}
		}
		return ProblemField{Field: field + "." + name, Message: "is needed"}
	}
	if name, says, ok := strings.Cut(message, ": "); ok && field == "body" { // see readJSON
		return ProblemField{Field: name, Message: says}
	}
	return ProblemField{Field: field, Message: detail.Message}
}

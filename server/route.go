package server

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/labstack/echo/v4"

	"placeops/auth"
	"placeops/store"
)

const (
	maxJSONBody    = 1 << 20
	maxSmallBody   = 16 << 10
	requestTimeout = 30 * time.Second
	bodyTimeout    = 15 * time.Second
	uploadTimeout  = 5 * time.Minute
)

// route is one line of the route table.
type route struct {
	method, path  string
	who           auth.Permission
	whileCodeOnly bool              // also for people who still have to choose a password
	also          []int             // other statuses of success than the usual one
	concernsMe    bool              // changes only what belongs to the caller
	body          *huma.RequestBody // described here where the operation reads the body by itself
	ownPages      bool              // not for pages of other servers, although nobody has to sign in
	bearsToken    func(string) bool // tells a program that is let in without an account, see orToken
	add           func(s *Server, router *echo.Echo, api huma.API)
}

// detail changes a route from what most routes are.
type detail func(r *route, op *huma.Operation)

// on is a line of the table: run answers method and path for those whom who lets in, with status when all is well.
// Name is the operation's in the API's description, the same as the Go function's.
func on[I, O any](method, path string, who auth.Permission, status int, name string,
	run func(context.Context, *I) (*O, error), summary string, details ...detail,
) route {
	op := huma.Operation{ // huma refuses a body of just MaxBodyBytes too
		OperationID: name, Method: method, Path: path, DefaultStatus: status, Summary: summary,
		Tags: []string{tagOf(path)}, Errors: errorsOf(method, path, who), MaxBodyBytes: maxJSONBody + 1, BodyReadTimeout: bodyTimeout,
		Extensions: map[string]any{"x-roles": who.String()},
	}
	if !who.IsPublic() {
		op.Security = []map[string][]string{{"bearer": {}}, {"session": {}}}
	}
	r := route{method: method, path: path, who: who}
	for _, change := range details {
		change(&r, &op)
	}
	r.add = func(s *Server, _ *echo.Echo, api huma.API) {
		op.BodyReadTimeout = cmp.Or(s.timeouts.Body, op.BodyReadTimeout)
		op.Middlewares = append(op.Middlewares, s.letIn(r))
		if r.body == nil {
			op.Middlewares = append(op.Middlewares, s.takeTexts)
		}
		huma.Register(api, op, func(ctx context.Context, input *I) (*O, error) {
			acting := store.Acting{UserID: me(ctx).UserID, Operation: name, RequestID: requestFrom(ctx).id}
			output, err := run(store.WithActing(ctx, acting), input)
			s.forgetAfter(ctx, r)
			if err != nil {
				problem := problemOf(ctx, err)
				noteCause(ctx, problem)
				return nil, problem
			}
			return output, nil
		})
		describeBody(api, op, r.body)
		describeAlso(api, op, r.also)
	}
	return r
}

// refuses names statuses that a route may refuse with beside those that all of its kind may.
func refuses(statuses ...int) detail {
	return func(_ *route, op *huma.Operation) { op.Errors = append(op.Errors, statuses...) }
}

// answers names another status of success, with the same body.
func answers(status int) detail {
	return func(r *route, _ *huma.Operation) { r.also = append(r.also, status) }
}

// describeAlso adds the other statuses of success to the API's description.
func describeAlso(api huma.API, op huma.Operation, statuses []int) {
	item := api.OpenAPI().Paths[op.Path]
	for _, described := range []*huma.Operation{item.Post, item.Patch} {
		if described == nil || described.Method != op.Method {
			continue
		}
		for _, status := range statuses {
			same := *described.Responses[strconv.Itoa(op.DefaultStatus)]
			same.Description = http.StatusText(status)
			described.Responses[strconv.Itoa(status)] = &same
		}
	}
}

// describeBody adds a body to the API's description after the route is registered: had huma known of it before, it would
// have read it.
func describeBody(api huma.API, op huma.Operation, body *huma.RequestBody) {
	if body == nil {
		return
	}
	item := api.OpenAPI().Paths[op.Path]
	for _, described := range []*huma.Operation{item.Post, item.Patch} {
		if described != nil && described.Method == op.Method {
			described.RequestBody = body
		}
	}
}

// raw is a line of the table for what is no JSON operation: files and pages. They are not in the API's description.
func raw(method, path string, who auth.Permission, handle func(*Server, echo.Context) error) route {
	if !who.IsPublic() {
		panic(method + " " + path + ": only operations check who calls them")
	}
	r := route{method: method, path: path, who: who}
	r.add = func(s *Server, router *echo.Echo, _ huma.API) {
		router.Add(method, path, func(c echo.Context) error { return handle(s, c) })
	}
	return r
}

// concernsMe is for routes that change only what belongs to the caller.
func concernsMe(r *route, _ *huma.Operation) { r.concernsMe = true }

// forgetAfter makes what a request may have changed be read anew, before it is answered.
func (s *Server) forgetAfter(ctx context.Context, r route) {
	switch {
	case r.method == http.MethodGet:
	case r.concernsMe:
		s.standings.forget(me(ctx).UserID)
	default:
		s.forgetPolled()
	}
}

// codeOnly opens a route to people who signed in with a one-time code and have no password yet.
func codeOnly(r *route, _ *huma.Operation) { r.whileCodeOnly = true }

// fromOwnPages is for routes that give or take a cookie: another site could make a browser call them. What says nothing of where
// it comes from is no page: browsers say it with every request that may change something.
func fromOwnPages(r *route, op *huma.Operation) {
	r.ownPages = true
	op.Errors = append(op.Errors, http.StatusForbidden)
}

// small is for routes that anybody may send a body to, without a sign-in.
func small(_ *route, op *huma.Operation) { op.MaxBodyBytes = maxSmallBody + 1 }

// uploading is for routes that take a file: they read the body themselves, and may take minutes over it.
func uploading(contents ...string) detail {
	return func(r *route, op *huma.Operation) {
		op.BodyReadTimeout = uploadTimeout
		r.body = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{}}
		for _, content := range contents {
			r.body.Content[content] = &huma.MediaType{Schema: fileSchema("file", "The sheet, .csv or .xlsx.")}
		}
	}
}

// letIn is the check of the route table: who is it, and may they.
func (s *Server) letIn(r route) func(huma.Context, func(huma.Context)) {
	return func(hctx huma.Context, next func(huma.Context)) {
		c := humaecho.Unwrap(hctx)
		ctx, cancel := context.WithTimeout(hctx.Context(), timeoutOf(hctx.Operation()))
		defer cancel()
		// A client that takes nothing would hold the answer, and what it is made from, for ever. It cannot fail on a connection.
		_ = http.NewResponseController(c.Response()).SetWriteDeadline(time.Now().Add(s.takeTimeOf(hctx.Operation())))
		ctx = context.WithValue(ctx, echoKey{}, c)
		ctx, err := s.admit(ctx, c, r)
		if err != nil {
			problem := problemOf(ctx, err)
			noteCause(ctx, problem)
			problem.write(c.Response())
			return
		}
		next(huma.WithContext(hctx, ctx))
	}
}

// admit puts who calls into ctx, or refuses.
func (s *Server) admit(ctx context.Context, c echo.Context, r route) (context.Context, error) {
	request := c.Request()
	if r.ownPages && !isSameOrigin(request) && !saysNoOrigin(request) {
		return ctx, errElsewhere
	}
	if r.who.IsPublic() || r.bearsToken != nil && r.bearsToken(bearer(request.Header.Get("Authorization"))) {
		return ctx, nil
	}
	proved, err := s.proofIn(request)
	if err != nil {
		return ctx, err
	}
	p, err := s.standing(ctx, proved.Session)
	if err != nil {
		return ctx, err
	}
	c.Set(userIDKey, p.UserID)
	return auth.WithPrincipal(context.WithValue(ctx, proofKey{}, proved), p), authorise(p, r.who, r.whileCodeOnly)
}

func timeoutOf(op *huma.Operation) time.Duration {
	if answer, ok := op.Metadata[answerTime].(time.Duration); ok {
		return answer
	}
	return requestTimeout + op.BodyReadTimeout
}

// takeTimeOf is how long a client may take from its request to having taken all of the answer. A stream of events says so
// itself, event by event.
func (s *Server) takeTimeOf(op *huma.Operation) time.Duration {
	return cmp.Or(s.timeouts.Take, timeoutOf(op)+takeTimeout)
}

const answerTime = "answer time"

// lasting is for routes whose answer takes its time: files, and streams of events.
func lasting(answer time.Duration) detail {
	return func(_ *route, op *huma.Operation) { op.Metadata = map[string]any{answerTime: answer} }
}

// sending describes an answer that is no JSON.
func sending(content string) detail {
	schema := &huma.Schema{Type: huma.TypeString}
	if !strings.HasPrefix(content, "text/") {
		schema.Format = "binary"
	}
	return func(_ *route, op *huma.Operation) {
		op.Responses = map[string]*huma.Response{
			strconv.Itoa(op.DefaultStatus): {Content: map[string]*huma.MediaType{content: {Schema: schema}}},
		}
	}
}

// echoKey is where letIn leaves the web framework's context, for the log line and for cookies.
type echoKey struct{}

func echoOf(ctx context.Context) echo.Context {
	c, _ := ctx.Value(echoKey{}).(echo.Context)
	return c
}

// noteCause leaves the internal cause of a fault for the request's log line; refusals need none.
func noteCause(ctx context.Context, p *Problem) {
	if c, ok := ctx.Value(echoKey{}).(echo.Context); ok && p.cause != nil && p.Status >= http.StatusInternalServerError {
		c.Set(causeKey, p.cause)
	}
}

func bearer(header string) string {
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// me is the caller of an operation behind a sign-in.
func me(ctx context.Context) auth.Principal {
	p, _ := auth.PrincipalFrom(ctx)
	return p
}

// tags gather routes with different first names under one heading of the API's description.
var tags = map[string]string{
	"auth": "people", "me": "people", "users": "people", "job-domains": "drives",
	"health": "operations", "healthz": "operations", "readyz": "operations", "metrics": "operations",
}

func tagOf(path string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return cmp.Or(tags[name], name)
}

// errorsOf lists what a route may refuse with, for the API's description.
func errorsOf(method, path string, who auth.Permission) []int {
	statuses := []int{http.StatusServiceUnavailable}
	if !who.IsPublic() {
		statuses = append(statuses, http.StatusUnauthorized, http.StatusForbidden)
	}
	if strings.Contains(path, "{") {
		statuses = append(statuses, http.StatusNotFound)
	}
	if method != http.MethodGet {
		statuses = append(statuses, http.StatusBadRequest, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	if path == "/auth/login" || path == "/auth/session" && method == http.MethodPost {
		statuses = append(statuses, http.StatusUnauthorized, http.StatusTooManyRequests)
	}
	return append(statuses, http.StatusUnprocessableEntity)
}

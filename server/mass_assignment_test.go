package server_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sending is a request with a good body; ids in its path are written out.
type sending struct {
	route, as, path string
	body            map[string]any
	job             bool // the answer names a job to wait for
}

// everyBody is a request for each route that takes JSON, in an order in which each finds what it needs; drive is pending.
func (h *harness) everyBody(drive int64) []sending {
	student := h.id("student")
	marks := map[string]any{"student_id": student, "status": "PRESENT"}
	return []sending{
		{route: "POST /auth/login", path: "/auth/login", body: map[string]any{"email": "staff@college.example", "password": password}},
		{route: "POST /auth/session", path: "/auth/session", body: map[string]any{"email": "staff@college.example", "password": password}},
		{route: "POST /auth/change-password", as: "staff", path: "/auth/change-password", body: passwords(password, "eight red umbrellas")},
		{route: "PATCH /me", as: "student", path: "/me", body: map[string]any{"phone": "1"}},
		{route: "POST /users", as: "head", path: "/users", body: map[string]any{"name": "New", "email": "new@college.example", "role": "STAFF"}},
		{route: "PATCH /users/{id}", as: "head", path: at("/users/%d", student), body: map[string]any{"phone": "2"}},
		{route: "PATCH /students/{id}", as: "coordinator", path: at("/students/%d", student), body: map[string]any{"phone": "3"}},
		{route: "POST /job-domains", as: "head", path: "/job-domains", body: map[string]any{"domain_name": "Umbrellas"}},
		{route: "POST /drives", as: "coordinator", path: "/drives", body: map[string]any{"company_name": "A", "job_title": "B"}},
		{route: "POST /drives/preview-eligibility", as: "coordinator", path: "/drives/preview-eligibility", body: map[string]any{"min_cgpa": 5}},
		{route: "PATCH /drives/{id}", as: "coordinator", path: at("/drives/%d", drive), body: map[string]any{"location": "Pune"}},
		{route: "POST /eligibility/{id}/filter", as: "coordinator", path: at("/eligibility/%d/filter", drive), body: map[string]any{"min_cgpa": 5}},
		{route: "POST /drives/{id}/publish", as: "coordinator", path: at("/drives/%d/publish", drive), job: true,
			body: map[string]any{"selected_students": []int64{student}}},
		{route: "POST /registrations", as: "student", path: "/registrations", body: map[string]any{"drive_id": drive}},
		{route: "", as: "coordinator", path: at("/drives/%d/stop-registrations", drive), body: map[string]any{}},
		{route: "POST /attendance/{id}/mark", as: "coordinator", path: at("/attendance/%d/mark", drive), body: maps.Clone(marks)},
		{route: "POST /attendance/{id}/mark-bulk", as: "coordinator", path: at("/attendance/%d/mark-bulk", drive),
			body: map[string]any{"marks": []any{maps.Clone(marks)}}},
	}
}

func (s sending) method() string {
	if strings.HasPrefix(s.route, http.MethodPatch) {
		return http.MethodPatch
	}
	return http.MethodPost
}

// bodies are the schemas of all JSON bodies, by route.
func (h *harness) bodies() map[string]operationOf {
	h.t.Helper()
	tree := h.described()
	found := map[string]operationOf{}
	for _, route := range h.operations() {
		op := operationAt(tree, route)
		if content, ok := op["requestBody"].(map[string]any); ok && content["content"].(map[string]any)["application/json"] != nil {
			found[route.String()] = operationOf{t: h.t, route: route.String(), op: op, tree: tree}
		}
	}
	return found
}

func operationAt(tree map[string]any, route operation) map[string]any {
	op, _ := tree["paths"].(map[string]any)[route.path].(map[string]any)[strings.ToLower(route.method)].(map[string]any)
	return op
}

// declared are the fields that a route says it takes.
func (d operationOf) declared() map[string]any {
	body := d.op["requestBody"].(map[string]any)["content"].(map[string]any)["application/json"].(map[string]any)["schema"]
	return d.object(body)["properties"].(map[string]any)
}

// allFields are the names of all that the API ever shows and of all columns, each with a value that would be worth having.
func (h *harness) allFields() map[string]any {
	h.t.Helper()
	fields := map[string]any{}
	eachNode(h.described()["components"], func(node map[string]any) {
		properties, _ := node["properties"].(map[string]any)
		for name := range properties {
			fields[name] = "injected"
		}
	})
	columns := h.text(`SELECT json_object_agg(column_name, data_type) FROM information_schema.columns
		WHERE table_schema = current_schema() AND table_name NOT LIKE 'river%'`)
	var types map[string]string
	require.NoError(h.t, json.Unmarshal([]byte(columns), &types))
	for name, kind := range types {
		switch kind {
		case "bigint", "integer":
			fields[name] = h.id("head")
		case "numeric":
			fields[name] = 9
		case "boolean":
			fields[name] = name != "active" && name != "must_change_password"
		default:
			fields[name] = "injected"
		}
	}
	fields["role"], fields["status"] = "HEAD", "finished"
	require.Contains(h.t, fields, "posted_by")
	require.Contains(h.t, fields, "password_hash")
	return fields
}

// inject adds all fields that are not declared, to the body and to the objects within it.
func inject(body, declared, fields map[string]any) {
	for name, value := range fields {
		if _, takes := declared[name]; !takes {
			body[name] = value
		}
	}
	for _, inner := range asList(body["marks"]) {
		mark := inner.(map[string]any)
		inject(mark, map[string]any{"student_id": nil, "roll_number": nil, "status": nil}, fields)
	}
}

var (
	changing = regexp.MustCompile(`"(password_hash|code_hash|hash|password|one_time_code)": "[^"]*"`)
	asked    = regexp.MustCompile(`"request_id": "[^"]*"`)
	moments  = regexp.MustCompile(`"\d{4}-\d\d-\d\dT[^"]*"`)
)

// lasting is everything without what no two runs have in common.
func (h *harness) lasting() map[string]string {
	h.t.Helper()
	rows := h.everything()
	for table, text := range rows {
		text = asked.ReplaceAllString(changing.ReplaceAllString(text, `"$1": "hash"`), `"request_id": "id"`)
		lines := strings.Split(moments.ReplaceAllString(text, `"moment"`), "\n")
		slices.Sort(lines) // by what is left
		rows[table] = strings.Join(lines, "\n")
	}
	return rows
}

// TestFieldsThatARouteDoesNotTakeDoNothing plays the same requests in two colleges, in one of them with every field that
// the route does not declare, and finds the same rows in both, whatever those fields are called.
func TestFieldsThatARouteDoesNotTakeDoNothing(t *testing.T) {
	t.Parallel()
	plain, injected := start(t), start(t)
	fields, bodies := injected.allFields(), injected.bodies()
	requests := map[*harness][]sending{}
	for _, h := range []*harness{plain, injected} {
		h.givePassword("staff")
		drive := h.drive(nil)
		h.post("student", "/registrations", map[string]any{"drive_id": h.posted(nil)}).is(http.StatusCreated)
		requests[h] = h.everyBody(drive)
	}
	tried := map[string]bool{}
	for i, request := range requests[injected] {
		bare := requests[plain][i]
		if declared, takes := bodies[request.route]; takes {
			tried[request.route] = true
			inject(request.body, declared.declared(), fields)
		}
		want := plain.call(bare.as, bare.method(), request.path, bare.body)
		require.Less(t, want.status, http.StatusBadRequest, "%s: %s", request.path, want.body)
		got := injected.call(request.as, request.method(), request.path, request.body).is(want.status)
		if request.job {
			plain.jobDone(want.int("job_id"))
			injected.jobDone(got.int("job_id"))
		}
		require.Equal(t, plain.lasting(), injected.lasting(), request.route)
	}
	require.ElementsMatch(t, slices.Collect(maps.Keys(bodies)), slices.Collect(maps.Keys(tried)), "a route takes JSON: add a good body to everyBody")
}

// ruling are the fields that decide whose a row is, what state it is in, or what somebody may; and the routes that are there
// to set them.
var ruling = map[string][]string{
	"role":         {"POST /users", "PATCH /users/{id}"},
	"active":       {"PATCH /users/{id}"},
	"new_code":     {"PATCH /users/{id}"},
	"password":     {"POST /auth/login", "POST /auth/session", "POST /users"},
	"new_password": {"POST /auth/change-password"},
	"debarred":     {"PATCH /students/{id}"},
	"cgpa":         {"POST /users", "PATCH /students/{id}"},
	"roll_number":  {"POST /users", "PATCH /students/{id}"},
	"student_id":   {"POST /attendance/{id}/mark"},
	"status":       {"POST /attendance/{id}/mark"},
	"drive_id":     {"POST /registrations"},
	"user_id":      {}, "must_change_password": {}, "password_hash": {}, "code_hash": {}, "tokens_valid_from": {}, "posted_by": {},
	"published_by": {}, "published_at": {}, "marked_by": {}, "requested_by": {}, "auto_published": {}, "attendance_published": {},
	"registration_id": {}, "registered_at": {}, "attendance": {}, "created_at": {}, "eligible_count": {}, "selected": {},
}

func TestOnlyRoutesThatAreForItTakeAFieldThatRules(t *testing.T) {
	t.Parallel()
	taken := map[string][]string{}
	for field := range ruling {
		taken[field] = []string{}
	}
	for route, body := range start(t).bodies() {
		for field := range body.declared() {
			if _, rules := ruling[field]; rules {
				taken[field] = append(taken[field], route)
			}
		}
	}
	for field, routes := range ruling {
		require.ElementsMatch(t, routes, taken[field], field)
	}
}

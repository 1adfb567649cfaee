package server_test

import (
	"cmp"
	"encoding/csv"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"placeops/auth"
	"placeops/store"
)

// unaudited are the routes that change nothing of a drive, a student or a user.
var unaudited = map[string]string{
	"POST /job-domains":                     "a field of work is neither",
	"POST /drives/preview-eligibility":      "only counts",
	"POST /students/import":                 "its job makes the changes",
	"POST /drives/{id}/trigger-eligibility": "its job makes the changes",
	"POST /registrations/{id}/export":       "only reads",
	"POST /jobs/{id}/retry":                 "the job makes the changes",
	"POST /jobs/{id}/cancel":                "a job is neither",
	"POST /analytics/refresh":               "figures only",
	"PATCH /notifications/{id}/read":        "what was read is nobody else's concern",
	"POST /notifications/read-all":          "what was read is nobody else's concern",
	"POST /admin/session":                   "signing in changes nothing",
	"DELETE /auth/session":                  "signing out changes nothing",
}

// audited is a request and what the trail tells of it: each line as its entity and change, with what differs.
type audited struct {
	route, as, path string
	signsIn         string // who does, by it
	body            any
	job             string // the kind of the job whose lines are told too, with the job's requester as actor
	operation       string
	want            []string
}

// season is a request for each route that changes a drive, a student or a user, one after the other.
func (h *harness) auditedSeason() []audited {
	student, other := h.id("student"), h.student("other")
	h.add("third", auth.Staff)
	drive := h.drive(nil) // 1
	imported := h.imported("roll_number,name,email", "N1,Nisha,nisha@college.example").int("id")
	return []audited{
		{route: "POST /users", as: "head", path: "/users", body: map[string]any{"name": "New", "email": "new@college.example", "role": "STAFF"},
			operation: "createUser", want: []string{"user created"}},
		{route: "PATCH /users/{id}", as: "head", path: at("/users/%d", h.id("staff")), body: map[string]any{"department": "T&P"}, operation: "patchUser", want: []string{"user changed department"}},
		{route: "PATCH /me", as: "student", path: "/me", body: map[string]any{"phone": "1"}, operation: "patchMe", want: []string{"user changed phone"}},
		{route: "PATCH /students/{id}", as: "coordinator", path: at("/students/%d", student), body: map[string]any{"cgpa": 8.5, "phone": "2"},
			operation: "patchStudent", want: []string{"student changed cgpa", "user changed phone"}},
		{route: "POST /auth/login", path: "/auth/login", signsIn: "other", body: map[string]any{"email": "other@college.example", "password": h.giveCode("other")},
			operation: "login", want: []string{"user changed one_time_code"}},
		{route: "POST /auth/session", path: "/auth/session", signsIn: "third", body: map[string]any{"email": "third@college.example", "password": h.giveCode("third")},
			operation: "login", want: []string{"user changed one_time_code"}},
		{route: "POST /auth/change-password", as: "staff", path: "/auth/change-password", body: passwords(password, "eight red umbrellas"),
			operation: "changePassword", want: []string{"user changed password"}},
		{route: "POST /drives", as: "coordinator", path: "/drives", body: map[string]any{"company_name": "A", "job_title": "B"}, operation: "createDrive", want: []string{"drive created"}},
		{route: "PATCH /drives/{id}", as: "coordinator", path: at("/drives/%d", drive), body: map[string]any{"min_cgpa": 6}, operation: "patchDrive", want: []string{"drive changed min_cgpa"}},
		{route: "POST /eligibility/{id}/filter", as: "coordinator", path: at("/eligibility/%d/filter", drive), body: map[string]any{"min_10th": 50}, operation: "filterEligibility",
			want: []string{"drive changed min_10th", "drive changed eligible_count selected_count", "selection created", "selection created"}},
		{route: "POST /drives/{id}/publish", as: "coordinator", path: at("/drives/%d/publish", drive), job: "auto-publish", operation: "publishDrive",
			want: []string{"drive changed auto_published published_at published_by status", "drive changed selected_count", "selection changed selected", "selection changed selected"}},
		{route: "POST /registrations", as: "student", path: "/registrations", body: map[string]any{"drive_id": drive}, operation: "register", want: []string{"registration created"}},
		{route: "DELETE /registrations/{id}", as: "student", path: at("/registrations/%d", drive), operation: "withdraw", want: []string{"registration deleted"}},
		{route: "POST /registrations/{id}/register", as: "student", path: at("/registrations/%d/register", drive), operation: "register", want: []string{"registration created"}},
		{route: "POST /drives/{id}/stop-registrations", as: "coordinator", path: at("/drives/%d/stop-registrations", drive), operation: "stopRegistrations", want: []string{"drive changed status"}},
		{route: "POST /attendance/{id}/mark", as: "coordinator", path: at("/attendance/%d/mark", drive), body: map[string]any{"student_id": student, "status": "ABSENT"},
			operation: "markAttendance", want: []string{"attendance created"}},
		{route: "POST /attendance/{id}/mark-bulk", as: "head", path: at("/attendance/%d/mark-bulk", drive), operation: "markAttendanceBulk",
			body: map[string]any{"marks": []any{map[string]any{"student_id": student, "status": "PRESENT"}}}, want: []string{"attendance changed status"}},
		{route: "DELETE /attendance/{id}/mark/{student_id}", as: "coordinator", path: at("/attendance/%d/mark/%d", drive, student),
			operation: "takeBackMark", want: []string{"attendance deleted"}},
		{route: "POST /attendance/{id}/mark", as: "head", path: at("/attendance/%d/mark", drive), body: map[string]any{"student_id": student, "status": "PRESENT"},
			operation: "markAttendance", want: []string{"attendance created"}},
		{route: "POST /attendance/{id}/publish", as: "coordinator", path: at("/attendance/%d/publish", drive), operation: "publishAttendance",
			want: []string{"result created", "drive changed status"}},
		{route: "POST /drives/{id}/cancel", as: "head", path: at("/drives/%d/cancel", h.posted(nil)), operation: "cancelDrive", want: []string{"drive changed status"}},
		{route: "DELETE /drives/{id}", as: "head", path: at("/drives/%d", h.drive(nil)), operation: "deleteDrive", want: []string{"drive deleted"}},
		{route: "POST /jobs/{id}/codes", as: "head", path: at("/jobs/%d/codes", imported), operation: "takeCodes", want: []string{"user changed one_time_code"}},
		{route: "PATCH /users/{id}", as: "head", path: at("/users/%d", other), body: map[string]any{"active": false}, operation: "patchUser", want: []string{"user changed active"}},
	}
}

func TestEveryRouteThatChangesSomethingIsInTheAuditTrail(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.givePassword("staff")
	requests := h.auditedSeason()
	told := map[string]bool{}
	for _, r := range requests {
		told[r.route] = true
		from := h.count("SELECT max(audit_id) FROM audit_entries")
		method, _, _ := strings.Cut(r.route, " ")
		request := h.request(r.as, method, r.path, r.body)
		request.Header.Set("X-Request-Id", "of-"+r.operation)
		answer := h.do(request)
		require.Less(t, answer.status, http.StatusBadRequest, "%s: %s", r.route, answer.body)
		if r.job != "" {
			h.jobDone(answer.int("job_id"))
		}
		lines, err := store.AuditLines(t.Context(), h.pool, store.AuditFilter{}, nil, 100)
		require.NoError(t, err)
		var got []string
		for _, l := range lines {
			if l.AuditID <= from {
				continue
			}
			got = append(got, told1(l))
			actor := h.id(cmp.Or(r.as, r.signsIn))
			require.NotNil(t, l.ActorID, r.route)
			require.Equal(t, actor, *l.ActorID, r.route)
			if l.Operation != r.job {
				require.Equal(t, r.operation, l.Operation, r.route)
				if r.operation != "register" { // many go together, each with a request of its own
					require.Equal(t, "of-"+r.operation, l.RequestID, r.route)
				}
			} else {
				require.Regexp(t, `^job-\d+$`, l.RequestID)
			}
		}
		require.ElementsMatch(t, r.want, got, r.route)
	}
	for _, route := range h.operations() {
		if route.method != http.MethodGet && unaudited[route.String()] == "" {
			require.True(t, told[route.String()], "%s is new: say in auditedSeason what the trail tells of it, or in unaudited why nothing", route)
		}
	}
	require.NoError(t, store.InTx(t.Context(), store.Snapshot{Pool: h.pool}, func(tx pgx.Tx) error {
		report, err := store.VerifyAudit(t.Context(), tx, "")
		require.Empty(t, report.Faults)
		return err
	}))
}

// told1 is a line as its entity, its change and the names of what differs.
func told1(l store.AuditLine) string {
	text := l.Entity + " " + l.Change
	if l.Change == "changed" {
		var names []string
		for name := range l.After {
			names = append(names, name)
		}
		slices.Sort(names)
		text += " " + strings.Join(names, " ")
	}
	return text
}

func TestAnImportIsInTheAuditTrailOfWhoAskedForIt(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.imported("roll_number,name,email,cgpa", "N1,Nisha,nisha@college.example,7.5", "R-student,,,9.25")
	id := h.count("SELECT student_id FROM students WHERE roll_number = 'N1'")
	lines := h.get("head", at("/audit?user_id=%d", id)).is(http.StatusOK)
	require.Len(t, lines.list(), 2, "%s", lines.body)
	for i := range 2 {
		require.Equal(t, "import-students", lines.value(i, "operation"))
		require.Equal(t, h.id("head"), lines.int(i, "actor_id"))
	}
	changed := h.get("head", at("/audit?user_id=%d&operation=import-students", h.id("student"))).is(http.StatusOK)
	require.Len(t, changed.list(), 1)
	require.Equal(t, map[string]any{"cgpa": float64(8)}, changed.value(0, "before"))
	require.Equal(t, map[string]any{"cgpa": 9.25}, changed.value(0, "after"))

	job := h.count("SELECT max(id) FROM river_job")
	h.get("head", at("/jobs/%d/download", job)).is(http.StatusOK)
	codes := h.get("head", at("/audit?user_id=%d&operation=downloadJob", id)).is(http.StatusOK)
	require.Len(t, codes.list(), 1)
	require.Equal(t, "none", codes.value(0, "before", "one_time_code"))
}

func TestADeadlineIsPlaceopsOwnAct(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.posted(map[string]any{"registration_deadline": "2100-01-01T00:00:00Z"})
	h.exec("UPDATE drives SET registration_deadline = now() WHERE drive_id = $1", drive)
	h.exec("UPDATE river_job SET scheduled_at = now() WHERE kind = 'close-registrations'")
	require.Eventually(t, func() bool { return h.get("head", at("/drives/%d", drive)).value("status") == "attending" }, jobTime, 5e6)
	line := h.get("head", at("/audit?drive_id=%d&limit=1", drive)).is(http.StatusOK)
	require.Equal(t, "close-registrations", line.value(0, "operation"))
	require.Nil(t, line.value(0, "actor_id"))
}

func TestTheRestOfALongEntryIsPassedOver(t *testing.T) {
	t.Parallel()
	h := start(t)
	for _, name := range []string{"a", "b", "c"} {
		h.student(name)
	}
	h.posted(nil)
	all := h.get("head", "/audit?limit=500").is(http.StatusOK)
	seen := map[int64]bool{}
	var entries []int64
	for i := range all.list() {
		if id := all.int(i, "audit_id"); !seen[id] {
			seen[id], entries = true, append(entries, id)
		}
	}
	require.Greater(t, len(all.list()), len(entries), "one of them has several lines")
	passed := []int64{}
	for path := "/audit?limit=1"; ; {
		page := h.get("head", path).is(http.StatusOK)
		if len(page.list()) == 0 {
			break
		}
		require.EqualValues(t, 1, page.int(0, "line"))
		passed = append(passed, page.int(0, "audit_id"))
		path = at("/audit?limit=1&before=%d", page.int(0, "audit_id"))
	}
	require.Equal(t, entries, passed)
	require.Contains(t, h.get("head", "/audit?before=0").faults(), "before")
}

func TestTheAuditTrailIsReadByTheHead(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.posted(map[string]any{"company_name": "=Acme", "location": "Pune"})
	h.patch("coordinator", at("/drives/%d", drive), map[string]any{"location": "Goa"}).is(http.StatusOK)
	h.post("student", "/registrations", map[string]any{"drive_id": drive}).is(http.StatusCreated)

	all := h.get("head", at("/audit?drive_id=%d", drive)).is(http.StatusOK)
	require.Len(t, all.list(), 6, "%s", all.body)
	require.Equal(t, "registration", all.value(0, "entity"))
	require.Equal(t, "Name of student", all.value(0, "actor_name"))
	require.Equal(t, "Name of student", all.value(0, "user_name"))
	require.Equal(t, "=Acme", all.value(0, "company_name"))
	require.Equal(t, map[string]any{"location": "Pune"}, all.value(1, "before"))
	require.Equal(t, map[string]any{"location": "Goa"}, all.value(1, "after"))

	var paged []any
	for path := at("/audit?drive_id=%d&limit=4", drive); path != ""; {
		page := h.get("head", path).is(http.StatusOK)
		paged = append(paged, page.list()...)
		path = page.nextPage()
	}
	require.Equal(t, all.list(), paged)

	for query, want := range map[string]int{
		at("drive_id=%d&entity=registration", drive): 1, at("actor_id=%d", h.id("coordinator")): 5, at("actor_id=%d", h.id("student")): 1,
		at("drive_id=%d&operation=patchDrive", drive): 1, "drive_id=999": 0, "start_date=2001-01-01&end_date=2001-12-31": 0,
	} {
		require.Len(t, h.get("head", "/audit?"+query).is(http.StatusOK).list(), want, query)
	}
	for query, field := range map[string]string{
		"entity=x": "entity", "start_date=x": "start_date", "drive_id=0": "drive_id", "cursor=x": "cursor", "start_date=2026-02-01&end_date=2026-01-01": "end_date",
	} {
		require.Contains(t, h.get("head", "/audit?"+query).faults(), field, query)
	}

	file := h.get("head", at("/audit/download-csv?drive_id=%d", drive)).is(http.StatusOK)
	require.Contains(t, file.header.Get("Content-Disposition"), "audit")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(file.body), "\ufeff"))).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 7)
	require.Equal(t, []string{"location=Pune", "location=Goa"}, rows[2][14:])
	require.Equal(t, "'=Acme", rows[2][11], "no spreadsheet runs it")
	for _, role := range []auth.Role{auth.Student, auth.Staff, auth.Coordinator} {
		h.get(strings.ToLower(string(role)), "/audit").is(http.StatusForbidden)
	}
}

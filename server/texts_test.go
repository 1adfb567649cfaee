package server_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A web client sends what stands in its input fields and addresses: texts.
func TestNumbersListsAndTruthMayComeAsTexts(t *testing.T) {
	t.Parallel()
	h := start(t)
	asTexts := h.post("coordinator", "/drives", map[string]any{
		"company_name": "7", "job_title": "true", "domain_id": "1", "package_lpa": "12.75", "min_cgpa": " 7.50 ", "min_10th": "60", "min_12th": "",
		"max_backlogs": "0", "max_gap_years": "", "allowed_branches": "CSE, ece,", "allowed_batches": []any{"2027", 2028}, "allowed_genders": "",
		"interview_date": "", "registration_deadline": "", "location": "", "auto_calc": "false",
	}).is(http.StatusCreated)
	for field, want := range map[string]any{
		"company_name": "7", "job_title": "true", "domain_id": 1., "package_lpa": 12.75, "min_cgpa": 7.5, "min_10th": 60., "min_12th": nil,
		"max_backlogs": 0., "max_gap_years": nil, "allowed_branches": []any{"CSE", "ece"}, "allowed_batches": []any{2027., 2028.},
		"allowed_genders": nil, "interview_date": nil, "registration_deadline": nil, "location": nil, "status": "pending",
	} {
		require.Equal(t, want, asTexts.value(field), field)
	}
	path := at("/drives/%d", asTexts.int("drive_id"))
	h.play([]scenario{
		{name: "every digit counts", as: "coordinator", method: "PATCH", path: path, body: `{"min_cgpa":"7.501"}`, want: 422, faults: []string{"min_cgpa"}},
		{name: "an empty field removes", as: "coordinator", method: "PATCH", path: path, body: `{"min_cgpa":"","max_backlogs":"1"}`, want: 200, says: `"min_cgpa":null,"min_10th":60,`},
		{name: "what is needed is needed", as: "coordinator", method: "PATCH", path: path, body: `{"company_name":""}`, want: 422, faults: []string{"company_name"}},
		{name: "words", as: "coordinator", method: "PATCH", path: path, body: `{"min_cgpa":"high","max_backlogs":"1.5","allowed_batches":"2027,x","auto_calc":"yes","domain_id":"0x1"}`,
			want: 422, faults: []string{"min_cgpa", "max_backlogs", "allowed_batches[1]", "auto_calc", "domain_id"}},
		{name: "preview", as: "coordinator", method: "POST", path: "/drives/preview-eligibility", body: `{"min_cgpa":"8.01","allowed_branches":"CSE"}`, want: 200, says: `"eligible":0`},
	})
}

func TestIdentifiersMayComeAsTexts(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.drive(nil)
	student := at("%d", h.id("student"))
	h.play([]scenario{
		{name: "filter", as: "coordinator", method: "POST", path: at("/eligibility/%d/filter", drive), body: `{"min_cgpa":"7.5","max_backlogs":""}`, want: 200, says: `"filtered_count":1`},
		{name: "publish to nobody known", as: "coordinator", method: "POST", path: at("/drives/%d/publish", drive), body: `{"selected_students":["999999"]}`, want: 422, faults: []string{"selected_students"}},
		{name: "publish", as: "coordinator", method: "POST", path: at("/drives/%d/publish", drive), body: `{"selected_students":["` + student + `"]}`, want: 200},
		{name: "register", as: "student", method: "POST", path: "/registrations", body: at(`{"drive_id":"%d"}`, drive), want: 201},
		{name: "register for nothing", as: "student", method: "POST", path: "/registrations", body: `{"drive_id":""}`, want: 422, faults: []string{"drive_id"}},
		{name: "stop", as: "coordinator", method: "POST", path: at("/drives/%d/stop-registrations", drive), want: 200},
		{name: "mark", as: "coordinator", method: "POST", path: at("/attendance/%d/mark", drive), body: `{"student_id":"` + student + `","status":"present"}`, want: 200},
		{name: "mark in bulk", as: "coordinator", method: "POST", path: at("/attendance/%d/mark-bulk", drive), body: `{"marks":[{"student_id":"` + student + `","status":"absent"}]}`, want: 200},
		{name: "a student", as: "coordinator", method: "PATCH", path: "/students/" + student, body: `{"cgpa":"7.12345","active_backlogs":"2","debarred":"true","batch_year":""}`, want: 200,
			says: `"cgpa":7.1234,`},
	})
	record := h.get("head", "/students/"+student)
	require.Equal(t, []any{2., true, nil}, []any{record.value("active_backlogs"), record.value("debarred"), record.value("batch_year")})
}

func TestAFieldInOtherLettersIsUnknownAndIgnored(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.drive(map[string]any{"MIN_CGPA": 99, "Location": "Goa"})
	long := strings.Repeat("x", 1001)
	h.play([]scenario{
		{name: "drive", as: "head", path: at("/drives/%d", drive), want: 200, says: `"location":null,"package_lpa":null,"interview_date":null,"registration_deadline":null,"min_cgpa":null`},
		{name: "preview", as: "head", method: "POST", path: "/drives/preview-eligibility", body: `{"MIN_CGPA":10}`, want: 200, says: `"eligible":1`},
		{name: "user", as: "head", method: "POST", path: "/users", body: `{"name":"A","email":"a@college.example","role":"STAFF","ROLE":"KING","Name":"` + long + `"}`, want: 201, says: `"role":"STAFF"`},
		{name: "account", as: "head", method: "PATCH", path: at("/users/%d", h.id("student")), body: `{"Active":false,"ROLE":"HEAD","phone":"1"}`, want: 200, says: `"phone":"1","active":true`},
		{name: "the right spelling counts", as: "head", method: "PATCH", path: at("/students/%d", h.id("student")), body: `{"cgpa":9,"CGPA":80}`, want: 200, says: `"cgpa":9,`},
		{name: "within a list", as: "head", method: "POST", path: at("/attendance/%d/mark-bulk", drive), body: `{"marks":[{"student_id":1,"STATUS":"PRESENT"}]}`, want: 422, faults: []string{"marks[0].status"}},
	})
}

func TestTextsStayTextsWhereTheyBelong(t *testing.T) {
	t.Parallel()
	h := start(t)
	domain := h.post("head", "/job-domains", `{"domain_name":"2027","extra":"7"}`).is(http.StatusCreated)
	require.Equal(t, "2027", domain.value("domain_name"))
	require.Equal(t, "00123", h.patch("staff", "/me", `{"phone":"00123"}`).is(http.StatusOK).value("phone"))
	h.play([]scenario{
		{name: "two values", as: "student", method: "POST", path: "/registrations", body: `{"drive_id":"1"} {"drive_id":"1"}`, want: 400},
		{name: "cut off", as: "student", method: "POST", path: "/registrations", body: `{"drive_id":"1`, want: 400},
		{name: "a text alone", as: "student", method: "POST", path: "/registrations", body: `"1"`, want: 422},
		{name: "too large", as: "student", method: "POST", path: "/registrations", body: `{"drive_id":"1"` + strings.Repeat(" ", 1<<20) + `}`, want: 413},
		{name: "too large at its end", as: "student", method: "POST", path: "/registrations", body: `{"drive_id":"1"}` + strings.Repeat(" ", 1<<20), want: 413},
	})
}

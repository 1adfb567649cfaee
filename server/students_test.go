package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/store"
)

// marked sets what a student's record holds beside the usual.
func marked(roll, branch string, batch int32, cgpa, gender string, backlogs int32) func(*store.NewStudent) {
	return func(s *store.NewStudent) {
		s.RollNumber, s.Branch, s.BatchYear, s.CGPA, s.ActiveBacklogs = roll, &branch, &batch, nil, backlogs
		if cgpa != "" {
			s.CGPA = number(cgpa)
		}
		if gender != "" {
			s.Gender = &gender
		}
	}
}

func TestStudentsAreFiltered(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.student("zoë", marked("A1", "CSE", 2026, "7.5", "F", 0))
	h.student("b%", marked("A2", "cse", 2027, "7.4999", "M", 1))
	h.student("c_d", marked("A3", "ECE", 2027, "", "O", 2))
	h.student("cxd", marked("A_4", "Mech & Auto", 2025, "9", "", 3))
	h.patch("head", at("/users/%d", h.id("cxd")), map[string]any{"active": false}).is(http.StatusOK)
	h.patch("head", at("/students/%d", h.id("c_d")), map[string]any{"debarred": true}).is(http.StatusOK)
	const all = "A1 A2 A3 A_4 R-student"
	for query, want := range map[string]string{
		"":                               all,
		"q=":                             all,
		"branch=CSE":                     "A1 A2 R-student",
		"branch=%20cse%20":               "A1 A2 R-student",
		"branch=Mech+%26+Auto":           "A_4",
		"batch_year=2027":                "A2 A3 R-student",
		"min_cgpa=7.5":                   "A1 A_4 R-student",
		"max_cgpa=7.5":                   "A1 A2",
		"min_cgpa=7.4999&max_cgpa=7.5":   "A1 A2",
		"max_backlogs=1":                 "A1 A2 R-student",
		"max_backlogs=0":                 "A1 R-student",
		"gender=O":                       "A3",
		"active=false":                   "A_4",
		"active=true":                    "A1 A2 A3 R-student",
		"debarred=true":                  "A3",
		"debarred=false&branch=CSE":      "A1 A2 R-student",
		"q=a_4":                          "A_4",
		"q=_":                            "A3 A_4",
		"q=%25":                          "A2",
		"q=" + url.QueryEscape("Zoë"):    "A1",
		"q=R-STUD":                       "R-student",
		"q=cxd@college":                  "A_4",
		"q=Name+of":                      all,
		"unknown=x":                      all,
		"q=a&branch=ece&batch_year=2027": "A3",
	} {
		rolls := h.eachPage("staff", "/students?limit=2&"+query, "roll_number")
		require.Equal(t, want, strings.Join(rolls, " "), query)
		page := h.get("coordinator", "/api/students?limit=1&"+query).is(http.StatusOK)
		require.Equal(t, at("%d", len(rolls)), page.header.Get("X-Total-Count"), query)
	}
	require.JSONEq(t, "[]", string(h.get("head", "/students?batch_year=1999").is(http.StatusOK).body))
}

func TestStudentsRefuseFiltersThatDoNotFit(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.play([]scenario{{
		name: "all", as: "staff", want: 422,
		path:   "/students?batch_year=99&min_cgpa=a&max_cgpa=7,5&max_backlogs=-1&gender=X&active=1&debarred=no",
		faults: []string{"batch_year", "min_cgpa", "max_cgpa", "max_backlogs", "gender", "active", "debarred"},
	}})
}

func TestStudentsComeInTheOrderOfTheirRollNumbersWhateverTheCase(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.exec("DELETE FROM students")
	for i, roll := range []string{"b2", "B1", "a3", "A2", "B10", "c", "a1", "ä1"} {
		h.student(at("s%d", i), marked(roll, "CSE", 2027, "8", "M", 0))
	}
	whole := h.eachPage("staff", "/students", "roll_number")
	require.Len(t, whole, 8)
	require.Equal(t, []string{"a1", "A2", "a3"}, whole[:3])
	for _, limit := range []string{"1", "3", "7", "8"} {
		require.Equal(t, whole, h.eachPage("staff", "/students?limit="+limit, "roll_number"), limit)
	}
}

func TestStudentIsPatched(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.student("other")
	path := at("/students/%d", h.id("student"))
	patched := func(name, body string, want int, says string, faults ...string) scenario {
		return scenario{name: name, as: "coordinator", method: "PATCH", path: path, body: body, want: want, says: says, faults: faults}
	}
	h.play([]scenario{
		patched("nothing", `{}`, 200, `"cgpa":8`),
		patched("unknown fields", `{"student_id":1,"updated_at":null,"x":[]}`, 200, `"cgpa":8`),
		patched("marks are cut", `{"cgpa":7.49999,"tenth_percent":99.99999,"twelfth_percent":60.00001,"diploma_percent":0.00009}`, 200,
			`"cgpa":7.4999,"tenth_percent":99.9999,"twelfth_percent":60,"diploma_percent":0`),
		patched("the bounds", `{"cgpa":10,"tenth_percent":0,"twelfth_percent":100,"diploma_percent":1e2}`, 200,
			`"cgpa":10,"tenth_percent":0,"twelfth_percent":100,"diploma_percent":100`),
		patched("absent stays", `{"cgpa":7.5}`, 200, `"cgpa":7.5,"tenth_percent":0,"twelfth_percent":100`),
		patched("the rest", `{"roll_number":" 26x ","branch":" Électronique ","batch_year":2026,"active_backlogs":1,"cleared_backlogs":2,"gender":"F","gap_years":3}`, 200,
			`"roll_number":"26x","branch":"Électronique","batch_year":2026,`),
		patched("null removes", `{"branch":null,"batch_year":null,"cgpa":null,"tenth_percent":null,"twelfth_percent":null,"diploma_percent":null,"gender":null,"phone":null}`, 200,
			`"branch":null,"batch_year":null,"cgpa":null,"tenth_percent":null,"twelfth_percent":null,"diploma_percent":null,"active_backlogs":1,"cleared_backlogs":2,"gender":null,"gap_years":3`),
		patched("null is no backlogs", `{"active_backlogs":null,"cleared_backlogs":null,"gap_years":null}`, 200, `"active_backlogs":0,"cleared_backlogs":0,"gender":null,"gap_years":0`),
		patched("the account", `{"name":" S ","email":"s@college.example","phone":" 1 "}`, 200, `"name":"S","email":"s@college.example","phone":"1"`),
		patched("out of range, all at once", `{"cgpa":10.0001,"tenth_percent":-1,"twelfth_percent":100.5,"diploma_percent":101,"active_backlogs":-1,
			"cleared_backlogs":1001,"gap_years":-1,"gender":"X","batch_year":1800,"name":" ","email":"e","phone":"`+strings.Repeat("1", 41)+`"}`, 422, "",
			"cgpa", "tenth_percent", "twelfth_percent", "diploma_percent", "active_backlogs", "cleared_backlogs", "gap_years", "gender", "batch_year", "name", "email", "phone"),
		patched("wrong types", `{"cgpa":"high","active_backlogs":1.5,"branch":1,"debarred":"yes","roll_number":{}}`, 422, "",
			"cgpa", "active_backlogs", "branch", "debarred", "roll_number"),
		patched("what must be there", `{"roll_number":null,"name":null,"email":null,"debarred":null}`, 422, "", "roll_number", "name", "email", "debarred"),
		patched("too long", `{"roll_number":"`+strings.Repeat("1", 51)+`","branch":"`+strings.Repeat("b", 201)+`","debarred_reason":"`+strings.Repeat("r", 1001)+`"}`,
			422, "", "roll_number", "branch", "debarred_reason"),
		patched("a whole number with a point", `{"batch_year":2027.0}`, 422, "", "batch_year"),
		patched("more digits than a mark has", `{"name":"T","cgpa":7.`+strings.Repeat("4", 40)+`,"phone":"2"}`, 422, "", "cgpa"),
		patched("blank roll number", `{"roll_number":" "}`, 422, "", "roll_number"),
		patched("the roll number of another", `{"roll_number":"r-OTHER"}`, 409, "roll number"),
		patched("the address of another", `{"email":"OTHER@college.example"}`, 409, "e-mail"),
		patched("NUL", `{"branch":"a\u0000"}`, 422, ""),
		{name: "nobody", as: "head", method: "PATCH", path: "/students/999999", body: `{"cgpa":1}`, want: 404},
		{name: "no student", as: "head", method: "PATCH", path: at("/students/%d", h.id("staff")), body: `{"cgpa":1}`, want: 404},
		{name: "staff", as: "staff", method: "PATCH", path: path, body: `{"cgpa":1}`, want: 403},
		{name: "the student", as: "student", method: "PATCH", path: path, body: `{"cgpa":1}`, want: 403},
		{name: "staff reads", as: "staff", path: path, want: 200, says: `"name":"S"`},
		{name: "the student reads the list", as: "student", path: "/students", want: 403},
		{name: "the student reads the record", as: "student", path: path, want: 403},
		{name: "nobody is read", as: "staff", path: "/students/999999", want: 404},
		{name: "no student is read", as: "staff", path: at("/students/%d", h.id("head")), want: 404},
	})
	left := h.get("head", path).is(http.StatusOK)
	require.Equal(t, []any{"S", "s@college.example", "26x", nil}, left.values("name", "email", "roll_number", "cgpa"), "what was refused changed nothing")
}

func TestStudentRecordHasEveryField(t *testing.T) {
	t.Parallel()
	h := start(t)
	record, ok := h.get("staff", at("/students/%d", h.id("student"))).is(http.StatusOK).value().(map[string]any)
	require.True(t, ok)
	fields := make([]string, 0, len(record))
	for field := range record {
		fields = append(fields, field)
	}
	require.ElementsMatch(t, strings.Fields(`student_id roll_number name email branch batch_year cgpa tenth_percent twelfth_percent
		diploma_percent active_backlogs cleared_backlogs gender gap_years phone active debarred debarred_reason updated_at`), fields)
	require.EqualValues(t, h.id("student"), record["student_id"])
}

func TestDebarringKeepsItsReasonOnlyWhileItLasts(t *testing.T) {
	t.Parallel()
	h := start(t)
	path := at("/students/%d", h.id("student"))
	for _, step := range []struct {
		body     string
		debarred bool
		reason   any
	}{
		{`{"debarred_reason":"no reason yet"}`, false, nil},
		{`{"debarred":true,"debarred_reason":" missed two interviews "}`, true, "missed two interviews"},
		{`{"cgpa":8.5}`, true, "missed two interviews"},
		{`{"debarred_reason":"three"}`, true, "three"},
		{`{"debarred":false}`, false, nil},
		{`{"debarred":true}`, true, nil},
	} {
		answer := h.patch("coordinator", path, step.body).is(http.StatusOK)
		require.Equal(t, []any{step.debarred, step.reason}, answer.values("debarred", "debarred_reason"), step.body)
		mine := h.get("student", "/me").is(http.StatusOK)
		require.Equal(t, []any{step.debarred, step.reason}, mine.values("debarred", "debarred_reason"), step.body)
	}
}

func TestFieldsPatchedAtTheSameMomentAllStay(t *testing.T) {
	t.Parallel()
	h := start(t)
	bodies := []string{`{"cgpa":9.5}`, `{"tenth_percent":91}`, `{"gender":"F"}`, `{"phone":"1"}`, `{"branch":"EEE"}`, `{"gap_years":2}`}
	path := at("/students/%d", h.id("student"))
	statuses := h.together(len(bodies), func(i int) *http.Request {
		return h.request("coordinator", http.MethodPatch, path, bodies[i])
	})
	require.Equal(t, map[int]int{http.StatusOK: len(bodies)}, statuses)
	require.Equal(t, []any{9.5, 91.0, "F", "1", "EEE", 2.0},
		h.get("staff", path).is(http.StatusOK).values("cgpa", "tenth_percent", "gender", "phone", "branch", "gap_years"))
}

// Somebody who has become staff keeps the old record, for the registrations that point to it, but is no student any more.
func TestAFormerStudentIsNeitherListedNorEligible(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.student("leaver")
	h.patch("head", at("/users/%d", h.id("leaver")), map[string]any{"role": "STAFF"}).is(http.StatusOK)
	require.Len(t, h.get("staff", "/students").is(http.StatusOK).list(), 1, "the harness's own student")
	h.get("staff", at("/students/%d", h.id("leaver"))).is(http.StatusNotFound)
	h.patch("coordinator", at("/students/%d", h.id("leaver")), map[string]any{"email": "x@college.example"}).is(http.StatusNotFound)
	preview := h.post("coordinator", "/drives/preview-eligibility", map[string]any{}).is(http.StatusOK)
	require.EqualValues(t, 1, preview.int("students"))
	drive := h.posted(nil)
	require.EqualValues(t, 1, h.get("coordinator", at("/drives/%d", drive)).int("selected_count"))
	h.patch("head", at("/users/%d", h.id("leaver")), map[string]any{"role": "STUDENT"}).is(http.StatusOK)
	h.get("staff", at("/students/%d", h.id("leaver"))).is(http.StatusOK)
}

package server_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var wholeDrive = map[string]any{
	"company_name": "  Zürich Ré & Söhne 株式会社 ", "job_title": "Engineer", "domain_id": 1, "job_description": "First line\nsecond",
	"location": "Pune", "package_lpa": 12.75, "interview_date": "2099-01-10T10:00:00+05:30", "registration_deadline": "2099-01-02T04:30:00Z",
	"min_cgpa": 7.5, "min_10th": 60, "min_12th": 60.5, "max_backlogs": 0, "max_total_backlogs": 2,
	"allowed_branches": []string{"CSE", " cse ", "ECE"}, "allowed_batches": []int{2027, 2028}, "allowed_genders": []string{"f", "M"},
	"max_gap_years": 1, "unknown": "ignored",
}

func TestCreatedDriveIsWhatWasSent(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.post("coordinator", "/drives", wholeDrive).is(http.StatusCreated)
	for field, want := range map[string]any{
		"company_name": "Zürich Ré & Söhne 株式会社", "job_title": "Engineer", "domain_id": 1., "domain_name": "Software Development",
		"job_description": "First line\nsecond", "location": "Pune", "package_lpa": 12.75, "interview_date": "2099-01-10T04:30:00Z",
		"registration_deadline": "2099-01-02T04:30:00Z", "min_cgpa": 7.5, "min_10th": 60., "min_12th": 60.5, "max_backlogs": 0.,
		"max_total_backlogs": 2., "allowed_branches": []any{"CSE", "ECE"}, "allowed_batches": []any{2027., 2028.},
		"allowed_genders": []any{"F", "M"}, "max_gap_years": 1., "status": "pending", "auto_published": false,
		"attendance_published": false, "posted_by": float64(h.id("coordinator")), "published_by": nil, "published_at": nil,
		"pdf_path": nil, "eligible_count": nil, "selected_count": nil, "registered_count": nil,
	} {
		require.Equal(t, want, drive.value(field), field)
	}
	require.JSONEq(t, string(drive.body), string(h.get("head", at("/drives/%d", drive.int("drive_id"))).is(http.StatusOK).body))
	require.EqualValues(t, 1, h.count(`SELECT count(*) FROM notices WHERE event = 'drive-created' AND roles = '{COORDINATOR}' AND actor_id = $1`,
		h.id("coordinator")))

	least := h.post("head", "/drives", map[string]any{"company_name": "A", "job_title": "B", "min_cgpa": nil, "allowed_branches": []string{}}).
		is(http.StatusCreated)
	require.Nil(t, least.value("min_cgpa"))
	require.Nil(t, least.value("allowed_branches"), "an empty list is absent")
}

func TestCutOffsAreExact(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.student("just not", cgpa("7.4999"))
	h.student("just", cgpa("7.50"))
	drive := h.posted(map[string]any{"min_cgpa": 7.5, "company_name": "Exact"})
	h.post("just not", at("/registrations/%d/register", drive), nil).is(http.StatusForbidden)
	h.post("just", at("/registrations/%d/register", drive), nil).is(http.StatusCreated)
	body := h.post("coordinator", "/drives", `{"company_name":"A","job_title":"B","min_cgpa":7.50,"min_10th":66.6667}`).is(http.StatusCreated)
	require.Contains(t, string(body.body), `"min_cgpa":7.5,"min_10th":66.6667,`)
}

func TestAllFaultsOfADriveAreNamedAtOnce(t *testing.T) {
	t.Parallel()
	h := start(t)
	long := strings.Repeat("é", 201)
	for _, s := range []scenario{
		{name: "nothing", body: `{}`, faults: []string{"company_name", "job_title"}},
		{name: "null", body: `{"company_name":null,"job_title":null}`, faults: []string{"company_name", "job_title"}},
		{name: "blank", body: `{"company_name":"  ","job_title":""}`, faults: []string{"company_name", "job_title"}},
		{name: "no object", body: `[]`, faults: []string{"body", "company_name", "job_title"}},
		{name: "too long", body: map[string]any{"company_name": long, "job_title": long, "location": long}, faults: []string{"company_name", "job_title", "location"}},
		{name: "of the schema and of the rules", body: `{"company_name":"A","job_title":7,"min_cgpa":7.123,"max_backlogs":-1,
			"registration_deadline":"2001-01-01","interview_date":"soon"}`,
			faults: []string{"job_title", "min_cgpa", "max_backlogs", "registration_deadline", "interview_date"}},
		{name: "a wrong type says nothing of the fields behind it", body: `{"package_lpa":"much","company_name":"A","job_title":"B","registration_deadline":"2001-01-01"}`,
			faults: []string{"package_lpa", "registration_deadline"}},
		{name: "out of range", body: `{"company_name":"A","job_title":"B","min_cgpa":10.01,"min_10th":101,"min_12th":-1,"package_lpa":-1,
			"max_total_backlogs":5000,"max_gap_years":1.5}`,
			faults: []string{"min_cgpa", "min_10th", "min_12th", "package_lpa", "max_total_backlogs", "max_gap_years"}},
		{name: "lists", body: `{"company_name":"A","job_title":"B","allowed_branches":["CSE"," "],"allowed_genders":["X"],"allowed_batches":["x"]}`,
			faults: []string{"allowed_branches", "allowed_genders", "allowed_batches[0]"}},
		{name: "NUL", body: `{"company_name":"A\u0000B","job_title":"B","job_description":"x\u0000","location":"\u0000"}`,
			faults: []string{"company_name", "job_description", "location"}},
		{name: "no such domain", body: `{"company_name":"A","job_title":"B","domain_id":9999}`, faults: []string{"domain_id"}},
		{name: "no such domain and more", body: `{"company_name":"","job_title":"B","domain_id":9999}`, faults: []string{"company_name", "domain_id"}},
		{name: "a large year", body: `{"company_name":"A","job_title":"B","allowed_batches":[99999999999]}`, faults: []string{"allowed_batches[0]"}},
		{name: "a fine number", body: `{"company_name":"A","job_title":"B","min_cgpa":0.00000000000000000000000000000000000001}`, faults: []string{"min_cgpa"}},
	} {
		s.as, s.method, s.path, s.want = "coordinator", http.MethodPost, "/drives", http.StatusUnprocessableEntity
		h.play([]scenario{s})
	}
	h.play([]scenario{
		{name: "no JSON", as: "coordinator", method: http.MethodPost, path: "/drives", body: `{"company_name":`, want: http.StatusBadRequest, says: "JSON"},
		{name: "empty", as: "coordinator", method: http.MethodPost, path: "/drives", body: ``, want: http.StatusBadRequest},
		{name: "large", as: "coordinator", method: http.MethodPost, path: "/drives", body: `{"job_description":"` + strings.Repeat("x", 1<<20) + `"}`, want: http.StatusRequestEntityTooLarge},
		{name: "text", as: "coordinator", method: http.MethodPost, path: "/drives", body: `x`, header: map[string]string{"Content-Type": "text/plain"}, want: http.StatusUnsupportedMediaType},
	})
	require.Zero(t, h.count(`SELECT count(*) FROM drives`))
}

func TestAutoCalcPublishesWithTheInsert(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.post("coordinator", "/drives", map[string]any{"company_name": "A", "job_title": "B", "auto_calc": true}).is(http.StatusCreated)
	require.Equal(t, "posted", drive.value("status"))
	require.Equal(t, true, drive.value("auto_published"))
	require.Equal(t, h.id("coordinator"), drive.int("published_by"))
	require.NotNil(t, drive.value("published_at"))
	id := drive.int("drive_id")
	require.EqualValues(t, 1, h.count(`SELECT count(*) FROM river_job WHERE kind = 'auto-publish' AND args->>'drive_id' = $1`, at("%d", id)))
	require.Eventually(t, func() bool {
		return h.post("student", at("/registrations/%d/register", id), nil).status == http.StatusCreated
	}, jobTime, fast)
	h.failCommits("INSERT ON river_job")
	h.post("coordinator", "/drives", map[string]any{"company_name": "A", "job_title": "B", "auto_calc": true}).is(http.StatusInternalServerError)
	require.EqualValues(t, 1, h.count(`SELECT count(*) FROM drives`), "no job, no drive")
}

// drivesOfEveryState makes one drive of each state; "student" is registered for all that were published, and for the
// cancelled one.
func (h *harness) drivesOfEveryState() map[string]int64 {
	h.t.Helper()
	drives := map[string]int64{"pending": h.drive(nil)}
	for _, state := range []string{"posted", "attending", "finished", "cancelled"} {
		drives[state] = h.posted(nil)
		h.post("student", at("/registrations/%d/register", drives[state]), nil).is(http.StatusCreated)
		h.exec(`UPDATE drives SET status = $2 WHERE drive_id = $1`, drives[state], state)
	}
	return drives
}

func TestWhoSeesWhichDrives(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.student("stranger")
	drives := h.drivesOfEveryState()
	for as, sees := range map[string][]string{
		"student":     {"posted", "attending", "finished", "cancelled"},
		"stranger":    {"posted", "attending", "finished"},
		"staff":       {"posted", "attending", "finished"},
		"coordinator": {"pending", "posted", "attending", "finished", "cancelled"},
		"head":        {"pending", "posted", "attending", "finished", "cancelled"},
	} {
		var listed []string
		list := h.get(as, "/drives").is(http.StatusOK)
		for i := range list.list() {
			listed = append(listed, list.value(i, "status").(string))
		}
		slices.Reverse(sees)
		require.Equal(t, sees, listed, "%s, newest first", as)
		for state, id := range drives {
			visible := slices.Contains(sees, state)
			filtered := h.get(as, "/drives?status="+state).is(http.StatusOK).list()
			one := h.get(as, at("/drives/%d", id))
			if !visible {
				require.Empty(t, filtered)
				one.is(http.StatusNotFound)
				continue
			}
			require.Len(t, filtered, 1)
			require.Equal(t, state, one.is(http.StatusOK).value("status"))
			require.Equal(t, state == "finished", one.value("attendance_published"))
			office := as == "coordinator" || as == "head"
			require.Equal(t, office, strings.Contains(string(one.body), "_count"), "%s: counts are for the office", as)
			if office && state != "pending" {
				require.EqualValues(t, 1, one.int("registered_count"))
				require.EqualValues(t, 2, one.int("eligible_count"))
				require.EqualValues(t, 2, one.int("selected_count"))
			}
		}
	}
}

func TestAListOfDrivesTellsHowManyThereAreInAll(t *testing.T) {
	t.Parallel()
	h := start(t)
	for _, company := range []string{"Alpha", "Alphabet", "Beta"} {
		h.posted(map[string]any{"company_name": company})
	}
	h.drive(map[string]any{"company_name": "Alpha Centauri"}) // pending: for the office
	for query, want := range map[string]map[string]string{
		"":                      {"student": "3", "staff": "3", "coordinator": "4"},
		"limit=1":               {"student": "3", "staff": "3", "coordinator": "4"},
		"limit=3":               {"student": "3", "staff": "3", "coordinator": "4"},
		"status=posted&limit=2": {"student": "3", "staff": "3", "coordinator": "3"},
		"status=pending":        {"student": "0", "staff": "0", "coordinator": "1"},
		"q=alpha&limit=1":       {"student": "2", "staff": "2", "coordinator": "3"},
	} {
		for as, total := range want {
			for path := "/drives?" + query; path != ""; {
				page := h.get(as, path).is(http.StatusOK)
				require.Equal(t, total, page.header.Get("X-Total-Count"), "%s as %s", path, as)
				path = linkOf(page)
			}
		}
	}
}

func TestListOfDrives(t *testing.T) {
	t.Parallel()
	h := start(t)
	for _, company := range []string{"Alpha", "100% Beta", "under_score", "Gamma", "delta"} {
		h.posted(map[string]any{"company_name": company, "job_title": "Job at " + company})
	}
	newestFirst := []string{"delta", "Gamma", "under_score", "100% Beta", "Alpha"}
	for _, path := range []string{"/drives", "/drives?limit=1", "/drives?limit=2", "/drives?limit=5", "/api/drives?limit=2&q="} {
		require.Equal(t, newestFirst, h.eachPage("student", path, "company_name"), path)
	}
	require.Equal(t, []string{"100% Beta", "Alpha"}, h.eachPage("student", "/drives?limit=1&status=posted&q=A", "company_name")[3:], "filters stay in the link")
	for query, want := range map[string][]any{
		"q=ALPHA": {"Alpha"}, "q=%25": {"100% Beta"}, "q=_": {"under_score"}, "q=at%20gam": {"Gamma"}, "q=%5C": {}, "status=attending": {},
	} {
		list, got := h.get("staff", "/drives?"+query).is(http.StatusOK), []any{}
		for i := range list.list() {
			got = append(got, list.value(i, "company_name"))
		}
		require.Equal(t, want, got, query)
	}
	first := h.get("staff", "/api/drives?limit=2")
	require.True(t, strings.HasPrefix(first.header.Get("Link"), "</api/drives?"), "the link stays where the client is")
	h.play([]scenario{
		{name: "limit 0", as: "staff", path: "/drives?limit=0", want: http.StatusUnprocessableEntity, faults: []string{"limit"}},
		{name: "limit 501", as: "staff", path: "/drives?limit=501", want: http.StatusUnprocessableEntity, faults: []string{"limit"}},
		{name: "limit x", as: "staff", path: "/drives?limit=x", want: http.StatusUnprocessableEntity, faults: []string{"limit"}},
		{name: "cursor", as: "staff", path: "/drives?cursor=!!", want: http.StatusUnprocessableEntity, faults: []string{"cursor"}},
		{name: "cursor of words", as: "staff", path: "/drives?cursor=YWJj", want: http.StatusUnprocessableEntity, faults: []string{"cursor"}},
		{name: "status", as: "staff", path: "/drives?status=open", want: http.StatusUnprocessableEntity, faults: []string{"status"}},
		{name: "NUL", as: "staff", path: "/drives?q=%00", want: http.StatusUnprocessableEntity},
		{name: "unknown parameter", as: "staff", path: "/drives?colour=blue", want: http.StatusOK},
	})
}

func TestPatchOfADrive(t *testing.T) {
	t.Parallel()
	h := start(t)
	created := h.post("coordinator", "/drives", wholeDrive).is(http.StatusCreated)
	path := at("/drives/%d", created.int("drive_id"))
	require.Equal(t, "Mumbai", h.patch("head", path, map[string]any{"location": "Mumbai"}).is(http.StatusOK).value("location"))
	emptied := h.patch("coordinator", path, `{"domain_id":null,"job_description":null,"location":"  ","package_lpa":null,"interview_date":null,
		"registration_deadline":null,"min_cgpa":null,"min_10th":null,"min_12th":null,"max_backlogs":null,"max_total_backlogs":null,
		"allowed_branches":null,"allowed_batches":[],"allowed_genders":null,"max_gap_years":null}`).is(http.StatusOK)
	for _, field := range []string{
		"domain_id", "domain_name", "job_description", "location", "package_lpa", "interview_date", "registration_deadline", "min_cgpa",
		"min_10th", "min_12th", "max_backlogs", "max_total_backlogs", "allowed_branches", "allowed_batches", "allowed_genders", "max_gap_years",
	} {
		require.Nil(t, emptied.value(field), field)
	}
	require.Equal(t, "Zürich Ré & Söhne 株式会社", emptied.value("company_name"))
	before := h.row(created.int("drive_id"))
	h.play([]scenario{
		{name: "nothing changes for a fault", as: "coordinator", method: http.MethodPatch, path: path,
			body: `{"location":"X","company_name":null,"job_title":" ","min_cgpa":11,"registration_deadline":"2001-01-01","domain_id":9999}`,
			want: http.StatusUnprocessableEntity, faults: []string{"company_name", "job_title", "min_cgpa", "registration_deadline", "domain_id"}},
		{name: "no such drive", as: "coordinator", method: http.MethodPatch, path: "/drives/99999", body: `{"location":"X"}`, want: http.StatusNotFound},
		{name: "no JSON", as: "coordinator", method: http.MethodPatch, path: path, body: `nonsense`, want: http.StatusBadRequest},
	})
	require.Equal(t, before, h.row(created.int("drive_id")))
}

func TestCriteriaCanBeChangedOnlyWhilePending(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.posted(map[string]any{"min_cgpa": 7.5, "allowed_branches": []string{"CSE"}, "max_backlogs": 0})
	path := at("/drives/%d", drive)
	for _, change := range []string{`{"min_cgpa":7}`, `{"min_cgpa":null}`, `{"max_backlogs":1}`, `{"min_10th":0}`, `{"allowed_branches":["CSE","ECE"]}`, `{"allowed_genders":["F"]}`} {
		h.patch("coordinator", path, change).is(http.StatusConflict)
	}
	same := h.patch("coordinator", path, `{"min_cgpa":7.50,"allowed_branches":[" CSE"],"max_backlogs":0,"allowed_batches":[],"location":"Goa"}`).is(http.StatusOK)
	require.Equal(t, "Goa", same.value("location"), "the same criteria may come along")
	for _, state := range []string{"attending", "finished", "cancelled"} {
		h.exec(`UPDATE drives SET status = $2 WHERE drive_id = $1`, drive, state)
		h.patch("coordinator", path, `{"location":"Delhi"}`).is(http.StatusConflict)
	}
	require.Equal(t, "Goa", h.get("head", path).value("location"))
}

func TestDeletingADrive(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.posted(map[string]any{"registration_deadline": "2099-01-01"})
	path := at("/drives/%d", drive)
	h.post("student", at("/registrations/%d/register", drive), nil).is(http.StatusCreated)
	require.Contains(t, string(h.delete("head", path).is(http.StatusConflict).body), "cancel it instead")
	h.delete("student", at("/registrations/%d", drive)).is(http.StatusNoContent)
	require.NotEmpty(t, h.delete("head", path).is(http.StatusOK).value("message"))
	for _, as := range []string{"head", "coordinator", "student"} {
		h.get(as, path).is(http.StatusNotFound)
	}
	h.delete("head", path).is(http.StatusNotFound)
	require.Zero(t, h.count(`SELECT count(*) FROM drive_students`)+h.count(`SELECT count(*) FROM notices`))
}

func TestJobsOfADeletedDriveHaveNothingToDo(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.drive(nil)
	h.delete("head", at("/drives/%d", drive)).is(http.StatusOK)
	for _, job := range h.insertJobs(drive) {
		require.Empty(t, h.jobDone(job).value("errors"))
	}
}

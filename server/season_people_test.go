package server_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"

	"placeops/auth"
)

// decoded reads the body of an answer.
func decoded[T any](r *reply) T {
	r.t.Helper()
	var v T
	require.NoError(r.t, json.Unmarshal(r.is(http.StatusOK).body, &v), "%s: %s", r.what, r.body)
	return v
}

// importSheet imports a sheet as the head and waits for the job.
func (s *season) importSheet(query string, rows [][]string) *reply {
	s.t.Helper()
	accepted := s.importFile("head", query, s.csv(rows)).is(http.StatusAccepted)
	return s.job("import-students", accepted.int("job_id"))
}

// importStudents imports the college: first to see what would happen, then a sheet with faults, then the real one. It also
// has a student who is there already.
func (s *season) importStudents() {
	s.t.Helper()
	known := &candidate{
		ID: s.id("student"), Roll: "R-student", Name: "Name of student", Email: "student@college.example", Phone: "98765 43210",
		Branch: "CSE", Batch: 2027, CGPA: scoreOf("8"), Tenth: scoreOf("80"), Twelfth: scoreOf("80"), Diploma: none,
		Gender: "F", GapYears: 1, Active: true,
	}
	everybody := append(invent(s.dice), known)
	rows := s.dice.sheet(everybody)
	all, before := float64(len(everybody)), s.get("head", "/students").is(http.StatusOK)

	require.Equal(s.t, counts(true, true, all, newcomers, 1, 0, 0), s.importSheet("?dry_run=true", rows).result())
	s.refuseFaultySheet(rows)
	after := s.get("head", "/students").is(http.StatusOK)
	require.Equal(s.t, "1", after.header.Get("X-Total-Count"))
	require.JSONEq(s.t, string(before.body), string(after.body), "neither has changed anything")

	done := s.importSheet("", rows)
	require.Equal(s.t, counts(true, false, all, newcomers, 1, 0, 0), done.result())
	s.candidates = everybody
	s.learnIDs()
	s.takeCodes(done.int("id"))
	require.Equal(s.t, counts(true, false, all, 0, 0, all, 0), s.importSheet("", rows).result(), "a second time there is nothing new")
}

// refuseFaultySheet imports the sheet with three faults, which the answer must name.
func (s *season) refuseFaultySheet(rows [][]string) {
	s.t.Helper()
	faulty := slices.Clone(rows)
	for line, cell := range map[int]struct {
		column int
		value  string
	}{17: {cgpaColumn, "10.01"}, 40: {emailColumn, rows[12][emailColumn]}, 41: {emailColumn, "HEAD@college.example"}} {
		faulty[line] = slices.Clone(rows[line])
		faulty[line][cell.column] = cell.value
	}
	done := s.importSheet("", faulty)
	require.Equal(s.t, counts(false, false, float64(len(rows)-1), 0, 0, 0, 3), done.result())
	var named [][]any
	for i := range 3 {
		fault := []any{done.int("result", "errors", i, "line")}
		for _, key := range []string{"column", "value"} {
			fault = append(fault, done.value("result", "errors", i, key))
		}
		named = append(named, fault)
	}
	require.Equal(s.t, [][]any{
		{int64(18), "cgpa", "10.01"}, {int64(41), "email", rows[12][emailColumn]}, {int64(42), "email", "HEAD@college.example"},
	}, named, "the headings are line 1")
}

// learnIDs finds the accounts of the imported students by their roll numbers.
func (s *season) learnIDs() {
	s.t.Helper()
	ids := map[string]int64{}
	for _, row := range s.students("") {
		ids[row.Roll] = row.ID
	}
	for _, c := range s.candidates {
		require.NotZero(s.t, ids[c.Roll], c.Roll)
		c.ID = ids[c.Roll]
		s.people[c.Roll] = auth.Principal{UserID: c.ID, Role: auth.Student, Name: c.Name, Email: c.Email}
	}
	s.studentsAgree()
}

// students reads a list of students page by page, and holds the number of them against the total of each page.
func (s *season) students(query string) []*candidate {
	s.t.Helper()
	var all []*candidate
	var totals []string
	for path := "/api/students?limit=150" + query; path != ""; {
		page := s.get("staff", path).is(http.StatusOK)
		rows := decoded[[]*candidate](page)
		require.LessOrEqual(s.t, len(rows), 150)
		all, totals, path = append(all, rows...), append(totals, page.header.Get("X-Total-Count")), pageAfter(s.t, page)
	}
	for _, total := range totals {
		require.Equal(s.t, at("%d", len(all)), total, query)
	}
	return all
}

// studentsAgree compares every field of every student, and the number of accounts.
func (s *season) studentsAgree() {
	s.t.Helper()
	require.Equal(s.t, s.candidates, s.students(""))
	inactive := len(slices.DeleteFunc(slices.Clone(s.candidates), func(c *candidate) bool { return c.Active }))
	for query, accounts := range map[string]int{"": len(s.candidates), "&active=false": inactive} {
		users := s.get("head", "/users?role=STUDENT&limit=1"+query).is(http.StatusOK)
		require.Equal(s.t, at("%d", accounts), users.header.Get("X-Total-Count"), query)
	}
}

// findStudents asks for some of the students.
func (s *season) findStudents() {
	s.t.Helper()
	for query, meets := range map[string]func(*candidate) bool{
		"&branch=Cse":                    func(c *candidate) bool { return c.isOf("CSE") },
		"&batch_year=2027&gender=F":      func(c *candidate) bool { return c.Batch == 2027 && c.Gender == "F" },
		"&min_cgpa=7.5":                  func(c *candidate) bool { return c.CGPA >= scoreOf("7.5") },
		"&min_cgpa=6.25&max_cgpa=7.4999": func(c *candidate) bool { return c.CGPA >= scoreOf("6.25") && c.CGPA <= scoreOf("7.4999") },
		"&max_backlogs=1":                func(c *candidate) bool { return c.Backlogs <= 1 },
		"&q=b%C3%A9la":                   func(c *candidate) bool { return strings.HasPrefix(c.Name, "Béla") },
		"&debarred=true":                 func(c *candidate) bool { return c.Debarred },
		"&active=false":                  func(c *candidate) bool { return !c.Active },
	} {
		var expected []*candidate
		for _, c := range s.candidates {
			if meets(c) {
				expected = append(expected, c)
			}
		}
		require.Equal(s.t, expected, s.students(query), query)
	}
}

// takeCodes fetches the one-time codes of an import, which works once.
func (s *season) takeCodes(job int64) {
	s.t.Helper()
	list := s.codes("head", job)
	s.get("head", at("/jobs/%d/download", job)).is(http.StatusGone)
	s.oneTimeCodes = map[*candidate]string{}
	for i, row := range list {
		c := s.candidates[i]
		require.Equal(s.t, []string{c.Roll, shielded(c.Name), c.Email}, row[:3])
		s.oneTimeCodes[c] = row[3]
	}
	require.Len(s.t, s.oneTimeCodes, newcomers, "who had an account before needs none")
}

// signInWithCodes lets good students sign in with their codes and choose a password; from then on they use their own tokens.
// That the others have done so too is only pretended: 360 passwords would take minutes to hash.
func (s *season) signInWithCodes(students int) {
	s.t.Helper()
	good := criteria{MinCGPA: "7.5", Min10th: "75", Min12th: "72.5", MaxBacklogs: new(0), MaxGapYears: new(0)}
	for _, c := range s.some(students, good.met) {
		code := s.oneTimeCodes[c]
		session := s.login(c.Email, code).is(http.StatusOK)
		require.Equal(s.t, true, session.value("user", "must_change_password"))
		require.Equal(s.t, c.ID, session.int("user", "user_id"))
		s.login(c.Email, code).is(http.StatusUnauthorized)
		refused := s.with(session.token(), http.MethodGet, "/drives", nil).is(http.StatusForbidden)
		require.Regexp(s.t, "password-change-required$", refused.value("type"))
		s.tokens[c] = s.changePassword(session.token(), code, "the orchard of "+c.Roll).token()
	}
	s.exec(`UPDATE users SET must_change_password = false WHERE role = 'STUDENT'`)
	one := s.some(1, func(c *candidate) bool { return s.tokens[c] != "" })[0]
	s.tokens[one] = s.login(one.Email, "the orchard of "+one.Roll).token()
}

// debarAndDeactivate takes so many students out who would be eligible, by either way.
func (s *season) debarAndDeactivate(who criteria, each int) {
	s.t.Helper()
	for i, c := range s.some(2*each, func(c *candidate) bool { return who.met(c) && s.tokens[c] == "" }) {
		if i < each {
			c.Debarred, c.Why = true, "Missed two interviews"
			changed := decoded[*candidate](s.patch("coordinator", at("/students/%d", c.ID), map[string]any{"debarred": true, "debarred_reason": c.Why}))
			require.Equal(s.t, c, changed)
			continue
		}
		c.Active = false
		require.Equal(s.t, false, s.patch("head", at("/users/%d", c.ID), map[string]any{"active": false}).is(http.StatusOK).value("active"))
		s.as(c, http.MethodGet, "/me", nil).is(http.StatusUnauthorized)
	}
	s.studentsAgree()
	s.findStudents()
}

// changeMarks imports the results of the term: for every third student a CGPA, backlogs and a phone number, some as they were.
func (s *season) changeMarks() {
	s.t.Helper()
	rows, updated := [][]string{{"Backlogs", "CGPA", "Roll No", "Phone"}}, 0
	for i := 0; i < len(s.candidates); i += 3 {
		c := s.candidates[i]
		was := *c
		switch s.dice.IntN(5) {
		case 0:
			c.CGPA = of(s.dice, scoreOf("7.49"), scoreOf("7.5"), scoreOf("8.125"), none)
		case 1:
			c.CGPA, c.Backlogs = s.dice.mark(6, 10), 0
		case 2:
			c.Backlogs++
		case 3:
			c.Phone = at("+91 70000 %05d", i)
		}
		if was != *c {
			updated++
		}
		cells := s.dice.cells(c)
		rows = append(rows, []string{cells[9], cells[cgpaColumn], strings.ToUpper(c.Roll), c.Phone})
	}
	all := len(rows) - 1
	done := s.importSheet("", rows)
	require.Equal(s.t, counts(true, false, float64(all), 0, float64(updated), float64(all-updated), 0), done.result())
	s.get("head", at("/jobs/%d/download", done.int("id"))).is(http.StatusNotFound)
	s.studentsAgree()
}

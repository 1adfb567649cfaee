package server_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
)

// agree holds all that can be seen of the drives against the season's own count.
func (s *season) agree() {
	s.t.Helper()
	s.drivesAgree(s.openings...)
	for _, as := range []string{"head", "staff"} {
		seen := func(o *opening) bool { return as == "head" || o.status != "pending" && o.status != "cancelled" }
		require.Equal(s.t, s.drivesFor(seen), s.listed(s.get(as, "/drives"), "drive_id"))
		for _, status := range []string{"pending", "posted", "attending", "finished", "cancelled"} {
			of := func(o *opening) bool { return seen(o) && o.status == status }
			require.Equal(s.t, s.drivesFor(of), s.listed(s.get(as, "/drives?status="+status), "drive_id"), "%s %s", as, status)
		}
	}
	for _, c := range s.some(8, func(c *candidate) bool { return c.Active }) {
		s.standingAgrees(c)
	}
	for _, o := range s.openings {
		for _, c := range s.some(3, func(*candidate) bool { return true }) {
			s.explain(o, c)
		}
	}
}

// listed are the numbers under a key of a list's rows.
func (s *season) listed(r *reply, key string) []int64 {
	s.t.Helper()
	numbers := []int64{}
	for _, row := range decoded[[]map[string]any](r) {
		number, ok := row[key].(float64)
		require.True(s.t, ok, "%s: no number %q in %v", r.what, key, row)
		numbers = append(numbers, int64(number))
	}
	return numbers
}

func (s *season) drivesAgree(openings ...*opening) {
	s.t.Helper()
	for _, o := range openings {
		known := func(n int, is bool) any {
			if is {
				return float64(n)
			}
			return nil
		}
		drive := s.get("coordinator", at("/drives/%d", o.id)).is(http.StatusOK)
		require.Equal(s.t, []any{
			o.status, o.publishedBy != "" && !o.byHand, o.status == "finished", known(len(o.eligible), o.stored),
			known(o.selectedCount(), o.stored), known(len(o.registrations), o.status != "pending"),
		}, drive.values("status", "auto_published", "attendance_published", "eligible_count", "selected_count", "registered_count"), o.company)
		s.eligibleAgree(o)
		s.registrationsAgree(o)
		s.attendanceAgrees(o)
	}
}

type eligibleRow struct {
	ID       int64  `json:"student_id"`
	Name     string `json:"name"`
	Email    string `json:"email"`
	Roll     string `json:"roll_number"`
	Branch   string `json:"branch"`
	Batch    int    `json:"batch_year"`
	CGPA     score  `json:"cgpa"`
	Tenth    score  `json:"tenth_percent"`
	Twelfth  score  `json:"twelfth_percent"`
	Backlogs int    `json:"active_backlogs"`
	Selected bool   `json:"selected"`
}

func (o *opening) eligibleRow(c *candidate) eligibleRow {
	return eligibleRow{c.ID, c.Name, c.Email, c.Roll, c.Branch, c.Batch, c.CGPA, c.Tenth, c.Twelfth, c.Backlogs, o.eligible[c]}
}

func (s *season) eligibleAgree(o *opening) {
	s.t.Helper()
	expected := []eligibleRow{}
	for _, c := range s.eligibleFor(o) {
		expected = append(expected, o.eligibleRow(c))
	}
	list := s.get("deputy", at("/eligibility/%d/list", o.id))
	require.Equal(s.t, expected, decoded[[]eligibleRow](list), o.company)
	if o.stored {
		require.Equal(s.t, at("%d", len(o.eligible)), list.header.Get("X-Total-Count"), o.company)
	}
}

type registeredRow struct {
	ID      int64     `json:"registration_id"`
	Drive   int64     `json:"drive_id"`
	Student int64     `json:"student_id"`
	At      time.Time `json:"registered_at"`
	Name    string    `json:"name"`
	Email   string    `json:"email"`
	Roll    string    `json:"roll_number"`
	Branch  string    `json:"branch"`
	Batch   int       `json:"batch_year"`
	CGPA    score     `json:"cgpa"`
}

func (s *season) registrationsAgree(o *opening) {
	s.t.Helper()
	expected := []registeredRow{}
	for _, r := range o.registrations {
		expected = append(expected, registeredRow{
			r.id, o.id, r.who.ID, r.at, r.who.Name, r.who.Email, r.who.Roll, r.who.Branch, r.who.Batch, r.who.CGPA,
		})
	}
	for _, as := range []string{"staff", "coordinator"} {
		list := s.get(as, at("/registrations/%d/list", o.id))
		if as == "staff" && (o.status == "pending" || o.status == "cancelled") {
			list.is(http.StatusNotFound)
			continue
		}
		require.Equal(s.t, expected, decoded[[]registeredRow](list), o.company)
		require.Equal(s.t, at("%d", len(expected)), list.header.Get("X-Total-Count"), o.company)
	}
}

// attendanceAgrees compares the list of attendance and the CSV, in the order of roll numbers.
func (s *season) attendanceAgrees(o *opening) {
	s.t.Helper()
	rows := [][]any{}
	table := [][]string{{"roll_number", "name", "email", "branch", "batch_year", "status"}}
	for _, c := range s.byRoll(o) {
		rows = append(rows, []any{o.marks[c] != "", o.id, c.ID, c.Name, c.Roll, o.marks[c]})
		table = append(table, []string{c.Roll, shielded(c.Name), c.Email, c.Branch, orBlank(c.Batch), o.marks[c]})
	}
	list := s.get("coordinator", at("/attendance/%d/list", o.id))
	listed := [][]any{}
	for _, a := range decoded[[]struct {
		Attendance *int64 `json:"attendance_id"`
		Drive      int64  `json:"drive_id"`
		Student    int64  `json:"student_id"`
		Name       string `json:"name"`
		Roll       string `json:"roll_number"`
		Status     string `json:"status"`
	}](list) {
		listed = append(listed, []any{a.Attendance != nil, a.Drive, a.Student, a.Name, a.Roll, a.Status})
	}
	require.Equal(s.t, rows, listed, o.company)
	require.Equal(s.t, at("%d", len(rows)), list.header.Get("X-Total-Count"))
	require.Equal(s.t, table, s.get("head", at("/attendance/%d/download-csv", o.id)).table())
}

// orBlank writes a number; 0 is none.
func orBlank(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// standingAgrees looks at the drives as one student sees them.
func (s *season) standingAgrees(c *candidate) {
	s.t.Helper()
	get := func(path string) *reply { return s.as(c, http.MethodGet, path, nil) }
	require.Equal(s.t, s.drivesFor(func(o *opening) bool { return o.seenBy(c) }), s.listed(get("/drives"), "drive_id"))
	require.Equal(s.t, s.drivesFor(func(o *opening) bool { return o.isOpen(c) }), s.listed(get("/eligibility/mine"), "drive_id"))
	mine, expected := [][]any{}, [][]any{}
	own := get("/registrations/mine").is(http.StatusOK)
	for i := range own.list() {
		mine = append(mine, []any{own.int(i, "registration_id"), own.int(i, "drive_id"), own.value(i, "company_name"), own.value(i, "status"), own.value(i, "attendance")})
	}
	for _, o := range s.openings {
		s.checkAgrees(o, c, get(at("/eligibility/%d/check", o.id)))
		if !o.hasRegistered(c) {
			continue
		}
		attendance := any(nil)
		if o.status == "finished" {
			attendance = o.marks[c]
		}
		expected = append(expected, []any{o.registrations[o.place(c)].id, o.id, o.company, o.status, attendance})
	}
	slices.SortFunc(expected, func(a, b []any) int { return int(b[0].(int64) - a[0].(int64)) }) // newest first
	require.Equal(s.t, expected, mine)
}

// checkAgrees compares what a student is told of the own eligibility.
func (s *season) checkAgrees(o *opening, c *candidate, check *reply) {
	s.t.Helper()
	if !o.seenBy(c) {
		check.is(http.StatusNotFound)
		return
	}
	failing := o.failing(c)
	if o.isOpen(c) {
		failing = map[string]string{}
	}
	require.Equal(s.t, o.isOpen(c), check.is(http.StatusOK).value("eligible"))
	require.Equal(s.t, failing, s.failures(check))
	require.Equal(s.t, o.isOpen(c), check.value("reason") == nil)
}

func (s *season) failures(r *reply) map[string]string {
	s.t.Helper()
	failing := map[string]string{}
	for _, f := range decoded[struct {
		Failing []struct{ Rule, Reason string }
	}](r).Failing {
		failing[f.Rule] = f.Reason
	}
	return failing
}

// explain compares the office's verdict on a student, whatever the drive's state.
func (s *season) explain(o *opening, c *candidate) {
	s.t.Helper()
	verdict := s.get("coordinator", at("/eligibility/%d/explain/%d", o.id, c.ID))
	require.Equal(s.t, o.failing(c), s.failures(verdict))
	selected := o.publishedBy != "" && o.eligible[c]
	require.Equal(s.t, []any{o.met(c) && (selected || o.publishedBy == ""), selected}, verdict.values("eligible", "selected"))
}

// narrow looks at some of the eligible students.
func (s *season) narrow(o *opening) {
	s.t.Helper()
	all := s.eligibleFor(o)
	for query, meets := range map[string]func(*candidate) bool{
		"":                                  func(*candidate) bool { return true },
		"cgpa_min=6.25&cgpa_max=7.4999":     func(c *candidate) bool { return c.CGPA >= scoreOf("6.25") && c.CGPA <= scoreOf("7.4999") },
		"branch=ece,Civil%20Engineering":    func(c *candidate) bool { return c.isOf("ECE") || c.isOf("civil engineering") },
		"exclude_backlogs=true":             func(c *candidate) bool { return c.Backlogs == 0 },
		"exclude_backlogs=2&cgpa_min=7.495": func(c *candidate) bool { return c.Backlogs < 2 && c.CGPA >= scoreOf("7.495") },
	} {
		expected, branches := []eligibleRow{}, map[string]bool{}
		for _, c := range all {
			if meets(c) {
				expected = append(expected, o.eligibleRow(c))
			}
			if c.Branch != "" {
				branches[strings.ToUpper(c.Branch)] = true
			}
		}
		found := decoded[struct {
			Total    int           `json:"total"`
			Filtered int           `json:"filtered_count"`
			Students []eligibleRow `json:"students"`
			Branches []string      `json:"unique_branches"`
		}](s.get("coordinator", at("/subfilter/%d/apply?%s", o.id, query)))
		require.Equal(s.t, []int{len(all), len(expected), len(branches)}, []int{found.Total, found.Filtered, len(found.Branches)}, query)
		require.Equal(s.t, expected, found.Students, query)
		for _, name := range found.Branches {
			require.Contains(s.t, branches, strings.ToUpper(name))
		}
	}
}

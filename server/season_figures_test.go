package server_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/sheets/sheetstest"
)

// export fetches the registrations of a drive as a file.
func (s *season) export(as string, o *opening) {
	s.t.Helper()
	expected := [][]string{{"roll_number", "name", "email", "branch", "batch_year", "cgpa", "registered_at"}}
	for _, r := range o.registrations {
		c := r.who
		expected = append(expected, []string{
			c.Roll, shielded(c.Name), c.Email, c.Branch, orBlank(c.Batch), c.CGPA.String(), r.at.In(s.deps.Zone).Format(time.RFC3339),
		})
	}
	job := s.harness.export(as, o.id)
	done := s.job("export-registrations-csv", job)
	rows := float64(len(o.registrations))
	require.Equal(s.t, []any{rows, rows, rows}, []any{done.value("result", "rows"), done.value("progress", "done"), done.value("progress", "total")})
	require.Equal(s.t, expected, s.get(as, at("/jobs/%d/download", job)).table())
}

type finishedRow struct {
	Drive      int64      `json:"drive_id"`
	Company    string     `json:"company_name"`
	Title      string     `json:"job_title"`
	Domain     string     `json:"domain_name"`
	Interview  *time.Time `json:"interview_date"`
	Finished   time.Time  `json:"finished_date"`
	Registered int        `json:"total_registered"`
	Present    int        `json:"total_present"`
	Absent     int        `json:"total_absent"`
}

// finishedDrives compares the finished drives, newest first, in all forms in which they are handed over.
func (s *season) finishedDrives(newestFirst ...*opening) {
	s.t.Helper()
	list := decoded[[]finishedRow](s.get("staff", "/finished-drives"))
	require.Len(s.t, list, len(newestFirst))
	for i, o := range newestFirst {
		o.finished = list[i].Finished
		require.WithinRange(s.t, o.finished, s.began, time.Now())
		require.Equal(s.t, finishedRow{
			o.id, o.company, o.title, o.domain, s.interview(o), o.finished, len(o.registrations), o.present(), len(o.registrations) - o.present(),
		}, list[i])
		s.attendanceBook(o)
	}
	first, last := s.day(newestFirst[len(newestFirst)-1].finished), s.day(newestFirst[0].finished)
	for query, drives := range map[string][]*opening{
		"?months=1": newestFirst, "?limit=1": newestFirst[:1], "?start_date=" + first + "&end_date=" + last: newestFirst,
		"?end_date=" + s.day(s.began.AddDate(0, 0, -1)): nil, "?start_date=" + s.day(time.Now().AddDate(0, 0, 1)): nil,
	} {
		require.Equal(s.t, openingIDs(drives), s.listed(s.get("head", "/finished-drives"+query), "drive_id"), query)
	}
	s.summaryBook(newestFirst)
	s.summaryReport(newestFirst, first, last)
}

func openingIDs(openings []*opening) []int64 {
	ids := []int64{}
	for _, o := range openings {
		ids = append(ids, o.id)
	}
	return ids
}

// day is the day of a moment in the office's zone, as the API writes it.
func (s *season) day(t time.Time) string { return t.In(s.deps.Zone).Format(time.DateOnly) }

// interview is when a drive's interviews are, nil for not known.
func (s *season) interview(o *opening) *time.Time {
	s.t.Helper()
	if o.interview == "" {
		return nil
	}
	t, err := time.ParseInLocation("2006-01-02T15:04", o.interview, s.deps.Zone)
	require.NoError(s.t, err)
	return new(t.UTC())
}

// attendanceBook compares the attendance of a finished drive as an Excel workbook.
func (s *season) attendanceBook(o *opening) {
	s.t.Helper()
	const moment = "02-Jan-2006 15:04"
	expected := [][]string{{"Roll number", "Name", "E-mail", "Branch", "Batch", "CGPA", "Registered", "Attendance"}}
	for _, c := range s.byRoll(o) {
		registered := o.registrations[o.place(c)].at.In(s.deps.Zone).Format(moment)
		expected = append(expected, []string{
			c.Roll, shielded(c.Name), c.Email, c.Branch, orBlank(c.Batch), c.CGPA.atLeast(2), registered, o.marks[c],
		})
	}
	rows, err := openBook(s.t, s.get("deputy", at("/finished-drives/%d/download", o.id)).is(http.StatusOK).body).GetRows("Attendance")
	require.NoError(s.t, err)
	for i, row := range rows {
		require.Len(s.t, row, 9)
		rows[i] = row[:8] // no route tells when a mark was made
	}
	require.Equal(s.t, expected, rows)
}

// summaryBook compares the finished drives as an Excel workbook.
func (s *season) summaryBook(drives []*opening) {
	s.t.Helper()
	expected := [][]string{{"Company", "Job title", "Domain", "Interview", "Finished", "Registered", "Present", "Absent", "Attendance"}}
	for _, o := range drives {
		interview := ""
		if t := s.interview(o); t != nil {
			interview = t.In(s.deps.Zone).Format("02-Jan-2006 15:04")
		}
		expected = append(expected, slices.Concat(
			[]string{o.company, shielded(o.title), o.domain, interview, o.finished.In(s.deps.Zone).Format("02-Jan-2006")},
			figuresText(len(o.registrations), o.present()), []string{share(o.present(), len(o.registrations)) + "%"},
		))
	}
	rows, err := openBook(s.t, s.get("staff", "/finished-drives/download-excel").is(http.StatusOK).body).GetRows("Finished drives")
	require.NoError(s.t, err)
	require.Equal(s.t, expected, rows)
}

// summaryReport compares the texts of the finished drives as a PDF.
func (s *season) summaryReport(drives []*opening, first, last string) {
	s.t.Helper()
	const printed = "2 Jan 2006"
	var registered, present int
	var rows []string
	for i, o := range drives {
		registered, present = registered+len(o.registrations), present+o.present()
		cells := []string{strconv.Itoa(i + 1), o.company, o.title, o.domain}
		if t := s.interview(o); t != nil {
			cells = append(cells, t.In(s.deps.Zone).Format(printed))
		}
		cells = slices.Concat(cells, []string{o.finished.In(s.deps.Zone).Format(printed)}, figuresText(len(o.registrations), o.present()),
			[]string{share(o.present(), len(o.registrations)) + " %"})
		rows = append(rows, slices.DeleteFunc(cells, func(cell string) bool { return cell == "" })...)
	}
	totals := figuresText(registered, present)
	expected := slices.Concat([]string{
		"Drives", strconv.Itoa(len(drives)), "Registered", totals[0], "Present", totals[1], "Absent", totals[2],
		"Attendance", share(present, registered) + " %", "No.", "Company", "Job title", "Domain", "Interview", "Finished",
		"Registered", "Present", "Absent", "Share",
	}, rows)
	report := s.get("head", "/finished-drives/download-pdf?start_date="+first+"&end_date="+last).is(http.StatusOK)
	texts := sheetstest.PDFTexts(s.t, report.body)
	require.Equal(s.t, expected, texts[2:len(texts)-2], "between the title and the foot")
}

func figuresText(registered, present int) []string {
	return []string{strconv.Itoa(registered), strconv.Itoa(present), strconv.Itoa(registered - present)}
}

// share is a percentage with one decimal.
func share(part, whole int) string { return score(halfUp(1000, part, whole) * 1000).atLeast(1) }

// analytics refreshes the figures and compares all four routes.
func (s *season) analytics() {
	s.t.Helper()
	require.Equal(s.t, figuresOf(0, 0, 0, 0, 0, 0, 0, 0), s.summary(""), "nothing has refreshed them yet")
	s.job("refresh-materialized-views", s.post("head", "/analytics/refresh", nil).is(http.StatusAccepted).int("job_id"))
	require.Equal(s.t, summarized(s.openings), s.summary(""))
	require.Equal(s.t, summarized(s.openings), s.summary("?days=1"))
	for _, o := range s.openings {
		if o.seenBy(nil) {
			require.Equal(s.t, summarized([]*opening{o}), s.summary(at("?drive_id=%d", o.id)), o.company)
		}
	}
	created, registered, present := map[string]int{}, map[string]int{}, map[string]int{}
	for _, o := range s.openings {
		created[s.day(o.created)]++
		if o.status == "finished" {
			registered[s.day(o.finished)] += len(o.registrations)
			present[s.day(o.finished)] += o.present()
		}
	}
	attended := map[string]int{}
	for day := range registered {
		attended[day] = halfUp(100, present[day], registered[day])
	}
	require.JSONEq(s.t, s.series(created, "count"), string(s.get("staff", "/analytics/drives-over-time").is(http.StatusOK).body))
	require.JSONEq(s.t, s.series(attended, "percent"), string(s.get("staff", "/analytics/attendance-trend").is(http.StatusOK).body))
	s.mostRegistered()
}

// summarized is the summary of some drives.
func summarized(openings []*opening) map[string]float64 {
	count, registrations, registered, present := map[string]float64{}, 0, 0, 0
	for _, o := range openings {
		count[o.status]++
		registrations += len(o.registrations)
		if o.status == "finished" {
			registered, present = registered+len(o.registrations), present+o.present()
		}
	}
	return figuresOf(float64(len(openings))-count["cancelled"], count["pending"], count["posted"], count["attending"], count["finished"],
		count["cancelled"], float64(registrations), float64(halfUp(100, present, registered)))
}

// series is a figure for each day, in their order.
func (s *season) series(days map[string]int, figure string) string {
	s.t.Helper()
	rows := []map[string]any{}
	for _, day := range slices.Sorted(maps.Keys(days)) {
		rows = append(rows, map[string]any{"day": day, figure: days[day]})
	}
	text, err := json.Marshal(rows)
	require.NoError(s.t, err)
	return string(text)
}

// mostRegistered compares the drives with most registrations; of equals the newer one comes first.
func (s *season) mostRegistered() {
	s.t.Helper()
	order := slices.Clone(s.openings)
	slices.Reverse(order)
	slices.SortStableFunc(order, func(a, b *opening) int { return len(b.registrations) - len(a.registrations) })
	list := s.get("head", "/analytics/registrations-by-drive").is(http.StatusOK)
	require.Equal(s.t, openingIDs(order), s.listed(list, "drive_id"))
	for i, o := range order {
		require.Equal(s.t, []any{o.company, float64(len(o.registrations))}, []any{list.value(i, "company_name"), list.value(i, "registrations")})
	}
	shown := slices.DeleteFunc(order, func(o *opening) bool { return !o.seenBy(nil) })
	require.Equal(s.t, openingIDs(shown[:3]), s.listed(s.get("staff", "/analytics/registrations-by-drive?limit=3"), "drive_id"))
}

package server_test

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/stretchr/testify/require"
)

// previewTheYear looks at what each criterion would cost, alone and all of them together, before there is a drive.
func (s *season) previewTheYear() {
	s.t.Helper()
	all := criteria{
		MinCGPA: "6.5", Min10th: "50.5", Min12th: "55", MaxBacklogs: new(1), MaxTotalBacklogs: new(2), MaxGapYears: new(1),
		AllowedBranches: []string{"CSE ", "ece", "Mechanical"}, AllowedBatches: []int{2026, 2027}, AllowedGenders: []string{"M", "F"},
	}
	for _, c := range []criteria{
		{}, all, {MinCGPA: "7.5"}, {Min10th: "75"}, {Min12th: "72.5"}, {MaxBacklogs: new(0)}, {MaxTotalBacklogs: new(1)}, {MaxGapYears: new(0)},
		{AllowedBranches: []string{" mechanical"}}, {AllowedBatches: []int{2028}}, {AllowedGenders: []string{"O"}},
	} {
		s.preview(c)
	}
	for rule := range all.fields() {
		require.Positive(s.t, all.preview(s.candidates).OnlyFailing[rule], "somebody should fail on %s alone", rule)
	}
}

// preview compares the counts for criteria without a drive.
func (s *season) preview(c criteria) {
	s.t.Helper()
	require.Equal(s.t, c.preview(s.candidates), decoded[previewed](s.post("coordinator", "/drives/preview-eligibility", c)))
}

// create creates a drive; with auto_calc it is published at once.
func (s *season) create(as string, o *opening) *opening {
	s.t.Helper()
	s.preview(o.criteria)
	body := o.fields()
	body["company_name"], body["job_title"] = o.company, o.title
	if o.domain != "" {
		body["domain_id"] = s.domain(o.domain)
	}
	if o.interview != "" {
		body["interview_date"] = o.interview
	}
	maps.Copy(body, o.also)
	drive := s.post(as, "/drives", body).is(http.StatusCreated)
	o.id, o.createdBy, o.created, o.status = drive.int("drive_id"), as, mustTime(s.t, drive.value("created_at").(string)), "pending"
	o.eligible, o.marks = map[*candidate]bool{}, map[*candidate]string{}
	s.openings = append(s.openings, o)
	if body["auto_calc"] == true {
		s.published(as, o, drive, s.get("head", "/jobs?kind=auto-publish&limit=1").int(0, "id"))
	}
	require.Equal(s.t, o.preview(s.candidates), decoded[previewed](s.get("deputy", at("/drives/%d/preview-eligibility", o.id))))
	return o
}

func (s *season) domain(name string) int64 {
	s.t.Helper()
	domains := s.get("staff", "/job-domains").is(http.StatusOK)
	for i := range domains.list() {
		if domains.value(i, "domain_name") == name {
			return domains.int(i, "domain_id")
		}
	}
	s.t.Fatalf("no domain %q", name)
	return 0
}

// deleteDrive takes back a drive that was created by mistake.
func (s *season) deleteDrive(as string, o *opening) {
	s.t.Helper()
	s.delete(as, at("/drives/%d", o.id)).is(http.StatusOK)
	s.openings = slices.DeleteFunc(s.openings, func(other *opening) bool { return other == o })
	s.get(as, at("/drives/%d", o.id)).is(http.StatusNotFound)
}

// refuseDelete tries to delete a drive that has registrations.
func (s *season) refuseDelete(as string, o *opening) {
	s.t.Helper()
	s.delete(as, at("/drives/%d", o.id)).is(http.StatusConflict)
}

// publish publishes a drive to all who are eligible, or to those picked.
func (s *season) publish(as string, o *opening, picks ...*candidate) {
	s.t.Helper()
	o.byHand = len(picks) > 0
	for _, c := range picks {
		o.eligible[c] = true
	}
	drive := s.post(as, at("/drives/%d/publish", o.id), map[string]any{"selected_students": ids(picks)}).is(http.StatusOK)
	s.published(as, o, drive, drive.int("job_id"))
	if drive.value("registration_deadline") != nil {
		s.scheduled["close-registrations"]++
		s.scheduled["send-email"]++ // the reminder
	}
}

func ids(of []*candidate) []int64 {
	list := []int64{}
	for _, c := range of {
		list = append(list, c.ID)
	}
	return list
}

// published holds a drive that has just been published, and its job, against the count.
func (s *season) published(as string, o *opening, drive *reply, job int64) {
	s.t.Helper()
	require.Equal(s.t, []any{"posted", !o.byHand}, drive.values("status", "auto_published"))
	o.status, o.publishedBy = "posted", as
	expected := o.filter(s.candidates)
	require.Equal(s.t, expected, s.filterJob("auto-publish", job))
	require.Equal(s.t, o.byHand, expected.Selected < expected.Eligible)
}

// filterJob waits for a job that stores eligible students and returns its result.
func (s *season) filterJob(kind string, id int64) changes {
	s.t.Helper()
	return decoded[struct{ Result changes }](s.job(kind, id)).Result
}

// refusePicks tries to publish to one who is not eligible among others who are.
func (s *season) refusePicks(o *opening) {
	s.t.Helper()
	picks := s.some(2, o.met)
	weak := s.some(1, func(c *candidate) bool { return !o.met(c) })[0]
	answer := s.post("coordinator", at("/drives/%d/publish", o.id), map[string]any{"selected_students": ids(append(picks, weak))})
	require.Equal(s.t, map[string]string{"selected_students": at("not eligible for this drive: %d", weak.ID)}, answer.faults())
	s.drivesAgree(o)
}

// filterWith stores who is eligible for a pending drive by new criteria, which the drive keeps.
func (s *season) filterWith(as string, o *opening, c criteria) {
	s.t.Helper()
	s.filtered(o, s.post(as, at("/eligibility/%d/filter", o.id), o.fields()))
	o.criteria = c
	s.filtered(o, s.post(as, at("/eligibility/%d/filter", o.id), c))
	require.Equal(s.t, c.preview(s.candidates), decoded[previewed](s.get(as, at("/drives/%d/preview-eligibility", o.id))))
}

// filterNow stores who is eligible now for a drive that has lost, gained and kept students.
func (s *season) filterNow(as string, o *opening) {
	s.t.Helper()
	s.drivesAgree(o) // still as it was before the marks changed
	c := s.filtered(o, s.post(as, at("/eligibility/%d/filter", o.id), nil))
	require.NotContains(s.t, []int{c.Added, c.Removed, c.KeptRegistered}, 0, "the season should show all three")
}

func (s *season) filtered(o *opening, answer *reply) changes {
	s.t.Helper()
	c := o.filter(s.candidates)
	stored, numbers := answer.filtered(s.t)
	require.Equal(s.t, [4]int64{int64(c.Eligible), int64(c.Added), int64(c.Removed), int64(c.KeptRegistered)}, numbers)
	require.ElementsMatch(s.t, ids(s.eligibleFor(o)), stored)
	return c
}

// filterAsJob does the same on a drive of hand-picked students: who becomes eligible is not selected.
func (s *season) filterAsJob(as string, o *opening) {
	s.t.Helper()
	c, selected := o.filter(s.candidates), o.selectedCount()
	job := s.post(as, at("/drives/%d/trigger-eligibility", o.id), nil).is(http.StatusAccepted).int("job_id")
	require.Equal(s.t, c, s.filterJob("eligibility-filter", job))
	require.Equal(s.t, selected, c.Selected)
}

// eligibleFor are those who are stored for a drive, or would be, in the order of their roll numbers.
func (s *season) eligibleFor(o *opening) []*candidate {
	if !o.stored {
		return o.criteria.eligible(s.candidates)
	}
	return slices.DeleteFunc(slices.Clone(s.candidates), func(c *candidate) bool {
		_, stored := o.eligible[c]
		return !stored
	})
}

// correctByHand corrects one CGPA in two ways that the rules tell apart.
func (s *season) correctByHand(o *opening) {
	s.t.Helper()
	c := s.some(1, func(c *candidate) bool { return o.met(c) && s.tokens[c] == "" && !o.hasRegistered(c) })[0]
	for _, mark := range []string{"7.49999", "7.5"} {
		c.CGPA = scoreOf(mark)
		require.Equal(s.t, c, decoded[*candidate](s.patch("deputy", at("/students/%d", c.ID), `{"cgpa":`+mark+`}`)))
		s.explain(o, c)
	}
}

// stop closes a drive's registrations.
func (s *season) stop(as string, o *opening) {
	s.t.Helper()
	o.status = "attending"
	require.Equal(s.t, o.status, s.post(as, at("/drives/%d/stop-registrations", o.id), nil).is(http.StatusOK).value("drive", "status"))
}

func (s *season) cancel(as string, o *opening) {
	s.t.Helper()
	o.status = "cancelled"
	require.Equal(s.t, o.status, s.post(as, at("/drives/%d/cancel", o.id), nil).is(http.StatusOK).value("drive", "status"))
}

// bringForward sets a deadline within a day: those who have not registered will be reminded.
func (s *season) bringForward(as string, o *opening, left time.Duration) {
	s.t.Helper()
	deadline := time.Now().Add(left).Format(time.RFC3339)
	s.patch(as, at("/drives/%d", o.id), map[string]any{"registration_deadline": deadline}).is(http.StatusOK)
	s.scheduled["close-registrations"]++
	s.worked["send-email"]++
	o.reminded = true
}

// letDeadlinePass sets the clock forward, as far as that can be done: the deadline is now, and its job is due. The job of
// the deadline that was given up still waits for its time.
func (s *season) letDeadlinePass(o *opening) {
	s.t.Helper()
	s.settle() // the reminder is out
	s.exec(`UPDATE drives SET registration_deadline = now() WHERE drive_id = $1`, o.id)
	late := s.some(1, func(c *candidate) bool { return c.Active && o.isOpen(c) && !o.hasRegistered(c) })[0]
	s.as(late, http.MethodPost, at("/registrations/%d/register", o.id), nil).is(http.StatusConflict)
	s.exec(`UPDATE river_job SET scheduled_at = now(), state = 'available'
		WHERE kind = 'close-registrations' AND (args ->> 'drive_id')::bigint = $1 AND scheduled_at < now() + interval '1 day'`, o.id)
	require.True(s.t, s.closed(o.id))
	o.status = "attending"
	s.scheduled["close-registrations"]--
	s.worked["close-registrations"]++
}

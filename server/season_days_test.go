package server_test

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"
)

// register lets so many more of the selected students register, and every fourth press the button twice.
func (s *season) register(o *opening, students int) {
	s.t.Helper()
	may := func(c *candidate) bool { return c.Active && o.isOpen(c) && !o.hasRegistered(c) }
	for i, c := range s.some(students, may) {
		paths := []string{"/registrations", at("/registrations/%d/register", o.id)}
		body := map[string]any{"drive_id": o.id}
		first := s.as(c, http.MethodPost, paths[i%2], body).is(http.StatusCreated)
		require.Equal(s.t, []any{float64(o.id), float64(c.ID)}, first.values("drive_id", "student_id"))
		o.registrations = append(o.registrations, registration{
			id: first.int("registration_id"), at: mustTime(s.t, first.value("registered_at").(string)), who: c,
		})
		if i%4 == 0 {
			again := s.as(c, http.MethodPost, paths[(i+1)%2], body).is(http.StatusOK)
			require.JSONEq(s.t, string(first.body), string(again.body))
		}
	}
}

// refuseRegistrations lets students try who may not register, and on closed drives one who may not withdraw any more.
func (s *season) refuseRegistrations(openings ...*opening) {
	s.t.Helper()
	expected := map[string]int{"pending": http.StatusNotFound, "posted": http.StatusForbidden}
	for _, o := range openings {
		closed := func(c *candidate) bool { return c.Active && !o.isOpen(c) && !o.hasRegistered(c) }
		who := s.some(3, closed)
		if o.byHand {
			who = append(who, s.some(1, func(c *candidate) bool { return closed(c) && o.met(c) })...) // but not picked
		}
		for _, c := range who {
			want := cmp.Or(expected[o.status], http.StatusConflict)
			if o.status == "cancelled" && (o.publishedBy == "" || !o.eligible[c]) { // never told of it
				want = http.StatusNotFound
			}
			s.as(c, http.MethodPost, at("/registrations/%d/register", o.id), nil).is(want)
		}
		if len(o.registrations) > 0 && o.status != "posted" {
			c := s.some(1, func(c *candidate) bool { return c.Active && o.hasRegistered(c) })[0]
			s.as(c, http.MethodDelete, at("/registrations/%d", o.id), nil).is(http.StatusConflict)
			s.as(c, http.MethodPost, at("/registrations/%d/register", o.id), nil).is(http.StatusOK)
		}
	}
}

// withdraw lets so many students withdraw.
func (s *season) withdraw(o *opening, students int) {
	s.t.Helper()
	for _, c := range s.some(students, func(c *candidate) bool { return c.Active && o.hasRegistered(c) }) {
		path := at("/registrations/%d", o.id)
		require.Equal(s.t, true, s.as(c, http.MethodGet, path+"/check", nil).value("registered"))
		s.as(c, http.MethodDelete, path, nil).is(http.StatusNoContent)
		s.as(c, http.MethodDelete, path, nil).is(http.StatusNotFound)
		require.Equal(s.t, false, s.as(c, http.MethodGet, path+"/check", nil).value("registered"))
		place := o.place(c)
		o.registrations = slices.Delete(o.registrations, place, place+1)
	}
}

// byRoll are the students who are registered, in the order of their roll numbers.
func (s *season) byRoll(o *opening) []*candidate {
	return slices.DeleteFunc(slices.Clone(s.candidates), func(c *candidate) bool { return !o.hasRegistered(c) })
}

// markOneByOne marks the first registered students, some of them present and some absent.
func (s *season) markOneByOne(o *opening, present, absent int) {
	s.t.Helper()
	for i, c := range s.byRoll(o)[:present+absent] {
		status := of(s.dice, "PRESENT", "present", " Present ")
		if i >= present {
			status = "absent"
		}
		s.markOne("coordinator", o, c, status)
	}
}

func (s *season) markOne(as string, o *opening, c *candidate, status string) {
	s.t.Helper()
	o.marks[c] = strings.ToUpper(strings.TrimSpace(status))
	body := map[string]any{"student_id": c.ID, "status": status}
	require.Equal(s.t, o.marks[c], s.post(as, at("/attendance/%d/mark", o.id), body).is(http.StatusOK).value("status"))
}

// refuseMarks sends lines of which one is good, and publishes too early: neither changes anything.
func (s *season) refuseMarks(o *opening) {
	s.t.Helper()
	stranger := s.some(1, func(c *candidate) bool { return !o.hasRegistered(c) })[0]
	faults := s.markBulk(o.id,
		mark{"roll_number": s.byRoll(o)[0].Roll, "status": "PRESENT"}, mark{"student_id": stranger.ID, "status": "PRESENT"},
		mark{"roll_number": s.byRoll(o)[1].Roll, "status": "late"},
	).faults()
	require.Len(s.t, faults, 2)
	require.Contains(s.t, faults, "marks[1].student_id")
	require.Contains(s.t, faults, "marks[2].status")
	s.post("head", at("/attendance/%d/publish", o.id), nil).is(http.StatusConflict)
	s.attendanceAgrees(o)
}

// markByRoll marks the first registered students by a list of roll numbers, written in any case.
func (s *season) markByRoll(o *opening, present, absent int) {
	s.t.Helper()
	var marks []mark
	for i, c := range s.byRoll(o)[:present+absent] {
		o.marks[c] = "PRESENT"
		if i >= present {
			o.marks[c] = "ABSENT"
		}
		marks = append(marks, mark{"roll_number": strings.ToLower(c.Roll), "status": o.marks[c]})
	}
	require.EqualValues(s.t, len(marks), s.markBulk(o.id, marks...).is(http.StatusOK).int("marked"))
	s.attendanceAgrees(o)
}

// correctMarks makes two who were absent present, and one the other way round.
func (s *season) correctMarks(o *opening) {
	s.t.Helper()
	for _, correction := range []struct {
		was, is  string
		students int
	}{{"ABSENT", "present", 2}, {"PRESENT", "absent", 1}} {
		for _, c := range s.some(correction.students, func(c *candidate) bool { return o.marks[c] == correction.was }) {
			s.markOne("deputy", o, c, correction.is)
		}
	}
}

// publishAttendance ends a drive: who has no mark was absent, and nothing can be changed any more.
func (s *season) publishAttendance(as string, o *opening) {
	s.t.Helper()
	s.post(as, at("/attendance/%d/publish", o.id), nil).is(http.StatusOK)
	o.status, o.finishedBy = "finished", as
	for _, r := range o.registrations {
		if o.marks[r.who] == "" {
			o.marks[r.who] = "ABSENT"
		}
	}
	s.post(as, at("/attendance/%d/publish", o.id), nil).is(http.StatusConflict)
	s.markBulk(o.id, mark{"student_id": o.registrations[0].who.ID, "status": "PRESENT"}).is(http.StatusConflict)
}

package server_test

import (
	"slices"
	"time"
)

// opening is a drive as the season's own count has it.
type opening struct {
	criteria
	company, title, domain string
	interview              string         // local, "" for none
	also                   map[string]any // what else is sent to create it

	id        int64
	createdBy string
	created   time.Time
	status    string

	publishedBy string
	byHand      bool
	stored      bool                // whether its eligible students have been stored
	eligible    map[*candidate]bool // those, and whether they are selected
	reminded    bool                // of the deadline

	registrations []registration // in the order in which they came
	marks         map[*candidate]string
	finishedBy    string
	finished      time.Time
}

type registration struct {
	id  int64
	at  time.Time
	who *candidate
}

// changes is what a filter changed and left, as the job says it.
type changes struct {
	Eligible       int `json:"eligible"`
	Selected       int `json:"selected"`
	Added          int `json:"added"`
	Removed        int `json:"removed"`
	KeptRegistered int `json:"kept_registered"`
}

// filter stores who is eligible now: those who no longer are go, unless they have registered; on a drive that is open to
// all, everybody eligible is selected.
func (o *opening) filter(all []*candidate) changes {
	var c changes
	o.stored = true
	for _, s := range all {
		selected, stored := o.eligible[s]
		switch {
		case o.met(s):
			if !stored {
				c.Added++
			}
			o.eligible[s] = selected || o.publishedBy != "" && !o.byHand
		case stored && o.hasRegistered(s):
			c.KeptRegistered++
		case stored:
			c.Removed++
			delete(o.eligible, s)
		}
	}
	c.Eligible, c.Selected = len(o.eligible), o.selectedCount()
	return c
}

// isOpen tells whether a student may register.
func (o *opening) isOpen(to *candidate) bool { return o.status == "posted" && o.eligible[to] }

func (o *opening) selectedCount() int {
	n := 0
	for _, selected := range o.eligible {
		if selected {
			n++
		}
	}
	return n
}

func (o *opening) hasRegistered(s *candidate) bool { return o.place(s) >= 0 }

// place is where in the registrations a student stands, -1 for nowhere.
func (o *opening) place(s *candidate) int {
	return slices.IndexFunc(o.registrations, func(r registration) bool { return r.who == s })
}

func (o *opening) present() int {
	n := 0
	for _, status := range o.marks {
		if status == "PRESENT" {
			n++
		}
	}
	return n
}

// seenBy tells whether a student may know of the drive.
func (o *opening) seenBy(s *candidate) bool {
	switch o.status {
	case "pending":
		return false
	case "cancelled":
		return o.hasRegistered(s)
	}
	return true
}

// told is what a student is told of the drive by now.
func (o *opening) told(s *candidate) []string {
	var titles []string
	tell := func(when bool, title string) {
		if when {
			titles = append(titles, title)
		}
	}
	registered, selected := o.hasRegistered(s), o.publishedBy != "" && o.eligible[s]
	tell(selected, "You can register")
	tell(registered, "Registration confirmed")
	tell(o.reminded && selected && !registered, "Deadline within a day")
	tell(o.status == "cancelled" && registered, "Drive cancelled")
	tell(o.status == "finished" && registered, "Attendance published")
	return titles
}

// toldOffice is what somebody of the office is told of it; nobody hears of his own acts.
func (o *opening) toldOffice(name, role string) []string {
	var titles []string
	tell := func(by, title string, roles ...string) {
		if by != "" && by != name && slices.Contains(roles, role) {
			titles = append(titles, title)
		}
	}
	tell(o.createdBy, "New drive", "COORDINATOR")
	tell(o.publishedBy, "Drive published", "STAFF", "COORDINATOR")
	tell(o.finishedBy, "Attendance published", "STAFF", "COORDINATOR", "HEAD")
	return titles
}

// halfUp is a share in so many parts, rounded half up; 0 of nothing.
func halfUp(parts, part, whole int) int {
	if whole == 0 {
		return 0
	}
	return (2*parts*part + whole) / (2 * whole)
}

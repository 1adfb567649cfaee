package main

import (
	"slices"
	"sync"
)

// The states of a drive, as far as the harness takes it.
var life = []string{"pending", "posted", "attending", "finished"}

// drive is what the harness knows of a drive.
type drive struct {
	id   int64
	name string

	mu            sync.Mutex
	selected      map[int64]bool // of the students who are there from the beginning
	opened        bool           // the selection is stored, so everybody selected can register
	least, most   string         // the states it has at least and at most
	stopBegan     moment         // never: nobody has tried
	stopped       moment         // when it was acknowledged; never: it was not
	registrations map[int64]*timeline
	marks         map[int64]*timeline
	atStop        []int64 // who was registered once the stop had been acknowledged, sorted
}

func newDrive(id int64, name string) *drive {
	return &drive{
		id: id, name: name, least: "pending", most: "pending", stopBegan: never, stopped: never,
		selected: map[int64]bool{}, registrations: map[int64]*timeline{}, marks: map[int64]*timeline{},
	}
}

// registration and mark are timelines of one student, who has nothing at first.
const (
	in       = "registered"
	out      = "not registered"
	unmarked = ""
	present  = "PRESENT"
	absent   = "ABSENT"
)

func line(of map[int64]*timeline, student int64, initial string) *timeline {
	if of[student] == nil {
		of[student] = &timeline{initial: initial}
	}
	return of[student]
}

func (d *drive) attempt(state string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.most = state
}

func (d *drive) reached(state string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.least = state
}

// within tells whether the drive may be in this state.
func (d *drive) within(state string) bool {
	at := slices.Index(life, state)
	return at >= slices.Index(life, d.least) && at <= slices.Index(life, d.most)
}

// pick is a drive to register for, open or closed not long ago; nil while there is none.
func (r *run) pick(c *caller) *drive {
	r.mu.Lock()
	recent := r.drives[max(0, len(r.drives)-2*r.config.officers):]
	r.mu.Unlock()
	var open, closed []*drive
	for _, d := range recent {
		d.mu.Lock()
		switch {
		case d.stopBegan != never:
			closed = append(closed, d)
		case d.opened:
			open = append(open, d)
		}
		d.mu.Unlock()
	}
	from := open
	if len(open) == 0 || len(closed) > 0 && c.oneIn(6) {
		from = closed
	}
	if len(from) == 0 {
		return nil
	}
	return from[c.rng.IntN(len(from))]
}

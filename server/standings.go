package server

import (
	"context"
	"slices"
	"time"

	"placeops/eligibility"
	"placeops/store"
)

// The web client asks, every 3 s and for each posted drive, whether its student may register and has registered. So where a
// student stands in all posted drives is read in one go and remembered for a moment. What this process changes shows at
// once, what another one changes after pollStale for the drives and another pollStale for the student: within a second.
const (
	pollStale = 450 * time.Millisecond
	// maxStandings bounds the memory: more students than that do not ask within pollStale.
	maxStandings = 2_000
)

// standing is where a student stands in one posted drive.
type standing struct {
	drive      store.Drive
	selected   bool
	registered bool
	failing    []eligibility.Failure // only of those who are not selected
}

// deadlinePassed is asked by the clock of this machine; a registration itself is judged by the database's.
func (s standing) deadlinePassed() bool {
	return s.drive.RegistrationDeadline != nil && !s.drive.RegistrationDeadline.After(time.Now())
}

// open tells whether students can register.
func (s standing) open() bool { return s.drive.Status == store.Posted && !s.deadlinePassed() }

// reason tells a student who may not register why.
func (s standing) reason() string {
	switch {
	case s.drive.Status != store.Posted:
		return "registrations for this drive are closed; it is " + s.drive.Status
	case s.deadlinePassed():
		return "the registration deadline of this drive has passed"
	}
	return unselectedReason(s.drive, s.failing)
}

// standings are where one student stands.
type standings struct {
	posted    map[int64]standing // by drive: the posted ones, and no others
	cancelled bool               // had registered for a drive that has been cancelled
}

func (s *Server) newPosted() *recent[struct{}, map[int64]store.Drive] {
	return newRecent(pollStale, 1, func(ctx context.Context, _ []struct{}) (map[struct{}]map[int64]store.Drive, error) {
		drives, err := store.PostedDrives(ctx, s.pool)
		if err != nil {
			return nil, err
		}
		posted := make(map[int64]store.Drive, len(drives))
		for _, d := range drives {
			posted[d.DriveID] = d
		}
		return map[struct{}]map[int64]store.Drive{{}: posted}, nil
	})
}

func (s *Server) newStandings() *recent[int64, standings] {
	return newRecent(pollStale, maxStandings, s.readStandings)
}

// standingIn is where the caller stands in a drive, if it is posted; if not, ask the database.
func (s *Server) standingIn(ctx context.Context, driveID int64) (standing, bool, error) {
	all, _, err := s.standings.get(ctx, me(ctx).UserID)
	if err != nil {
		return standing{}, false, err
	}
	in, posted := all.posted[driveID]
	return in, posted, nil
}

// readStandings reads where students stand in all posted drives.
func (s *Server) readStandings(ctx context.Context, students []int64) (map[int64]standings, error) {
	posted, _, err := s.posted.get(ctx, struct{}{})
	if err != nil {
		return nil, err
	}
	rows, err := store.StandingsInDrives(ctx, s.pool, posted, students)
	if err != nil {
		return nil, err
	}
	failing, err := s.failingOf(ctx, posted, rows)
	if err != nil {
		return nil, err
	}
	cancelled, err := store.RegisteredForCancelled(ctx, s.pool, students)
	if err != nil {
		return nil, err
	}
	all := make(map[int64]standings, len(students))
	for _, id := range students {
		all[id] = standings{posted: make(map[int64]standing, len(posted)), cancelled: slices.Contains(cancelled, id)}
	}
	for _, row := range rows {
		all[row.StudentID].posted[row.DriveID] = standing{
			drive: posted[row.DriveID], selected: row.Selected, registered: row.Registered,
			failing: append([]eligibility.Failure{}, failing[store.Candidate{DriveID: row.DriveID, StudentID: row.StudentID}]...),
		}
	}
	return all, nil
}

// failingOf judges those who are not selected.
func (s *Server) failingOf(ctx context.Context, posted map[int64]store.Drive, rows []store.StandingInDrive) (map[store.Candidate][]eligibility.Failure, error) {
	var candidates []store.Candidate
	for _, row := range rows {
		if !row.Selected {
			candidates = append(candidates, store.Candidate{DriveID: row.DriveID, StudentID: row.StudentID})
		}
	}
	if len(candidates) == 0 {
		return nil, nil
	}
	return eligibility.Verdicts(ctx, s.pool, posted, candidates)
}

// forgetPolled makes what clients poll be read anew, after something has changed that it may show.
func (s *Server) forgetPolled() {
	s.posted.forgetAll()
	s.standings.forgetAll()
	s.driveLists.forgetAll()
}

package server_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/auth"
)

// season is a placement season: a whole placeops, and beside it the season's own count of what must be in it. The count
// knows what stood in the sheets and what people did, and nothing of the server's code or SQL.
type season struct {
	*harness
	dice         dice
	began        time.Time
	candidates   []*candidate // in the order of their roll numbers
	openings     []*opening   // in the order of their creation
	oneTimeCodes map[*candidate]string
	tokens       map[*candidate]string // of those who have signed in themselves
	worked       map[string]int        // jobs that have run, by kind
	scheduled    map[string]int        // jobs that wait for their time
}

// TestAPlacementSeason plays a season over HTTP, from the import of the students to the figures at its end. After every step
// each number that the server shows must be the one that the season's own count has.
func TestAPlacementSeason(t *testing.T) {
	t.Parallel()
	s := newSeason(t)
	s.importStudents()
	s.findStudents()
	s.signInWithCodes(3)
	s.previewTheYear()

	// Companies ask for students.
	kestrel := s.create("coordinator", &opening{
		company: "Kestrel Mining", title: "Surveyor", criteria: criteria{Min12th: "60", MaxGapYears: new(1)},
	})
	orchid := s.create("coordinator", &opening{
		company: "Orchid Analytics", title: "Analyst", criteria: criteria{AllowedBranches: []string{" cse ", "ECE"}, Min10th: "75"},
	})
	granite := s.create("deputy", &opening{
		company: "Granite & Söhne", title: "Site engineer", criteria: criteria{AllowedBatches: []int{2026, 2027}, MaxTotalBacklogs: new(2)},
	})
	tern := s.create("coordinator", &opening{
		company: "Tern Aerospace", title: "=Engineer", domain: "Core Engineering", interview: "2026-05-30T10:00",
		criteria: criteria{MinCGPA: "6.25", AllowedBranches: []string{"mechanical", "ece", "Civil engineering"}, MaxGapYears: new(1)},
	})
	sparrow := s.create("coordinator", &opening{
		company: "Sparrow Bank", title: "Officer", criteria: criteria{Min12th: "72.5", MaxBacklogs: new(1)},
	})
	vidya := s.create("head", &opening{
		company: "Vidya Foundation", title: "Fellow", criteria: criteria{AllowedGenders: []string{"F", "O"}},
	})
	monsoon := s.create("coordinator", &opening{
		company: "Monsoon Water", title: "Trainee", criteria: criteria{Min10th: "60", MaxGapYears: new(0)},
		also: map[string]any{"registration_deadline": s.began.AddDate(0, 0, 30).Format(time.RFC3339)},
	})
	mistake := s.create("coordinator", &opening{company: "Kestrel Mining (again)", title: "Surveyor"})
	s.debarAndDeactivate(tern.criteria, 3)
	lumen := s.create("head", &opening{
		company: "Lumen Systems", title: "Developer", criteria: criteria{MinCGPA: "7.5", MaxBacklogs: new(0)},
		also: map[string]any{"auto_calc": true},
	})
	s.agree()
	s.deleteDrive("head", mistake)

	// All but one drive are published, one of them to hand-picked students.
	s.filterWith("coordinator", kestrel, criteria{Min12th: "65", MaxGapYears: new(1), AllowedBatches: []int{2027}})
	s.refusePicks(orchid)
	s.publish("coordinator", orchid, s.some(30, orchid.met)...)
	s.filterAsJob("head", granite)
	s.publish("coordinator", granite)
	s.publish("coordinator", tern)
	s.publish("coordinator", sparrow)
	s.publish("deputy", vidya)
	s.publish("coordinator", monsoon)
	s.bringForward("coordinator", monsoon, 2*time.Hour)
	s.agree()

	// Students register, and some think better of it.
	s.register(lumen, 25)
	s.register(orchid, 20)
	s.register(granite, 12)
	s.register(tern, 43)
	s.register(sparrow, 16)
	s.register(vidya, 12)
	s.register(monsoon, 10)
	s.refuseRegistrations(s.openings...)
	s.withdraw(tern, 3)
	s.withdraw(lumen, 5)
	s.register(lumen, 3)
	s.refuseDelete("head", lumen)
	s.agree()
	s.narrow(tern)

	// The results of the term come in: who is eligible changes, who has registered stays.
	s.changeMarks()
	s.debarAndDeactivate(lumen.criteria, 2)
	s.correctByHand(lumen)
	s.filterNow("deputy", lumen)
	s.filterAsJob("head", orchid)
	s.agree()

	// Registrations end, in every way in which they can.
	s.stop("coordinator", granite)
	s.stop("coordinator", tern)
	s.stop("coordinator", sparrow)
	s.cancel("principal", vidya)
	s.letDeadlinePass(monsoon)
	s.refuseRegistrations(granite, tern, sparrow, vidya, monsoon)
	s.agree()

	// Three days of attendance, of which two are published: 35 of 56 came, 62.5 %, which a wrong rounding would show.
	s.markOneByOne(granite, 4, 3)
	s.refuseMarks(tern)
	s.markByRoll(tern, 29, 4)
	s.correctMarks(tern)
	s.publishAttendance("coordinator", tern)
	s.markOneByOne(sparrow, 5, 1)
	s.publishAttendance("deputy", sparrow)
	require.Equal(t, []int{30, 40, 5, 16}, []int{tern.present(), len(tern.registrations), sparrow.present(), len(sparrow.registrations)})
	s.agree()

	// The figures are handed over.
	s.export("staff", lumen)
	s.export("coordinator", tern)
	s.export("head", kestrel)
	s.finishedDrives(sparrow, tern)
	s.analytics()
	s.pages(lumen, tern)
	s.notifications()
	s.jobFigures()
}

func newSeason(t *testing.T) *season {
	t.Helper()
	s := &season{
		harness: start(t), dice: newDice(), began: time.Now(), tokens: map[*candidate]string{}, worked: map[string]int{},
		scheduled: map[string]int{},
	}
	s.add("deputy", auth.Coordinator)
	s.add("principal", auth.Head)
	return s
}

// as calls as a student: with the token of his own log-in, or with one that the test mints.
func (s *season) as(c *candidate, method, path string, body any) *reply {
	s.t.Helper()
	if token, ok := s.tokens[c]; ok {
		return s.with(token, method, path, body)
	}
	return s.call(c.Roll, method, path, body)
}

// some draws so many students who meet a condition, those first who have signed in themselves.
func (s *season) some(n int, meets func(*candidate) bool) []*candidate {
	s.t.Helper()
	var themselves, others []*candidate
	for _, i := range s.dice.Perm(len(s.candidates)) {
		c := s.candidates[i]
		if _, signedIn := s.tokens[c]; meets(c) && signedIn {
			themselves = append(themselves, c)
		} else if meets(c) {
			others = append(others, c)
		}
	}
	all := slices.Concat(themselves, others)
	require.GreaterOrEqual(s.t, len(all), n, "the season has too few such students")
	return all[:n]
}

// job notes a job that must have run, waits for it, and returns it.
func (s *season) job(kind string, id int64) *reply {
	s.t.Helper()
	s.worked[kind]++
	done := s.jobDone(id)
	require.Equal(s.t, kind, done.value("kind"))
	return done
}

// drivesFor are the ids of the openings that meet a condition, newest first.
func (s *season) drivesFor(meets func(*opening) bool) []int64 {
	ids := []int64{}
	for _, o := range s.openings {
		if meets(o) {
			ids = append([]int64{o.id}, ids...)
		}
	}
	return ids
}

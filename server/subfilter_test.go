package server_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/store"
)

func TestSubfilterNarrowsTheEligible(t *testing.T) {
	t.Parallel()
	h := start(t)
	backlogs := func(n int32) func(*store.NewStudent) {
		return func(s *store.NewStudent) { s.ActiveBacklogs = n }
	}
	h.exec("UPDATE students SET debarred = true") // the harness's own student
	h.student("a", cgpa("7"), branch("CSE"))
	h.student("b", cgpa("8"), branch(" cse "), backlogs(1))
	h.student("c", cgpa("9"), branch("Mechanical"), backlogs(2))
	h.student("d", func(s *store.NewStudent) { s.CGPA, s.Branch = nil, nil })
	drive := h.drive(nil)
	for _, state := range []string{"live", "stored"} {
		if state == "stored" {
			h.post("head", at("/eligibility/%d/filter", drive), nil).is(http.StatusOK)
			h.student("later")
		}
		for query, want := range map[string][]string{
			"":                               {"R-a", "R-b", "R-c", "R-d"},
			"cgpa_min=8":                     {"R-b", "R-c"},
			"cgpa_max=8":                     {"R-a", "R-b"},
			"cgpa_min=8&cgpa_max=8.0000":     {"R-b"},
			"cgpa_min=&cgpa_max=&branch=":    {"R-a", "R-b", "R-c", "R-d"},
			"branch=Cse":                     {"R-a", "R-b"},
			"branch=CSE&branch=mechanical":   {"R-a", "R-b", "R-c"},
			"branch=CSE,%20mechanical":       {"R-a", "R-b", "R-c"},
			"branch=EEE":                     {},
			"exclude_backlogs=true":          {"R-a", "R-d"},
			"exclude_backlogs=2":             {"R-a", "R-b", "R-d"},
			"exclude_backlogs=false":         {"R-a", "R-b", "R-c", "R-d"},
			"exclude_backlogs=0":             {},
			"branch=CSE&exclude_backlogs=1":  {"R-a"},
			"cgpa_min=7&limit=2&ignored=yes": {"R-a", "R-b", "…"},
		} {
			r := h.get("coordinator", at("/subfilter/%d/apply?%s", drive, query)).is(http.StatusOK)
			found := []string{}
			students, ok := r.value("students").([]any)
			require.True(t, ok)
			for i := range students {
				roll, ok := r.value("students", i, "roll_number").(string)
				require.True(t, ok)
				found = append(found, roll)
			}
			count := len(found)
			if r.header.Get("Link") != "" {
				found, count = append(found, "…"), 3
			}
			require.Equal(t, want, found, "%s: %s", state, query)
			require.EqualValues(t, count, r.int("filtered_count"), query)
			require.EqualValues(t, 4, r.int("total"))
			require.Equal(t, []any{"CSE", "Mechanical"}, r.value("unique_branches"))
		}
	}
}

func TestSubfilterNamesWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.drive(nil)
	for query, field := range map[string]string{
		"cgpa_min=x": "cgpa_min", "cgpa_max=-1": "cgpa_max", "exclude_backlogs=many": "exclude_backlogs",
		"cgpa_min=8&cgpa_max=7": "cgpa_max", "limit=0": "limit", "cursor=*": "cursor",
	} {
		require.Contains(t, h.get("head", at("/subfilter/%d/apply?%s", drive, query)).faults(), field, query)
	}
}

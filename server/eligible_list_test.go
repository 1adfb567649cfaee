package server_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/store"
)

// class adds students who differ in all that the list of eligible ones is narrowed or sorted by, and leaves out the
// harness's own.
func (h *harness) class() {
	h.t.Helper()
	h.exec("UPDATE students SET debarred = true")
	of := func(name, shown string, change func(*store.NewStudent)) {
		h.student(name, change)
		h.exec("UPDATE users SET name = $1 WHERE user_id = $2", shown, h.id(name))
	}
	of("a", "Meera", func(s *store.NewStudent) {
		s.CGPA, s.Branch, s.BatchYear, s.ActiveBacklogs = number("7.5"), new("CSE"), new(int32(2026)), 2
	})
	of("b", "asha", func(s *store.NewStudent) {
		s.CGPA, s.Branch, s.BatchYear, s.ActiveBacklogs = number("10"), new(" ece "), new(int32(2027)), 0
	})
	of("c", "Bela_100%", func(s *store.NewStudent) {
		s.CGPA, s.Branch, s.BatchYear, s.ActiveBacklogs = number("7.5"), new("cse"), new(int32(2026)), 10
	})
	of("d", "<Asha> \u0130\"", func(s *store.NewStudent) { s.CGPA, s.Branch, s.BatchYear = nil, nil, nil })
	of("e", strings.Repeat("<", 200), func(s *store.NewStudent) {
		s.CGPA, s.Branch, s.BatchYear, s.ActiveBacklogs = number("9.1234"), new("EEE"), new(int32(2027)), 1
	})
}

// rolls are the students of a list, as the letters of class.
func rolls(r *reply) string {
	var all strings.Builder
	for i := range r.list() {
		all.WriteString(strings.TrimPrefix(fmt.Sprint(r.value(i, "roll_number")), "R-"))
	}
	return all.String()
}

// inBothStates calls check while the list is computed live, and when it is stored with a and c selected.
func (h *harness) inBothStates(check func(state string, drive int64)) {
	h.t.Helper()
	drive := h.drive(nil)
	check("live", drive)
	h.publishPicked(drive, "a", "c")
	check("stored", drive)
}

func (h *harness) publishPicked(drive int64, names ...string) {
	h.t.Helper()
	var ids []int64
	for _, name := range names {
		ids = append(ids, h.id(name))
	}
	h.jobDone(h.post("head", at("/drives/%d/publish", drive), map[string]any{"selected_students": ids}).is(http.StatusOK).int("job_id"))
}

func TestEligibleListIsNarrowedAsAsked(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.class()
	h.inBothStates(func(state string, drive int64) {
		selected, others := "", "abcde"
		if state == "stored" {
			selected, others = "ac", "bde"
		}
		for query, want := range map[string]string{
			"":                                  "abcde",
			"q=&branch=&selected=&sort=":        "abcde",
			"q=ASHA":                            "bd",
			"q=a_100%25":                        "c",
			"q=%25":                             "c",
			"q=r-E":                             "e",
			"q=" + url.QueryEscape("c@college"): "c",
			"q=" + url.QueryEscape("\u0130"):    "d",
			"q=nobody":                          "",
			"branch=CSE":                        "ac",
			"branch=cse,%20ECE":                 "abc",
			"branch=CSE&branch=eee":             "ace",
			"batch_year=2027":                   "be",
			"cgpa_min=7.5":                      "abce",
			"cgpa_max=7.5":                      "ac",
			"cgpa_min=7.5001&cgpa_max=9.1234":   "e",
			"max_backlogs=0":                    "bd",
			"max_backlogs=2":                    "abde",
			"selected=true":                     selected,
			"selected=false":                    others,
			"branch=CSE&max_backlogs=2&q=meera": "a",
		} {
			path := at("/eligibility/%d/list?%s", drive, query)
			whole := h.get("coordinator", path).is(http.StatusOK)
			require.Equal(t, want, rolls(whole), "%s: %s", state, query)
			require.Equal(t, at("%d", len(want)), whole.header.Get("X-Total-Count"), "%s: %s", state, query)
			require.Empty(t, whole.header.Get("Link"))
			page := h.get("coordinator", path+"&limit=1").is(http.StatusOK)
			require.Equal(t, whole.header.Get("X-Total-Count"), page.header.Get("X-Total-Count"), "%s: %s", state, query)

			ids := h.get("head", at("/eligibility/%d/ids?%s", drive, query)).is(http.StatusOK)
			require.EqualValues(t, len(want), ids.int("count"), query)
			expected := []any{}
			for _, letter := range want {
				expected = append(expected, float64(h.id(string(letter)))) // made in this order
			}
			require.Equal(t, expected, ids.value("student_ids"), "%s: %s", state, query)
		}
	})
}

func TestEligibleListIsSortedAsAsked(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.class()
	h.inBothStates(func(state string, drive int64) {
		for sort, want := range map[string]string{
			"roll_number": "abcde", "-roll_number": "edcba",
			"name": "edbca", "-name": "acbde",
			"cgpa": "acebd", "-cgpa": "beacd",
			"branch": "acbed", "-branch": "ebacd",
			"active_backlogs": "bdeac", "-active_backlogs": "caebd",
		} {
			path := at("/eligibility/%d/list?sort=%s", drive, sort)
			whole := h.get("coordinator", path).is(http.StatusOK)
			require.Equal(t, want, rolls(whole), "%s: %s", state, sort)
			for _, limit := range []int{1, 2, 5} {
				paged := ""
				for next := "/api" + path + at("&limit=%d", limit); next != ""; {
					page := h.get("coordinator", next).is(http.StatusOK)
					require.Equal(t, "5", page.header.Get("X-Total-Count"))
					require.LessOrEqual(t, len(page.list()), limit)
					paged, next = paged+rolls(page), pageAfter(t, page)
				}
				require.Equal(t, want, paged, "%s: %s by %d", state, sort, limit)
			}
		}
	})
}

func encoded(cursor string) string { return base64.RawURLEncoding.EncodeToString([]byte(cursor)) }

func TestEligibleListRefusesWhatItCannotDo(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.class()
	drive := h.drive(nil)
	other := h.get("head", at("/api/eligibility/%d/list?sort=cgpa&limit=1", drive)).is(http.StatusOK)
	_, cursor, _ := strings.Cut(linkOf(other), "?")
	cursor = strings.Replace(cursor, "sort=", "ignored=", 1)
	for query, field := range map[string]string{
		"sort=phone": "sort", "sort=--name": "sort", "selected=maybe": "selected", "max_backlogs=-1": "max_backlogs",
		"batch_year=20": "batch_year", "cgpa_min=8&cgpa_max=7": "cgpa_max", "cgpa_min=x": "cgpa_min", "q=" + strings.Repeat("x", 201): "q",
		"sort=name&cursor=e30": "cursor", "sort=name&cursor=eA": "cursor", "sort=name&" + cursor: "cursor", "q=a&limit=0": "limit",
		"sort=cgpa&cursor=" + encoded(`{"s":"cgpa","k":"x","i":1}`):                         "cursor",
		"sort=cgpa&cursor=" + encoded(`{"s":"cgpa","k":" 7","i":1}`):                        "cursor",
		"sort=active_backlogs&cursor=" + encoded(`{"s":"active_backlogs","k":"7.5","i":1}`): "cursor",
		"sort=name&cursor=" + encoded(`{"s":"name","k":"a\u0000","i":1}`):                   "cursor",
	} {
		require.Contains(t, h.get("head", at("/eligibility/%d/list?%s", drive, query)).faults(), field, query)
	}
	h.get("head", at("/eligibility/%d/list?sort=cgpa&%s", drive, cursor)).is(http.StatusOK)
	h.get("head", "/eligibility/999999/list?sort=name").is(http.StatusNotFound)
	h.get("head", "/eligibility/999999/ids").is(http.StatusNotFound)
	require.Contains(t, h.get("head", at("/eligibility/%d/ids?cgpa_min=8&cgpa_max=7", drive)).faults(), "cgpa_max")
}

func TestAllThatMatchCanBeSelected(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.class()
	drive := h.drive(nil)
	ids := h.get("coordinator", at("/eligibility/%d/ids?branch=cse", drive)).is(http.StatusOK)
	body := map[string]any{"selected_students": ids.value("student_ids")}
	h.jobDone(h.post("coordinator", at("/drives/%d/publish", drive), body).is(http.StatusOK).int("job_id"))
	require.Equal(t, "ac", rolls(h.get("coordinator", at("/eligibility/%d/list?selected=true", drive)).is(http.StatusOK)))
}

// sortedAs holds a list in all the given orders against what is wanted, whole and by pages.
func (h *harness) sortedAs(as, path string, whole bool, orders map[string]string) {
	h.t.Helper()
	for sort, want := range orders {
		all := h.get(as, path+"&limit=500&sort="+sort).is(http.StatusOK)
		require.Equal(h.t, want, rolls(all), sort)
		require.Equal(h.t, at("%d", len(want)), all.header.Get("X-Total-Count"), sort)
		if whole {
			require.Equal(h.t, want, rolls(h.get(as, path+"&sort="+sort).is(http.StatusOK)), sort)
		}
		for _, limit := range []int{1, 2, 5} {
			paged := ""
			for next := "/api" + path + at("&limit=%d&sort=%s", limit, sort); next != ""; {
				page := h.get(as, next).is(http.StatusOK)
				require.Equal(h.t, at("%d", len(want)), page.header.Get("X-Total-Count"), sort)
				paged, next = paged+rolls(page), pageAfter(h.t, page)
			}
			require.Equal(h.t, want, paged, "%s by %d", sort, limit)
		}
	}
}

func TestStudentsAreSortedAsAsked(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.class()
	h.sortedAs("staff", "/students?debarred=false", false, map[string]string{
		"": "abcde", "roll_number": "abcde", "-roll_number": "edcba", "name": "edbca", "-name": "acbde", "cgpa": "acebd", "-cgpa": "beacd",
		"branch": "acbed", "-branch": "ebacd", "batch_year": "acbed", "-batch_year": "beacd",
	})
	h.sortedAs("head", "/students?debarred=false&branch=cse", false, map[string]string{"-name": "ac", "name": "ca", "-cgpa": "ac"})
	for _, query := range []string{"sort=phone", "sort=cgpa&cursor=eA", "sort=cgpa&cursor=" + encoded(`{"s":"cgpa","k":"x","i":1}`), "sort=name&cursor=" + encoded(`{"s":"-name","i":1}`)} {
		require.NotEmpty(t, h.get("head", "/students?"+query).is(http.StatusUnprocessableEntity).faults(), query)
	}
}

func TestRegistrationsAreSearchedAndSorted(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.class()
	drive := h.posted(nil)
	for _, name := range []string{"c", "a", "e", "b", "d"} {
		h.post(name, "/registrations", map[string]any{"drive_id": drive}).is(http.StatusCreated)
	}
	h.sortedAs("staff", at("/registrations/%d/list?x", drive), true, map[string]string{
		"": "caebd", "registered_at": "caebd", "-registered_at": "dbeac", "roll_number": "abcde", "-roll_number": "edcba",
		"name": "edbca", "-name": "acbde", "cgpa": "acebd", "-cgpa": "beacd", "branch": "acbed", "-branch": "ebacd",
	})
	h.sortedAs("coordinator", at("/registrations/%d/list?q=ASHA", drive), true, map[string]string{"": "bd", "-registered_at": "db", "cgpa": "bd"})
	h.sortedAs("head", at("/registrations/%d/list?q=r-E", drive), true, map[string]string{"": "e", "name": "e"})
	require.Equal(t, "0", h.get("head", at("/registrations/%d/list?q=nobody", drive)).is(http.StatusOK).header.Get("X-Total-Count"))
	beyond := h.get("head", at("/registrations/%d/list?sort=cgpa&cursor=%s", drive, encoded(`{"s":"cgpa","i":9007199254740991}`))).is(http.StatusOK)
	require.Equal(t, "5", beyond.header.Get("X-Total-Count"))
	require.Empty(t, beyond.list())
	for _, query := range []string{"sort=phone", "sort=registered_at&q=a&cursor=" + encoded("5"), "sort=cgpa&cursor=" + encoded(`{"s":"cgpa","k":"x","i":1}`)} {
		require.NotEmpty(t, h.get("head", at("/registrations/%d/list?%s", drive, query)).is(http.StatusUnprocessableEntity).faults(), query)
	}
	h.get("staff", at("/registrations/%d/list?sort=name", h.drive(nil))).is(http.StatusNotFound)
}

package server_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPreviewCounts holds the preview against a count of its own over 60 students: CGPA 5.0 … 9.75 in three branches, one
// in ten debarred, one in fifteen not active.
func TestPreviewCounts(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.exec(`UPDATE users SET active = false WHERE role = 'STUDENT'`)
	branches := []string{"CSE", "ece", " Mech "}
	students, eligible, low, away, onlyLow, onlyAway := int64(0), int64(0), int64(0), int64(0), int64(0), int64(0)
	curve := map[float64]int64{}
	for i := range 60 {
		mark := 5 + float64(i%20)/4
		id := h.student(at("s%d", i), cgpa(at("%v", mark)), branch(branches[i%3]))
		active, debarred, allowed, enough := i%15 != 0, i%10 == 1, i%3 < 2, mark >= 7.5
		if !active {
			h.exec(`UPDATE users SET active = false WHERE user_id = $1`, id)
			continue
		}
		if debarred {
			h.exec(`UPDATE students SET debarred = true WHERE student_id = $1`, id)
		}
		students++
		eligible += one(allowed && enough && !debarred)
		low, away = low+one(!enough), away+one(!allowed)
		onlyLow += one(!enough && allowed && !debarred)
		onlyAway += one(enough && !allowed && !debarred)
		for step := 0.; step <= 10; step += 0.25 {
			curve[step] += one(allowed && !debarred && mark >= step)
		}
	}
	criteria := map[string]any{"min_cgpa": 7.5, "allowed_branches": []string{"cse", "ECE"}}
	drive := h.drive(criteria)
	before := h.text(`SELECT (SELECT count(*) FROM river_job) || h FROM (SELECT to_jsonb(d)::text AS h FROM drives d) x`)
	byBody := h.post("coordinator", "/drives/preview-eligibility", criteria).is(http.StatusOK)
	byDrive := h.get("head", at("/drives/%d/preview-eligibility", drive)).is(http.StatusOK)
	require.JSONEq(t, string(byBody.body), string(byDrive.body))
	require.Equal(t, students, byBody.int("students"))
	require.Equal(t, eligible, byBody.int("eligible"))
	require.Equal(t, low, byBody.int("failing", "min_cgpa"))
	require.Equal(t, away, byBody.int("failing", "allowed_branches"))
	require.Equal(t, onlyLow, byBody.int("only_failing", "min_cgpa"))
	require.Equal(t, onlyAway, byBody.int("only_failing", "allowed_branches"))
	require.Len(t, byBody.value("cgpa_curve"), 41)
	for i := range 41 {
		step := byBody.value("cgpa_curve", i, "min_cgpa").(float64)
		require.Equal(t, curve[step], byBody.int("cgpa_curve", i, "eligible"), "at %v", step)
	}
	var inBranches, eligibleThere int64
	for i := range byBody.value("by_branch").([]any) {
		inBranches += byBody.int("by_branch", i, "students")
		eligibleThere += byBody.int("by_branch", i, "eligible")
	}
	require.Equal(t, students, inBranches)
	require.Equal(t, eligible, eligibleThere)
	require.Equal(t, before, h.text(`SELECT (SELECT count(*) FROM river_job) || h FROM (SELECT to_jsonb(d)::text AS h FROM drives d) x`), "it only reads")
	require.Equal(t, eligible, h.jobDone(h.publish(drive).int("job_id")).int("result", "eligible"), "the publish selects whom the preview counted")
}

func one(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

func TestPreviewRefusesWhatADriveWould(t *testing.T) {
	t.Parallel()
	h := start(t)
	const path = "/drives/preview-eligibility"
	h.play([]scenario{
		{name: "everybody", as: "coordinator", method: http.MethodPost, path: path, body: `{}`, want: http.StatusOK, says: `"eligible":1`},
		{name: "nobody", as: "coordinator", method: http.MethodPost, path: path, body: `{"allowed_branches":["none"]}`, want: http.StatusOK, says: `"eligible":0`},
		{name: "schema and rules", as: "coordinator", method: http.MethodPost, path: path, body: `{"min_cgpa":7.123,"max_backlogs":-1,"min_10th":"x","allowed_genders":["X"]}`,
			want: http.StatusUnprocessableEntity, faults: []string{"min_cgpa", "max_backlogs", "min_10th", "allowed_genders"}},
		{name: "NUL", as: "coordinator", method: http.MethodPost, path: path, body: `{"allowed_branches":["a\u0000"]}`, want: http.StatusUnprocessableEntity, faults: []string{"allowed_branches"}},
		{name: "no JSON", as: "coordinator", method: http.MethodPost, path: path, body: `{`, want: http.StatusBadRequest},
		{name: "no body", as: "coordinator", method: http.MethodPost, path: path, want: http.StatusBadRequest},
		{name: "no such drive", as: "coordinator", path: "/drives/99999/preview-eligibility", want: http.StatusNotFound},
	})
}

package server_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTimesOfADrive(t *testing.T) {
	t.Parallel()
	h := start(t)
	for text, want := range map[string][2]any{ // interview_date, registration_deadline
		"2099-11-30T10:00:00Z":         {"2099-11-30T10:00:00Z", "2099-11-30T10:00:00Z"},
		"2099-11-30T10:00:00.25+02:00": {"2099-11-30T08:00:00.25Z", "2099-11-30T08:00:00.25Z"},
		"2099-11-30T10:00":             {"2099-11-30T04:30:00Z", "2099-11-30T04:30:00Z"},
		"2099-11-30T10:00:30":          {"2099-11-30T04:30:30Z", "2099-11-30T04:30:30Z"},
		"2099-11-30 10:00":             {"2099-11-30T04:30:00Z", "2099-11-30T04:30:00Z"},
		" 2099-11-30 ":                 {"2099-11-29T18:30:00Z", "2099-11-30T18:29:59Z"},
		"":                             {nil, nil},
	} {
		drive := h.post("coordinator", "/drives", map[string]any{
			"company_name": "A", "job_title": "B", "interview_date": text, "registration_deadline": text,
		}).is(http.StatusCreated)
		require.Equal(t, want, [2]any{drive.value("interview_date"), drive.value("registration_deadline")}, text)
	}
	for _, text := range []any{"tomorrow", "30-11-2099", "2099-02-30", "2099-11-30T25:00", "20266-01-01", "0026-01-01", "2099-11-30T10:00:00+99:00", 20991130, true} {
		faults := h.post("coordinator", "/drives", map[string]any{
			"company_name": "A", "job_title": "B", "interview_date": text, "registration_deadline": text,
		}).faults()
		require.Len(t, faults, 2, "%v: %v", text, faults)
		require.Contains(t, faults, "interview_date", text)
		require.Contains(t, faults, "registration_deadline", text)
	}
}

package server_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/jobs"
)

func soon(d time.Duration) string { return time.Now().Add(d).UTC().Format(time.RFC3339Nano) }

// closed waits until a drive's registrations are closed, and returns whether that came after its deadline.
func (h *harness) closed(drive int64) bool {
	h.t.Helper()
	require.Eventually(h.t, func() bool {
		return h.text(`SELECT status FROM drives WHERE drive_id = $1`, drive) == "attending"
	}, jobTime, fast)
	return h.count(`SELECT count(*) FROM drives WHERE drive_id = $1 AND updated_at >= registration_deadline`, drive) == 1
}

func TestADeadlineInThePastIsRefused(t *testing.T) {
	t.Parallel()
	h := start(t)
	past := map[string]any{"company_name": "A", "job_title": "B", "registration_deadline": soon(-time.Second)}
	require.Contains(t, h.post("coordinator", "/drives", past).faults(), "registration_deadline")
	past["auto_calc"] = true
	require.Contains(t, h.post("coordinator", "/drives", past).faults(), "registration_deadline")
	drive := h.drive(nil)
	require.Contains(t, h.patch("coordinator", at("/drives/%d", drive), map[string]any{"registration_deadline": soon(-time.Second)}).faults(), "registration_deadline")
	h.exec(`UPDATE drives SET registration_deadline = now() WHERE drive_id = $1`, drive)
	require.Contains(t, h.publish(drive).faults(), "registration_deadline")
	h.patch("coordinator", at("/drives/%d", drive), map[string]any{"location": "Goa"}).is(http.StatusOK)
	require.Equal(t, "pending", h.get("head", at("/drives/%d", drive)).value("status"))
	require.Zero(t, h.count(`SELECT count(*) FROM river_job`))
}

func TestTheDeadlineClosesADrive(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.posted(map[string]any{"registration_deadline": soon(time.Second)})
	later := h.posted(map[string]any{"registration_deadline": soon(time.Second)})
	h.patch("coordinator", at("/drives/%d", later), map[string]any{"registration_deadline": soon(4 * time.Second)}).is(http.StatusOK)
	open := h.posted(map[string]any{"registration_deadline": soon(time.Second)})
	h.patch("coordinator", at("/drives/%d", open), map[string]any{"registration_deadline": nil}).is(http.StatusOK)
	earlier := h.posted(map[string]any{"registration_deadline": "2099-01-01"})
	h.patch("coordinator", at("/drives/%d", earlier), map[string]any{"registration_deadline": soon(time.Second)}).is(http.StatusOK)
	given := h.drive(nil)
	h.publish(given).is(http.StatusOK)
	h.patch("coordinator", at("/drives/%d", given), map[string]any{"registration_deadline": soon(time.Second)}).is(http.StatusOK)
	for _, drive := range []int64{drive, earlier, given, later} {
		require.True(t, h.closed(drive))
		h.post("student", at("/registrations/%d/register", drive), nil).is(http.StatusConflict)
	}
	require.Equal(t, "posted", h.get("head", at("/drives/%d", open)).value("status"), "its deadline was removed")
	h.post("student", at("/registrations/%d/register", open), nil).is(http.StatusCreated)
}

func TestAClosingJobThatComesTooEarlyWaits(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.posted(map[string]any{"registration_deadline": soon(1500 * time.Millisecond)})
	h.exec(`DELETE FROM river_job WHERE kind = 'close-registrations'`)
	// As when the clock of the process that works it is behind that of the one which released it.
	_, err := h.jobs.Insert(t.Context(), jobs.CloseRegistrationsArgs{DriveID: drive, RequestedBy: h.id("head")}, nil)
	require.NoError(t, err)
	require.True(t, h.closed(drive), "closed, and not before its deadline")
}

package config_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/config"
)

func TestNoMailServerMeansNoMail(t *testing.T) {
	t.Parallel()
	require.Nil(t, load(t, nil).Mail())
}

func TestMailServerIsCheckedWithoutShowingItsPassword(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"mail.example.edu", "http://mail.example.edu", "smtp://", "smtp://u:pass-word@host:0", "smtp://u:pass-word@host:70000",
		"smtp://u:pass-word@host/path", "smtp://u:pass-word@host?x=y", "smtp://u:pass#word@host", "smtp://u:pass-word@host:port",
	} {
		_, err := config.Load(options(t, map[string]string{"PLACEOPS_SMTP_URL": url, "PLACEOPS_MAIL_FROM": "office@example.edu"}))
		var faults config.Faults
		require.ErrorAs(t, err, &faults, url)
		require.Len(t, faults, 1, url)
		require.Equal(t, "PLACEOPS_SMTP_URL", faults[0].Setting)
		require.NotContains(t, err.Error(), "pass-word")
	}
}

func TestMailServerNeedsASender(t *testing.T) {
	t.Parallel()
	_, err := config.Load(options(t, map[string]string{"PLACEOPS_SMTP_URL": "smtp://mail.example.edu"}))
	require.EqualError(t, err, "PLACEOPS_MAIL_FROM must be set when PLACEOPS_SMTP_URL is")
}

func TestRefreshScheduleGoesByTheOfficesClocks(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) // 17:30 in Kolkata
	for _, c := range []struct{ interval, zone, next string }{
		{"", "Asia/Kolkata", "2026-11-22T12:30:00Z"},
		{"", "UTC", "2026-11-22T13:00:00Z"},
		{"30 2 * * *", "Asia/Kolkata", "2026-11-22T21:00:00Z"},
		{"@daily", "Asia/Kolkata", "2026-11-22T18:30:00Z"},
		{"@every 90s", "Asia/Kolkata", "2026-11-22T12:01:30Z"},
	} {
		settings := load(t, map[string]string{"MATERIALIZED_VIEW_REFRESH_INTERVAL": c.interval, "PLACEOPS_TZ": c.zone})
		require.Equal(t, c.next, settings.RefreshSchedule().Next(at).UTC().Format(time.RFC3339), "%+v", c)
	}
}

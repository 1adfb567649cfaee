package server_test

import (
	"context"
	"log/slog"
	netmail "net/mail"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/jobs"
	"placeops/mail"
	"placeops/mail/mailtest"
	"placeops/server"
	"placeops/store/storetest"
)

// mailing is a placeops that sends e-mail, to a mail server of the test.
type mailing struct {
	*harness
	inbox *mailtest.Server
}

// startMailing is start with a mail server; for script see mailtest.Start.
func startMailing(t *testing.T, script func(verb, argument string) string) *mailing {
	t.Helper()
	m := &mailing{inbox: mailtest.Start(t, script)}
	var deps server.Deps
	m.harness = start(t, func(d *server.Deps) {
		d.Mails = true
		deps = *d
	})
	require.NoError(t, m.jobs.Stop(context.WithoutCancel(t.Context())))
	smtp, err := mail.ParseServer(m.inbox.URL(""))
	require.NoError(t, err)
	sender := mail.NewSender(mail.Settings{
		Server: smtp, From: &netmail.Address{Address: "office@college.example"}, Zone: deps.Zone,
	})
	m.jobs, err = jobs.NewClient(jobs.Deps{
		Pool: m.pool, Uploads: deps.Uploads, Logger: slog.New(slog.DiscardHandler), Zone: deps.Zone, Mail: sender,
	}, jobs.Options{Poll: storetest.Pooled()})
	require.NoError(t, err)
	require.NoError(t, m.jobs.Start(context.WithoutCancel(t.Context()))) // start stops it
	deps.Jobs = m.jobs
	m.deps = deps
	m.serve()
	return m
}

// settle waits until no job is left to do now.
func (h *harness) settle() {
	h.t.Helper()
	require.Eventually(h.t, func() bool {
		return h.count(`SELECT count(*) FROM river_job WHERE state IN ('available', 'pending', 'running', 'retryable')
			OR state = 'scheduled' AND scheduled_at < now() + interval '1 minute'`) == 0
	}, jobTime, 5*time.Millisecond)
}

// mailed are the subjects of the e-mails to each person so far.
func (m *mailing) mailed() map[string][]string {
	names := map[string]string{}
	for name, person := range m.people {
		names[person.Email] = name
	}
	subjects := map[string][]string{}
	for _, message := range m.inbox.Messages() {
		subjects[names[message.To]] = append(subjects[names[message.To]], message.Subject)
	}
	for _, list := range subjects {
		slices.Sort(list)
	}
	return subjects
}

// titles are the titles of a person's notices, newest first.
func (h *harness) titles(who string) []string {
	h.t.Helper()
	titles := []string{}
	items, ok := h.get(who, "/notifications/mine?limit=500").is(200).value("items").([]any)
	require.True(h.t, ok)
	for _, item := range items {
		titles = append(titles, item.(map[string]any)["title"].(string)) //nolint:forcetypeassert // a panic fails the test too
	}
	return titles
}

package server_test

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// send starts a request and returns what waits for its answer. Unlike do it may be called for many requests at once.
func (h *harness) send(request *http.Request) func() *reply {
	h.t.Helper()
	var answer *reply
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		answer, err = h.exchange(request)
	}()
	return func() *reply {
		h.t.Helper()
		<-done
		require.NoError(h.t, err)
		return answer
	}
}

func (h *harness) exchange(request *http.Request) (*reply, error) {
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	return &reply{
		t: h.t, what: request.Method + " " + request.URL.Path, status: response.StatusCode, header: response.Header, body: data,
	}, err
}

// atOnce sends all requests at the same moment and counts the answers by status.
func (h *harness) atOnce(requests []*http.Request) ([]*reply, map[int]int) {
	h.t.Helper()
	var ready sync.WaitGroup
	answers, errs := make([]*reply, len(requests)), make([]error, len(requests))
	starting := make(chan struct{})
	for i, request := range requests {
		ready.Go(func() {
			<-starting
			answers[i], errs[i] = h.exchange(request)
		})
	}
	close(starting)
	ready.Wait()
	statuses := map[int]int{}
	for i, answer := range answers {
		require.NoError(h.t, errs[i])
		statuses[answer.status]++
	}
	return answers, statuses
}

// hold runs a statement in a transaction that stays open: what needs the same rows waits until it is committed.
func (h *harness) hold(statement string, args ...any) pgx.Tx {
	h.t.Helper()
	tx, err := h.pool.Begin(h.t.Context())
	require.NoError(h.t, err)
	h.t.Cleanup(func() { _ = tx.Rollback(context.WithoutCancel(h.t.Context())) }) // where the test ends early
	_, err = tx.Exec(h.t.Context(), statement, args...)
	require.NoError(h.t, err)
	return tx
}

func (h *harness) letGo(tx pgx.Tx) {
	h.t.Helper()
	require.NoError(h.t, tx.Commit(h.t.Context()))
}

// waiting returns once so many requests wait for a lock in the database.
func (h *harness) waiting(requests int64) {
	h.t.Helper()
	require.Eventually(h.t, func() bool {
		return h.count(`SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock'`) == requests
	}, jobTime, time.Millisecond, "%d requests wait for a lock", requests)
}

const lockDrive = `SELECT FROM drives WHERE drive_id = $1 FOR NO KEY UPDATE`

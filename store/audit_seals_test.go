package store_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"placeops/store"
)

// Everybody writes at the same time: nobody waits for another's transaction, nothing is lost, and what somebody may still write
// an earlier entry than is not sealed.
func TestTransactionsAtTheSameTimeDoNotWaitAndAreSealedWhenAllAreOver(t *testing.T) {
	t.Parallel()
	tr := newTrail(t)
	tr.seal()
	held, err := tr.pool.Begin(t.Context())
	require.NoError(t, err)
	_, err = held.Exec(t.Context(), "UPDATE drives SET location = 'Pune'")
	require.NoError(t, err)
	const writers, each = 8, 25
	var wait sync.WaitGroup
	for w := range writers {
		wait.Go(func() {
			for n := range each {
				_, err := tr.pool.Exec(context.WithoutCancel(t.Context()), "INSERT INTO users (user_id, name, email, role) VALUES ($2, 'P', $1, 'STAFF')",
					fmt.Sprintf("p%d-%d@c.example", w, n), 1000+w*each+n)
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	var sealer store.AuditSealer
	for range 3 {
		unsealed, done, err := sealer.Step(t.Context(), tr.pool)
		require.NoError(t, err)
		require.False(t, done)
		require.Equal(t, int64(writers*each), unsealed.Entries)
	}
	report := tr.verify("")
	require.Empty(t, report.Faults)
	require.Equal(t, 1, report.Seals)
	require.Equal(t, int64(writers*each), report.Unsealed)

	require.NoError(t, held.Commit(t.Context()))
	tr.seal() // other tests' transactions on this server count, too: it waits for them
	report = tr.verify("")
	require.Empty(t, report.Faults)
	require.Zero(t, report.Unsealed)
	require.Equal(t, tr.from+1+writers*each, report.Entries)
	require.Equal(t, 2, report.Seals)
}

func TestManyEntriesAreSealedInBlocksByOne(t *testing.T) {
	t.Parallel()
	tr := newTrail(t)
	tr.exec("DO $$ BEGIN FOR n IN 1..1000 LOOP UPDATE drives SET location = n::text; END LOOP; END $$")
	var wait sync.WaitGroup
	for range 6 {
		wait.Go(func() {
			if err := store.SealAudit(context.WithoutCancel(t.Context()), tr.pool); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	report := tr.verify("")
	require.Empty(t, report.Faults)
	require.Zero(t, report.Unsealed)
	require.Equal(t, 4, report.Seals)
}

// The migration to seals, back and again: what was written before is sealed, and nothing is lost.
func TestATrailOfBeforeTheSealsIsSealed(t *testing.T) {
	t.Parallel()
	tr := newTrail(t)
	tr.exec("BEGIN; SET LOCAL placeops.acting = '1|patchDrive|x'; UPDATE drives SET location = 'Pune'; COMMIT")
	tr.from = 0
	before := tr.lines()
	m := migrator(t, tr.pool)
	downThrough(t, m, "audit_seals")
	_, err := m.Up(t.Context())
	require.NoError(t, err)
	tr.pool.Reset()
	report := tr.verify("")
	require.Empty(t, report.Faults)
	require.Zero(t, report.Unsealed)
	require.Equal(t, 1, report.Seals)
	require.Equal(t, before, tr.lines())
	tr.exec("UPDATE drives SET location = 'Thane'")
	tr.seal()
	require.Equal(t, 2, tr.verify("").Seals)
}

func TestNobodyAltersTheTrailByAccident(t *testing.T) {
	t.Parallel()
	tr := newTrail(t)
	for _, statement := range []string{
		"UPDATE audit_entries SET operation = 'x'", "DELETE FROM audit_entries", "TRUNCATE audit_entries", "DELETE FROM audit_seals",
		"TRUNCATE audit_seals", "UPDATE audit_seals SET entries = 1", "UPDATE audit_entries SET operation = 'x' WHERE false",
	} {
		_, err := tr.pool.Exec(t.Context(), statement)
		var pg *pgconn.PgError
		require.ErrorAs(t, err, &pg, statement)
		require.Equal(t, "42501", pg.Code, statement)
	}
}

const (
	trailOff = "ALTER TABLE audit_entries DISABLE TRIGGER audit_append_only; ALTER TABLE audit_seals DISABLE TRIGGER audit_append_only; "
	trailOn  = "; ALTER TABLE audit_entries ENABLE TRIGGER audit_append_only; ALTER TABLE audit_seals ENABLE TRIGGER audit_append_only"
)

// Somebody who may do everything at the database alters the trail; only who also works out all the hashes anew is not found
// by them, but by an anchor.
func TestVerifyFindsWhatWasDoneToTheTrail(t *testing.T) {
	t.Parallel()
	const insert = `INSERT INTO audit_entries (audit_id, made_at, actor_id, by_subject, operation, request_id, database_role, entity, change, drive_ids, user_ids, before, after)
	                SELECT %d, made_at, actor_id, by_subject, operation, request_id, database_role, entity, change, drive_ids, user_ids, before, after
	                FROM audit_entries WHERE audit_id = 3`
	for name, tampering := range map[string]struct{ statement, fault string }{
		"an actor is put in":              {"UPDATE audit_entries SET actor_id = 1 WHERE audit_id = 2", "entry 2 (seal 1) was altered"},
		"a time is altered":               {"UPDATE audit_entries SET made_at = made_at - interval '1 us' WHERE audit_id = 2", "entry 2 (seal 1) was altered"},
		"who acted":                       {"UPDATE audit_entries SET by_subject = true WHERE audit_id = 2", "entry 2 (seal 1) was altered"},
		"an operation":                    {"UPDATE audit_entries SET operation = 'patchUser' WHERE audit_id = 2", "entry 2 (seal 1) was altered"},
		"a request":                       {"UPDATE audit_entries SET request_id = 'x' WHERE audit_id = 2", "entry 2 (seal 1) was altered"},
		"a database role":                 {"UPDATE audit_entries SET database_role = 'x' WHERE audit_id = 2", "entry 2 (seal 1) was altered"},
		"an entity":                       {"UPDATE audit_entries SET entity = 'user' WHERE audit_id = 2", "entry 2 (seal 1) was altered"},
		"a change":                        {"UPDATE audit_entries SET change = 'deleted' WHERE audit_id = 2", "entry 2 (seal 1) was altered"},
		"a drive":                         {"UPDATE audit_entries SET drive_ids = '{2}' WHERE audit_id = 3", "entry 3 (seal 1) was altered"},
		"a user":                          {"UPDATE audit_entries SET user_ids = array_append(user_ids, 5::bigint) WHERE audit_id = 2", "entry 2 (seal 1) was altered"},
		"what was before":                 {"UPDATE audit_entries SET before = '[]' WHERE audit_id = 2", "entry 2 (seal 1) was altered"},
		"a mark after":                    {"UPDATE audit_entries SET after = replace(after::text, '8.10', '9.10')::json WHERE audit_id = 2", "entry 2 (seal 1) was altered"},
		"an entry of the last seal":       {"UPDATE audit_entries SET operation = 'x' WHERE audit_id = 6", "entry 6 (seal 3) was altered"},
		"one is put after the seals":      {"UPDATE audit_entries SET audit_id = 200 WHERE audit_id = 2", "1 of the entries of seal 1 are missing"},
		"one is put into another block":   {"UPDATE audit_entries SET audit_id = -2 WHERE audit_id = 5", "entry -2 (seal 1) was inserted"},
		"the first is removed":            {"DELETE FROM audit_entries WHERE audit_id = 1", "1 of the entries of seal 1 are missing"},
		"one in the middle is removed":    {"DELETE FROM audit_entries WHERE audit_id = 2", "1 of the entries of seal 1 are missing"},
		"a whole block is removed":        {"DELETE FROM audit_entries WHERE audit_id = 5", "1 of the entries of seal 2 are missing"},
		"the last is removed":             {"DELETE FROM audit_entries WHERE audit_id = 6", "1 of the entries of seal 3 are missing"},
		"all are removed":                 {"DELETE FROM audit_entries", "4 of the entries of seal 1 are missing"},
		"one is inserted":                 {fmt.Sprintf(insert, 0), "entry 0 (seal 1) was inserted"},
		"one takes another's place":       {"DELETE FROM audit_entries WHERE audit_id = 2; " + fmt.Sprintf(insert, 2), "entry 2 (seal 1) was altered"},
		"two change places":               {"UPDATE audit_entries SET audit_id = 9 WHERE audit_id = 2; UPDATE audit_entries SET audit_id = 2 WHERE audit_id = 3; UPDATE audit_entries SET audit_id = 3 WHERE audit_id = 9", "entry 3 (seal 1) was altered"},
		"a seal's hash is altered":        {"UPDATE audit_seals SET hash = sha256('x') WHERE seal_id = 3", "seal 3 was altered"},
		"a hash that another one follows": {"UPDATE audit_seals SET hash = sha256('x') WHERE seal_id = 1", "seal 2 was altered"},
		"a seal's digests":                {"UPDATE audit_seals SET digests = '' WHERE seal_id = 2", "entry 5 (seal 2) was inserted"},
		"a seal's count":                  {"UPDATE audit_seals SET entries = 9 WHERE seal_id = 2", "seal 2 was altered"},
		"a seal's beginning":              {"UPDATE audit_seals SET first_id = 4 WHERE seal_id = 2", "seal 2 was altered"},
		"a seal's end":                    {"UPDATE audit_seals SET last_id = 3 WHERE seal_id = 1", "1 of the entries of seal 1 are missing"},
		"a seal is removed":               {"DELETE FROM audit_seals WHERE seal_id = 2", "seal 2 is missing"},
		"the first seals are removed":     {"DELETE FROM audit_seals WHERE seal_id < 3", "seals 1 to 2 are missing"},
		"seals change places":             {"UPDATE audit_seals SET seal_id = 9 WHERE seal_id = 1; UPDATE audit_seals SET seal_id = 1 WHERE seal_id = 2; UPDATE audit_seals SET seal_id = 2 WHERE seal_id = 9", "seal 1"},
		"a person is hidden":              {"UPDATE audit_seals SET user_ids = array_remove(user_ids, 2::bigint)", "seal 1 does not tell whom"},
		"a drive is hidden":               {"UPDATE audit_seals SET drive_ids = '{}'", "seal 3 does not tell whom"},
		"an actor is hidden":              {"UPDATE audit_seals SET actor_ids = '{}'", "seal 3 does not tell whom"},
		"a time is hidden":                {"UPDATE audit_seals SET made_until = made_since - interval '1 s'", "seal 1 does not tell whom"},
		"a crowd is hidden":               {"UPDATE audit_seals SET crowded = NOT crowded", "seal 1 does not tell whom"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := newTrail(t)
			tr.seal()
			tr.exec("UPDATE users SET name = 'Other' WHERE user_id = 1") // entry 5
			tr.seal()
			tr.exec("BEGIN; SET LOCAL placeops.acting = '1|patchDrive|x'; UPDATE drives SET location = 'Pune'; COMMIT") // entry 6
			tr.seal()
			before := tr.verify("")
			require.Empty(t, before.Faults)
			require.Empty(t, tr.verify(before.Anchor).Faults)
			tr.exec(trailOff + tampering.statement + trailOn)
			report := tr.verify("")
			require.NotEmpty(t, report.Faults)
			require.Contains(t, strings.Join(report.Faults, "\n"), tampering.fault)
		})
	}
}

func TestAnAnchorFindsATrailThatWasRewritten(t *testing.T) {
	t.Parallel()
	tr := newTrail(t)
	tr.seal()
	tr.exec("UPDATE users SET name = 'Other' WHERE user_id = 1")
	tr.seal()
	anchor := tr.verify("").Anchor
	tr.exec("UPDATE users SET name = 'Third' WHERE user_id = 1")
	tr.seal()
	require.Empty(t, tr.verify(anchor).Faults, "what has come since does not matter")
	// An entry is altered, and all seals from there on are made anew.
	tr.exec(trailOff + "DELETE FROM audit_seals WHERE seal_id > 1; UPDATE audit_entries SET operation = 'x' WHERE audit_id = 5" + trailOn)
	report := tr.verify("")
	require.Empty(t, report.Faults, "the hashes alone cannot tell")
	require.Equal(t, int64(2), report.Unsealed)
	require.Equal(t, []string{"seal 2, which the anchor was made of, is missing"}, tr.verify(anchor).Faults)
	tr.seal()
	require.Empty(t, tr.verify("").Faults)
	require.Equal(t, []string{"seal 2 (entries 5 to 6) is not the one that the anchor was made of"}, tr.verify(anchor).Faults)
	for _, bad := range []string{"x", "1:2", "0" + anchor[1:], "1:zz" + anchor[4:], anchor + ",", anchor + "00"} {
		_, err := store.VerifyAudit(t.Context(), tr.pool, bad)
		require.ErrorContains(t, err, "is no anchor", bad)
	}
}

func TestVerifyFindsTriggersThatAreSwitchedOff(t *testing.T) {
	t.Parallel()
	tr := newTrail(t)
	tr.exec("ALTER TABLE drives DISABLE TRIGGER audit_update")
	require.Equal(t, []string{"trigger audit_update on drives is switched off: changes are not recorded"}, tr.verify("").Faults)
	tr.exec("DROP TRIGGER audit_update ON drives")
	require.Equal(t, []string{"1 of the 30 triggers that record changes are missing"}, tr.verify("").Faults)
}

package store_test

import (
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"placeops/jobs"
	"placeops/store"
	"placeops/store/storetest"
)

func migrator(t *testing.T, pool *pgxpool.Pool) *store.Migrator {
	t.Helper()
	schema, err := jobs.NewSchema(pool, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	return store.NewMigrator(pool, schema)
}

func TestManyProcessesMigrateAtOnce(t *testing.T) {
	t.Parallel()
	url := storetest.EmptyURL(t)
	const processes = 10
	steps, errs := make([][]store.Step, processes), make([]error, processes)
	var all sync.WaitGroup
	for i := range processes {
		m := migrator(t, storetest.Open(t, url))
		all.Go(func() { steps[i], errs[i] = m.Up(t.Context()) })
	}
	all.Wait()
	for i, err := range errs {
		require.NoError(t, err, "process %d", i)
	}
	m := migrator(t, storetest.Open(t, url))
	status, err := m.Status(t.Context())
	require.NoError(t, err)
	require.Equal(t, status, slices.Concat(steps...), "each step is applied once, by one process")
	pending, err := m.Pending(t.Context())
	require.NoError(t, err)
	require.False(t, pending)
}

func TestDownToNothingAndUpAgainLeavesTheSameSchema(t *testing.T) {
	t.Parallel()
	pool := storetest.Open(t, storetest.EmptyURL(t))
	m := migrator(t, pool)
	empty := catalogue(t, pool)
	pending, err := m.Pending(t.Context())
	require.NoError(t, err)
	require.True(t, pending)
	up, err := m.Up(t.Context())
	require.NoError(t, err)
	full := catalogue(t, pool)
	require.Greater(t, len(full), len(empty)+100)

	var down []store.Step
	for {
		steps, err := m.Down(t.Context())
		require.NoError(t, err)
		if len(steps) == 0 {
			break
		}
		down = append(down, steps...)
	}
	require.Len(t, down, len(up))
	require.Equal(t, empty, withoutGoose(catalogue(t, pool)))

	again, err := m.Up(t.Context())
	require.NoError(t, err)
	require.Equal(t, up, again)
	require.Equal(t, full, catalogue(t, pool))
}

func TestRedoIsTheNewestMigrationDownAndUp(t *testing.T) {
	t.Parallel()
	pool := storetest.New(t)
	m := migrator(t, pool)
	before := catalogue(t, pool)
	steps, err := m.Redo(t.Context())
	require.NoError(t, err)
	require.Len(t, steps, 2)
	require.Equal(t, steps[0].Name, steps[1].Name)
	require.False(t, steps[0].Applied)
	require.True(t, steps[1].Applied)
	require.Equal(t, before, catalogue(t, pool))
}

// A college that has worked with the version before sees its figures at once, before the next refresh.
func TestFiguresThatAreNewHoldWhatWasThere(t *testing.T) {
	t.Parallel()
	pool := storetest.New(t)
	m := migrator(t, pool)
	downThrough(t, m, "analytics_students")
	_, err := pool.Exec(t.Context(), `
WITH head AS (INSERT INTO users (user_id, name, email, role) VALUES (1, 'Head', 'head@example.edu', 'HEAD'), (2, 'Asha', 'asha@example.edu', 'STUDENT')),
     student AS (INSERT INTO students (student_id, roll_number, branch) VALUES (2, 'R2', 'CSE')),
     drive AS (INSERT INTO drives (drive_id, company_name, job_title, posted_by) VALUES (1, 'Acme', 'Engineer', 1)),
     selected AS (INSERT INTO drive_students (drive_id, student_id, selected, selected_at) VALUES (1, 2, true, now()))
INSERT INTO registrations (drive_id, student_id) VALUES (1, 2)`)
	require.NoError(t, err)
	_, err = m.Up(t.Context())
	require.NoError(t, err)
	counts, err := store.StudentsByBranch(t.Context(), pool, 30)
	require.NoError(t, err)
	require.Equal(t, []store.BranchCount{{Branch: "CSE", Students: 1, Eligible: 1, Registered: 1}}, counts)
	days, err := store.RegistrationsOverTime(t.Context(), pool, time.UTC, 30)
	require.NoError(t, err)
	require.Len(t, days, 1)
}

// downThrough takes a database to the version before a migration.
func downThrough(t *testing.T, m *store.Migrator, name string) {
	t.Helper()
	for {
		steps, err := m.Down(t.Context())
		require.NoError(t, err)
		require.NotEmpty(t, steps, "there is no migration %s", name)
		if slices.ContainsFunc(steps, func(s store.Step) bool { return strings.Contains(s.Name, name) }) {
			return
		}
	}
}

// gooseLine is the catalogue's of goose's own table, which stays when everything is rolled back.
var gooseLine = regexp.MustCompile(`goose_db_version`)

func withoutGoose(objects []string) []string {
	return slices.DeleteFunc(objects, func(line string) bool { return gooseLine.MatchString(line) })
}

// catalogue describes everything in a database's schema, one line each.
func catalogue(t *testing.T, pool *pgxpool.Pool) []string {
	t.Helper()
	return column(t, pool, `
SELECT format('column %s.%s %s null=%s default=%s identity=%s', table_name, column_name, udt_name, is_nullable, column_default, is_identity)
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL
SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
SELECT format('constraint %s on %s: %s', conname, conrelid::regclass, pg_get_constraintdef(oid)) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace
UNION ALL
SELECT format('function %s %s', oid::regprocedure, md5(prosrc)) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL
SELECT format('type %s %s', t.typname, string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder))
FROM pg_type AS t JOIN pg_enum AS e ON e.enumtypid = t.oid WHERE t.typnamespace = 'public'::regnamespace GROUP BY t.typname
UNION ALL
SELECT format('trigger %s', pg_get_triggerdef(oid)) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
SELECT format('view %s %s', viewname, definition) FROM pg_views WHERE schemaname = 'public'
UNION ALL
SELECT format('view %s %s', matviewname, definition) FROM pg_matviews WHERE schemaname = 'public'
ORDER BY 1`)
}

func column(t *testing.T, pool *pgxpool.Pool, query string) []string {
	t.Helper()
	rows, err := pool.Query(t.Context(), query)
	require.NoError(t, err)
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return found
}

func TestEveryForeignKeyHasAnIndex(t *testing.T) {
	t.Parallel()
	require.Empty(t, column(t, storetest.New(t), `
SELECT format('%s on %s', c.conname, c.conrelid::regclass)
FROM pg_constraint AS c
WHERE c.contype = 'f'
  AND NOT EXISTS (
      SELECT
      FROM pg_index AS i
      WHERE i.indrelid = c.conrelid
        -- The key's columns lead the index, in any order.
        AND (string_to_array(i.indkey::text, ' ')::smallint[])[1:cardinality(c.conkey)] @> c.conkey
        -- A partial index serves when it leaves out NULLs alone.
        AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) ~ '^\(\w+ IS NOT NULL\)$')
  )`))
}

func TestEveryTableHasAPrimaryKey(t *testing.T) {
	t.Parallel()
	without := map[string]string{
		"login_failures": "events without identity: only counted, and swept by age",
	}
	for _, table := range column(t, storetest.New(t), `
SELECT c.relname::text
FROM pg_class AS c
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
  AND NOT EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = c.oid AND i.indisprimary)
ORDER BY 1`) {
		require.Contains(t, without, table)
		delete(without, table)
	}
	require.Empty(t, without, "these have one: take them off the list")
}

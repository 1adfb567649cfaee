package storetest

import (
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Contents tells what a database holds: for every lasting table and materialized view the number of rows and a checksum of
// them, and where every sequence stands. Columns of the given names are left out.
func Contents(t testing.TB, pool *pgxpool.Pool, without ...string) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, name := range names(t, pool, `relkind IN ('r', 'm') AND relpersistence = 'p'`) {
		found[name] = one(t, pool, fmt.Sprintf(`
SELECT format('%%s rows, %%s', count(*), md5(string_agg(line, '' ORDER BY line COLLATE "C")))
FROM (SELECT md5((to_jsonb(x) - $1::text[])::text) AS line FROM %s x) AS lines`, pgx.Identifier{name}.Sanitize()), without)
	}
	for _, name := range names(t, pool, `relkind = 'S'`) {
		found[name] = one(t, pool, "SELECT format('at %s, %s', last_value, is_called) FROM "+pgx.Identifier{name}.Sanitize())
	}
	return found
}

// ContentsButRestores is Contents but for what a restore adds to the audit trail: that it took place.
func ContentsButRestores(t testing.TB, pool *pgxpool.Pool, without ...string) map[string]string {
	t.Helper()
	found := Contents(t, pool, without...)
	if _, there := found["audit_entries"]; !there {
		return found // an earlier schema, or none
	}
	delete(found, "audit_seals") // those of a process that ran on it go on to the restore
	delete(found, "audit_entries_audit_id_seq")
	found["audit_entries"] = one(t, pool, `
SELECT format('%s rows, %s', count(*), md5(string_agg(to_jsonb(e)::text, '' ORDER BY audit_id)))
FROM audit_entries e
WHERE change <> 'restored'`)
	return found
}

// Schema describes what a database's schema is made of, one line for each thing, and the other schemas that there are.
func Schema(t testing.TB, pool *pgxpool.Pool) []string {
	t.Helper()
	return lines(t, pool, `
SELECT format('column %s.%s %s null=%s default=%s identity=%s', table_name, column_name, udt_name, is_nullable, column_default, is_identity)
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL
SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
SELECT format('constraint %s on %s: %s', conname, conrelid::regclass, pg_get_constraintdef(oid)) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
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
UNION ALL
SELECT format('table %s %s', relname, relpersistence) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
UNION ALL
SELECT format('schema %s', nspname) FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('public', 'information_schema')
ORDER BY 1`)
}

func names(t testing.TB, pool *pgxpool.Pool, condition string) []string {
	t.Helper()
	return lines(t, pool, "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND "+condition)
}

func lines(t testing.TB, pool *pgxpool.Pool, query string) []string {
	t.Helper()
	rows, err := pool.Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func one(t testing.TB, pool *pgxpool.Pool, query string, args ...any) (text string) {
	t.Helper()
	if err := pool.QueryRow(t.Context(), query, args...).Scan(&text); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return text
}

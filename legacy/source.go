package legacy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// form is what a column's values must be, whatever type the column has.
type form struct {
	stage   string   // the type of the temporary column
	types   []string // types of the source that need no look at the values
	pattern string   // what a text must look like
	cast    string   // how the source writes it the same way for all types
}

var (
	text    = form{stage: "text"}
	integer = form{stage: "bigint", types: []string{"smallint", "integer", "bigint"}, pattern: `^[+-]?[0-9]{1,10}$`, cast: "::bigint"}
	number  = form{stage: "numeric", types: []string{"smallint", "integer", "bigint", "numeric"}, pattern: `^[+-]?[0-9]{1,12}([.][0-9]*)?$`, cast: "::numeric"}
	truth   = form{stage: "boolean", types: []string{"boolean"}, pattern: `^(t|f|true|false|yes|no|y|n|1|0)$`, cast: "::boolean"}
	// A moment stays a text until it is written: without a zone it means the office's.
	moment = form{
		stage: "text", types: []string{"date", "timestamp without time zone", "timestamp with time zone"},
		pattern: `^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?$`,
	}
)

// column is one that is read. Where an optional one is missing every row has NULL.
type column struct {
	name     string
	form     form
	optional bool
}

// table is one that is read. The key, where it has one, names a row in the report and must be unique.
type table struct {
	name     string
	key      string
	optional bool
	columns  []column
}

// tables are those of the earlier system. What it has beside them is not read, and the report says so.
var tables = []table{
	{name: "users", key: "user_id", columns: []column{
		{name: "user_id", form: integer}, {name: "name", form: text}, {name: "email", form: text}, {name: "password_hash", form: text},
		{name: "role", form: text}, {name: "department", form: text, optional: true}, {name: "created_at", form: moment, optional: true},
	}},
	{name: "students", key: "student_id", columns: []column{
		{name: "student_id", form: integer}, {name: "roll_number", form: text}, {name: "batch_year", form: integer}, {name: "branch", form: text},
		{name: "tenth_percent", form: number}, {name: "twelfth_percent", form: number}, {name: "cgpa", form: number},
		{name: "active_backlogs", form: integer},
	}},
	{name: "placement_coordinators", key: "coordinator_id", optional: true, columns: []column{
		{name: "coordinator_id", form: integer}, {name: "contact_number", form: text, optional: true},
	}},
	{name: "placement_head", key: "head_id", optional: true, columns: []column{
		{name: "head_id", form: integer}, {name: "contact_number", form: text, optional: true},
	}},
	{name: "job_domains", key: "domain_id", columns: []column{{name: "domain_id", form: integer}, {name: "domain_name", form: text}}},
	{name: "placement_drives", key: "drive_id", columns: []column{
		{name: "drive_id", form: integer}, {name: "company_name", form: text}, {name: "job_title", form: text}, {name: "domain_id", form: integer},
		{name: "job_description", form: text}, {name: "interview_date", form: moment}, {name: "min_cgpa", form: number},
		{name: "min_10th", form: number}, {name: "min_12th", form: number}, {name: "max_backlogs", form: integer},
		{name: "posted_by", form: integer}, {name: "created_at", form: moment}, {name: "pdf_path", form: text, optional: true},
		{name: "status", form: text, optional: true}, {name: "published_at", form: moment, optional: true},
		{name: "published_by", form: integer, optional: true}, {name: "auto_published", form: truth, optional: true},
		{name: "attendance_published", form: truth, optional: true},
	}},
	{name: "drive_eligibility_results", columns: []column{
		{name: "drive_id", form: integer}, {name: "student_id", form: integer}, {name: "is_eligible", form: truth},
		{name: "filtered_at", form: moment, optional: true},
	}},
	{name: "drive_coordinator_selections", optional: true, columns: []column{
		{name: "drive_id", form: integer}, {name: "student_id", form: integer}, {name: "created_at", form: moment, optional: true},
		{name: "selected_at", form: moment, optional: true},
	}},
	{name: "drive_registrations", key: "registration_id", columns: []column{
		{name: "registration_id", form: integer}, {name: "drive_id", form: integer}, {name: "student_id", form: integer},
		{name: "registered_at", form: moment},
	}},
	{name: "attendance", key: "attendance_id", columns: []column{
		{name: "attendance_id", form: integer}, {name: "drive_id", form: integer}, {name: "student_id", form: integer}, {name: "status", form: text},
	}},
	{name: "notifications", key: "notification_id", optional: true, columns: []column{
		{name: "notification_id", form: integer}, {name: "user_id", form: integer}, {name: "title", form: text}, {name: "message", form: text},
		{name: "type", form: text}, {name: "entity_type", form: text, optional: true}, {name: "entity_id", form: integer, optional: true},
		{name: "is_read", form: truth, optional: true}, {name: "created_at", form: moment}, {name: "read_at", form: moment, optional: true},
	}},
	{name: "finished_drives", optional: true, columns: []column{
		{name: "drive_id", form: integer}, {name: "finished_date", form: moment, optional: true}, {name: "finished_at", form: moment, optional: true},
		{name: "total_registered", form: integer, optional: true}, {name: "total_present", form: integer, optional: true},
		{name: "total_absent", form: integer, optional: true}, {name: "total_attended", form: integer, optional: true},
	}},
}

// staged is the temporary table that holds a table's rows as they came.
func (t table) staged() string { return "legacy_" + t.name }

// source is the earlier system's database, seen as of one moment.
type source struct {
	conn    *pgx.Conn
	tx      pgx.Tx
	columns map[string]map[string]string // table, column, type
}

// openSource connects and never shows the URL, which holds a password.
func openSource(ctx context.Context, databaseURL string) (*source, error) {
	cfg, err := pgx.ParseConfig(databaseURL)
	if err != nil {
		return nil, errors.New("DATABASE_URL of the earlier system is not a PostgreSQL address: postgres://USER:PASSWORD@HOST:5432/NAME")
	}
	cfg.RuntimeParams["client_encoding"] = "UTF8"
	cfg.RuntimeParams["application_name"] = "placeops import-legacy"
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("the earlier system's database cannot be reached: %w", connectFault(err))
	}
	s := &source{conn: conn, columns: map[string]map[string]string{}}
	if err := s.begin(ctx); err != nil {
		return nil, errors.Join(err, conn.Close(ctx))
	}
	return s, nil
}

// connectFault leaves out the addresses that were all tried in vain, but for the first one.
func connectFault(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return errors.New(pg.Message)
	}
	first, _, _ := strings.Cut(err.Error(), "\n")
	return errors.New(first)
}

func (s *source) close(ctx context.Context) { _ = s.conn.Close(context.WithoutCancel(ctx)) }

// begin takes the snapshot and finds out which tables and columns there are.
func (s *source) begin(ctx context.Context) (err error) {
	s.tx, err = s.conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return err
	}
	if _, err := s.tx.Exec(ctx, "SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL extra_float_digits = 1"); err != nil {
		return err
	}
	rows, err := s.tx.Query(ctx, `
SELECT table_name::text, column_name::text, data_type::text
FROM information_schema.columns
WHERE table_schema = current_schema()`)
	if err != nil {
		return err
	}
	var name, field, kind string
	_, err = pgx.ForEachRow(rows, []any{&name, &field, &kind}, func() error {
		if s.columns[name] == nil {
			s.columns[name] = map[string]string{}
		}
		s.columns[name][field] = kind
		return nil
	})
	if err != nil {
		return err
	}
	return s.recognise()
}

// recognise names everything that is missing at once.
func (s *source) recognise() error {
	if s.columns["goose_db_version"] != nil && s.columns["drive_students"] != nil {
		return errors.New("that database is one of placeops, not of the earlier system: move it with backup and restore")
	}
	var missing []string
	for _, t := range tables {
		there := s.columns[t.name]
		if there == nil {
			if !t.optional {
				missing = append(missing, "table "+t.name)
			}
			continue
		}
		for _, c := range t.columns {
			if there[c.name] == "" && !c.optional {
				missing = append(missing, t.name+"."+c.name)
			}
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("that is not the earlier system's database, or this user may not read it: there is no %s", strings.Join(missing, ", "))
	}
	return nil
}

// unread lists what there is and is not read.
func (s *source) unread() []string {
	var found []string
	for name, columns := range s.columns {
		at := slices.IndexFunc(tables, func(t table) bool { return t.name == name })
		if at < 0 {
			found = append(found, "table "+name)
			continue
		}
		for own := range columns {
			if !slices.ContainsFunc(tables[at].columns, func(c column) bool { return c.name == own }) {
				found = append(found, name+"."+own)
			}
		}
	}
	slices.Sort(found)
	return found
}

// list is a table's columns as the source writes them, all in the same way whatever their types are.
func (s *source) list(t table) []string {
	list := make([]string, len(t.columns))
	for i, c := range t.columns {
		kind := s.columns[t.name][c.name]
		value := pgx.Identifier{c.name}.Sanitize() + "::text"
		switch {
		case kind == "":
			value = "NULL::text"
		case c.form.pattern != "":
			value = "NULLIF(btrim(" + value + "), '')" + c.form.cast + "::text"
		}
		list[i] = value + " AS " + pgx.Identifier{c.name}.Sanitize()
	}
	return list
}

// malformed finds values that are not what their column should hold, such as words in a column of marks that is a text.
func (s *source) malformed(ctx context.Context, t table, found func(key, column, value, why string) error) error {
	for _, c := range t.columns {
		kind := s.columns[t.name][c.name]
		if kind == "" || c.form.pattern == "" || slices.Contains(c.form.types, kind) && c.form.stage != "text" {
			continue
		}
		key := "''"
		if t.key != "" {
			key = pgx.Identifier{t.key}.Sanitize() + "::text"
		}
		rows, err := s.tx.Query(ctx, fmt.Sprintf(`SELECT COALESCE(%s, ''), left(%s::text, 100) FROM %s WHERE btrim(%s::text) <> '' AND lower(btrim(%s::text)) !~* $1 ORDER BY 1, 2`,
			key, quoted(c.name), quoted(t.name), quoted(c.name), quoted(c.name)), c.form.pattern)
		if err != nil {
			return err
		}
		var id, value string
		if _, err := pgx.ForEachRow(rows, []any{&id, &value}, func() error { return found(id, c.name, value, "is no value for this column") }); err != nil {
			return err
		}
	}
	return nil
}

// copyTo writes a table's rows in PostgreSQL's own text format.
func (s *source) copyTo(ctx context.Context, t table, w io.Writer) error {
	_, err := s.conn.PgConn().CopyTo(ctx, w, fmt.Sprintf("COPY (SELECT %s FROM %s) TO STDOUT", strings.Join(s.list(t), ", "), quoted(t.name)))
	return err
}

// sum is the number of a table's rows and a checksum of them in any order.
func (s *source) sum(ctx context.Context, t table) (sum rowsSum, err error) {
	from := fmt.Sprintf("(SELECT %s FROM %s) AS x", strings.Join(s.list(t), ", "), quoted(t.name))
	err = s.tx.QueryRow(ctx, sumSQL(t, from)).Scan(&sum.rows, &sum.sum)
	return sum, err
}

type rowsSum struct {
	rows int64
	sum  string
}

// sumSQL works on the server's own text of each value, on any version.
func sumSQL(t table, from string) string {
	parts := make([]string, len(t.columns))
	for i, c := range t.columns {
		parts[i] = "COALESCE(length(" + quoted(c.name) + "::text) || ':' || " + quoted(c.name) + "::text, '-')"
	}
	return fmt.Sprintf("SELECT count(*), COALESCE(sum(('x' || left(md5(convert_to(%s, 'UTF8')), 15))::bit(60)::bigint), 0)::text FROM %s",
		strings.Join(parts, " || ','  || "), from)
}

func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }

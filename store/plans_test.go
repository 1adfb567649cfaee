package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"placeops/eligibility"
	"placeops/jobs"
	"placeops/store"
	"placeops/store/storetest"
)

// bigTables grow with students, drives and time: what people wait for never reads one from end to end.
var bigTables = []string{
	"users", "students", "drive_students", "registrations", "attendance", "notice_reads", "login_failures", "river_job",
}

const (
	planStudents = 20_000
	aHead        = planStudents + 1
)

// bigCollege makes users and drives; drive d is for the students of its own parity. Foreign keys are not checked: it is
// the amount that counts here.
const bigCollege = `
SELECT set_config('session_replication_role', 'replica', true);

INSERT INTO users (user_id, name, email, role, password_hash)
SELECT id, 'Student ' || id, 'student' || id || '@example.edu', CASE WHEN id <= 20000 THEN 'STUDENT' ELSE 'HEAD' END, 'hash'
FROM generate_series(1, 20010) AS id;

INSERT INTO students (student_id, roll_number, branch, batch_year, cgpa)
SELECT id, 'R' || id, 'Branch ' || id % 30, 2027, 5 + id % 5
FROM generate_series(1, 20000) AS id;

INSERT INTO drives (drive_id, company_name, job_title, posted_by, min_cgpa, status)
SELECT id, 'Acme', 'Engineer', 20001, 8,
       CASE WHEN id <= 20 THEN 'posted' WHEN id <= 35 THEN 'finished' ELSE 'cancelled' END
FROM generate_series(1, 40) AS id;`

// publish opens drives to half of the students each, of whom three in twenty register.
func publish(first, last int) string {
	return fmt.Sprintf(`
SELECT set_config('session_replication_role', 'replica', true);

INSERT INTO drive_students (drive_id, student_id, selected, selected_at)
SELECT d, s, true, now()
FROM generate_series(%d, %d) AS d, generate_series(2 - d %% 2, 20000, 2) AS s;

INSERT INTO registrations (drive_id, student_id)
SELECT drive_id, student_id
FROM drive_students
WHERE student_id %% 20 < 3 AND drive_id BETWEEN %[1]d AND %[2]d`, first, last)
}

// busyYear is what came of 40 drives.
const busyYear = `
SELECT set_config('session_replication_role', 'replica', true);

INSERT INTO attendance (drive_id, student_id, status, marked_by)
SELECT drive_id, student_id, 'PRESENT', 20001 FROM registrations WHERE drive_id BETWEEN 21 AND 35;

INSERT INTO notices (event, drive_id, audience, roles, actor_id, title, message, type)
SELECT audience, d, audience, CASE WHEN audience = 'roles' THEN ARRAY['HEAD'] ELSE '{}' END, 20002, 'News', 'News', 'info'
FROM generate_series(1, 40) AS d, unnest(ARRAY['selected', 'registered', 'unregistered', 'roles']) AS audience;

INSERT INTO notice_reads (notice_id, user_id)
SELECT n, s FROM generate_series(1, 5) AS n, generate_series(1, 20000) AS s;

INSERT INTO login_failures (failed_at, account, address)
SELECT now() - n * interval '1 ms', 'student' || n % 5000, 'address ' || n % 500
FROM generate_series(1, 50000) AS n;

INSERT INTO river_job (kind, state, args, max_attempts, finalized_at)
SELECT 'send_email', 'completed', '{}', 5, now()
FROM generate_series(1, 50000);`

type statement = func(context.Context, *pgx.Conn) error

func failed[T any](_ T, err error) error { return err }

// hotStatements are what thousands of people do at the same time, and what runs every few seconds.
func hotStatements(t *testing.T, pool *pgxpool.Pool) map[string]statement {
	limits := store.LoginLimits{
		AccountAndAddress: store.LoginLimit{Failures: 5, Window: time.Minute},
		Account:           store.LoginLimit{Failures: 50, Window: time.Minute},
		Address:           store.LoginLimit{Failures: 100, Window: time.Minute},
	}
	hot := map[string]statement{
		"Register": func(ctx context.Context, db *pgx.Conn) error { return failed(store.Register(ctx, db, 1, 5)) },
		"RegistrationState": func(ctx context.Context, db *pgx.Conn) error {
			_, err := store.Register(ctx, db, 1, 6)
			if !store.IsKind(err, store.Forbidden) {
				return errors.Join(errors.New("the student is not selected"), err)
			}
			return nil
		},
		"Withdraw":     func(ctx context.Context, db *pgx.Conn) error { return store.Withdraw(ctx, db, 1, 5) },
		"IsRegistered": func(ctx context.Context, db *pgx.Conn) error { return failed(store.IsRegistered(ctx, db, 1, 5)) },
		"StandingOf":   func(ctx context.Context, db *pgx.Conn) error { return failed(store.StandingOf(ctx, db, 1, 5)) },
		"DrivesToRegisterFor": func(ctx context.Context, db *pgx.Conn) error {
			return failed(store.DrivesToRegisterFor(ctx, db, 5, nil, 50))
		},
		"DriveFor a student": func(ctx context.Context, db *pgx.Conn) error {
			return failed(store.DriveFor(ctx, db, store.Viewer{UserID: 1}, 37))
		},
		"DrivesFor a student": func(ctx context.Context, db *pgx.Conn) error {
			return failed(store.DrivesFor(ctx, db, store.Viewer{UserID: 1}, store.DriveFilter{}, nil, 50))
		},
		"DriveFor a head": func(ctx context.Context, db *pgx.Conn) error {
			return failed(store.DriveFor(ctx, db, store.Viewer{UserID: aHead, SeesAll: true}, 1))
		},
		"PostedDrives": func(ctx context.Context, db *pgx.Conn) error { return failed(store.PostedDrives(ctx, db)) },
		"RegistrationsOfStudent": func(ctx context.Context, db *pgx.Conn) error {
			return failed(store.RegistrationsOfStudent(ctx, db, 1, nil, 50))
		},
		"RegistrationsOfDrive": func(ctx context.Context, db *pgx.Conn) error {
			return failed(store.RegistrationsOfDrive(ctx, db, 1, 100, 100))
		},
		"UserByEmail": func(ctx context.Context, db *pgx.Conn) error {
			return failed(store.UserByEmail(ctx, db, "Student5@example.edu"))
		},
		"ConfirmPassword": func(ctx context.Context, db *pgx.Conn) error {
			_, ok, err := store.ConfirmPassword(ctx, db, 5, "hash")
			if !ok {
				return errors.Join(errors.New("the password is right"), err)
			}
			return err
		},
		"LoginWait": func(ctx context.Context, db *pgx.Conn) error {
			return failed(store.LoginWait(ctx, db, limits, "student5", "address 5"))
		},
		"ForgetLoginFailures": func(ctx context.Context, db *pgx.Conn) error {
			return store.ForgetLoginFailures(ctx, db, limits)
		},
		"NoticesFor":         func(ctx context.Context, db *pgx.Conn) error { return failed(store.NoticesFor(ctx, db, 5, nil, 50)) },
		"CountUnreadNotices": func(ctx context.Context, db *pgx.Conn) error { return failed(store.CountUnreadNotices(ctx, db, 5)) },
		"ReadNotice":         func(ctx context.Context, db *pgx.Conn) error { return failed(store.ReadNotice(ctx, db, 5, 1)) },
		"ReadAllNotices":     func(ctx context.Context, db *pgx.Conn) error { return store.ReadAllNotices(ctx, db, 5) },
		"jobs.Counts":        func(ctx context.Context, db *pgx.Conn) error { return failed(jobs.Counts(ctx, db)) },
	}
	maps.Copy(hot, crowds(t, pool))
	return hot
}

// crowds are the statements that answer many requests at once, for one of them and for a full house.
func crowds(t *testing.T, pool *pgxpool.Pool) map[string]statement {
	t.Helper()
	posted, err := store.PostedDrives(t.Context(), pool)
	require.NoError(t, err)
	drives := map[int64]store.Drive{}
	for _, d := range posted {
		drives[d.DriveID] = d
	}
	crowds := map[string]statement{}
	for _, size := range []int64{1, 20, 500} { // the server asks for 500 at most
		var students []int64
		var candidates []store.Candidate
		for i := range size {
			student := 1 + i*planStudents/size
			students = append(students, student)
			candidates = append(candidates, store.Candidate{DriveID: posted[i%int64(len(posted))].DriveID, StudentID: student})
		}
		crowds[fmt.Sprintf("AccessOf %d", size)] = func(ctx context.Context, db *pgx.Conn) error { return failed(store.AccessOf(ctx, db, students)) }
		crowds[fmt.Sprintf("RegisterForDrive %d", size)] = func(ctx context.Context, db *pgx.Conn) error {
			return failed(store.RegisterForDrive(ctx, db, 2, students))
		}
		crowds[fmt.Sprintf("RegisterMany %d", size)] = func(ctx context.Context, db *pgx.Conn) error { return failed(store.RegisterMany(ctx, db, candidates)) }
		crowds[fmt.Sprintf("StandingsInDrives %d", size)] = func(ctx context.Context, db *pgx.Conn) error {
			return failed(store.StandingsInDrives(ctx, db, drives, students))
		}
		crowds[fmt.Sprintf("RegisteredForCancelled %d", size)] = func(ctx context.Context, db *pgx.Conn) error {
			return failed(store.RegisteredForCancelled(ctx, db, students))
		}
		crowds[fmt.Sprintf("Verdicts %d", size)] = func(ctx context.Context, db *pgx.Conn) error {
			return failed(eligibility.Verdicts(ctx, db, drives, candidates))
		}
	}
	return crowds
}

func TestNoHotStatementReadsAWholeBigTable(t *testing.T) {
	t.Parallel()
	pool := storetest.New(t)
	fill(t, pool, bigCollege, publish(1, 40), busyYear, "ANALYZE")
	requireLookups(t, pool, hotStatements(t, pool))
}

// Right after a publish nobody has told the planner of the new rows. The people are known for long.
func TestAFreshlyPublishedDriveIsReadThroughIndexes(t *testing.T) {
	t.Parallel()
	people := "ANALYZE users, students, drives"
	for known, before := range map[string][]string{
		"nothing was ever analysed":      {bigCollege, people},
		"the tables were analysed empty": {"ANALYZE", bigCollege, people},
		"only another drive is known":    {bigCollege, publish(20, 20), "ANALYZE"},
	} {
		t.Run(known, func(t *testing.T) {
			t.Parallel()
			pool := storetest.New(t)
			fill(t, pool, append(before, publish(1, 4))...)
			requireLookups(t, pool, crowds(t, pool))
		})
	}
}

// An office tries everything out, deletes it again, and then opens its first drive. By the plans that the connections now
// make, while there is nothing, each new registration would read all the others.
func TestRegistrationsInATableThatWasEmptyReadNoneOfTheOthers(t *testing.T) {
	t.Parallel()
	const crowds, crowd = 20, 50
	for name, register := range map[string]func(context.Context, store.DBTX, []int64) (int, error){
		"RegisterForDrive": func(ctx context.Context, db store.DBTX, students []int64) (int, error) {
			registered, err := store.RegisterForDrive(ctx, db, 1, students)
			return len(registered), err
		},
		"RegisterMany": func(ctx context.Context, db store.DBTX, students []int64) (int, error) {
			var candidates []store.Candidate
			for _, student := range students {
				candidates = append(candidates, store.Candidate{DriveID: 1, StudentID: student})
			}
			registered, err := store.RegisterMany(ctx, db, candidates)
			return len(registered), err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool, ctx := storetest.New(t), t.Context()
			fill(t, pool, bigCollege, publish(1, 1))
			conn, err := pool.Acquire(ctx)
			require.NoError(t, err)
			defer conn.Release()
			registerAll := func() {
				for n := range crowds {
					var students []int64
					for i := range crowd {
						students = append(students, int64(2*(n*crowd+i)+1)) // drive 1 is for the odd ones
					}
					registered, err := register(ctx, conn, students)
					require.NoError(t, err)
					require.Equal(t, crowd, registered)
				}
			}
			registerAll()
			fill(t, pool, "DELETE FROM registrations", "VACUUM ANALYZE")
			before := rowsRead(t, conn)
			registerAll()
			require.Equal(t, before, rowsRead(t, conn), "rows of registrations that were read to add others")
		})
	}
}

// rowsRead is how many rows of registrations have been read one after the other, without an index.
func rowsRead(t *testing.T, conn *pgxpool.Conn) (rows int64) {
	t.Helper()
	require.NoError(t, failed(conn.Exec(t.Context(), "SELECT pg_stat_force_next_flush()")))
	err := conn.QueryRow(t.Context(), "SELECT pg_stat_get_tuples_returned('registrations'::regclass)").Scan(&rows)
	require.NoError(t, err)
	return rows
}

func fill(t *testing.T, pool *pgxpool.Pool, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		_, err := pool.Exec(t.Context(), statement)
		require.NoError(t, err)
	}
}

// requireLookups runs statements both with plans for their arguments and with the one that PostgreSQL keeps for all.
func requireLookups(t *testing.T, pool *pgxpool.Pool, statements map[string]statement) {
	t.Helper()
	for _, mode := range []string{"force_custom_plan", "force_generic_plan"} {
		conn, plans := explaining(t, pool, mode)
		for _, name := range slices.Sorted(maps.Keys(statements)) {
			*plans = nil
			require.NoError(t, statements[name](t.Context(), conn), name)
			require.NotEmpty(t, *plans, "%s was not explained", name)
			for _, plan := range *plans {
				for _, scan := range plan.Plan.wholeReads() {
					t.Errorf("%s (%s): %s in\n%s", name, mode, scan, plan.Query)
				}
			}
		}
	}
}

// explained is what auto_explain tells of one statement that the server ran.
type explained struct {
	Query string   `json:"Query Text"`
	Plan  planNode `json:"Plan"`
}

type planNode struct {
	Type     string     `json:"Node Type"`
	Relation string     `json:"Relation Name"`
	Index    string     `json:"Index Name"`
	Cond     string     `json:"Index Cond"`
	Plans    []planNode `json:"Plans"`
}

// wholeReads describes the nodes that read all of a big table: from its pages, or through an index without a condition.
func (n planNode) wholeReads() []string {
	var found []string
	throughIndex := n.Index != "" && n.Cond == "" && n.Type != "ModifyTable"
	if (n.Type == "Seq Scan" || throughIndex) && slices.Contains(bigTables, n.Relation) {
		found = append(found, strings.TrimSpace(fmt.Sprintf("%s of %s %s", n.Type, n.Relation, n.Index)))
	}
	for _, below := range n.Plans {
		found = append(found, below.wholeReads()...)
	}
	return found
}

// explaining is a connection whose every statement, also those of its foreign keys, leaves the plan it was run by.
func explaining(t *testing.T, pool *pgxpool.Pool, planCacheMode string) (*pgx.Conn, *[]explained) {
	t.Helper()
	var plans []explained
	cfg := pool.Config().ConnConfig
	cfg.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) {
		_, plan, ok := strings.Cut(n.Message, "plan:\n")
		if !ok {
			return
		}
		var e explained
		if err := json.Unmarshal([]byte(plan), &e); err != nil {
			t.Errorf("plan: %v in %s", err, plan)
		}
		plans = append(plans, e)
	}
	conn, err := pgx.ConnectConfig(t.Context(), cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close(context.WithoutCancel(t.Context()))) })
	_, err = conn.Exec(t.Context(), `
LOAD 'auto_explain';
SET auto_explain.log_min_duration = 0;
SET auto_explain.log_nested_statements = on;
SET auto_explain.log_format = json;
SET auto_explain.log_level = notice;
SET plan_cache_mode = `+planCacheMode)
	require.NoError(t, err)
	return conn, &plans
}

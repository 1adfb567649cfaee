package store

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"placeops/sql"
	"placeops/store/dbsqlc"
)

// Grant lets a role work with the tables of a current schema, and do nothing else with them. Granted before, or by an
// earlier version, it has afterwards what this version needs.
func (m *Migrator) Grant(ctx context.Context, role string) error {
	return withLock(ctx, m.pool, "", func() error {
		return InTx(ctx, m.pool, func(tx pgx.Tx) error { return grant(ctx, tx, role) })
	})
}

func grant(ctx context.Context, tx pgx.Tx, role string) error {
	at, err := queries(tx).WhereAndWho(ctx)
	if err != nil {
		return err
	}
	owns, err := queries(tx).RoleOwnsTables(ctx, role)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == undefinedObject {
		return fmt.Errorf("there is no role %q: make it first, with CREATE ROLE %s LOGIN PASSWORD '…'", role, quoted(role))
	}
	if err != nil {
		return err
	}
	if owns {
		return fmt.Errorf("role %q may already do all that the owner of the tables may: choose one that is neither a superuser nor a member of %s",
			role, quoted(at.Role))
	}
	if _, err := tx.Exec(ctx, sql.OwnersFunctions); err != nil {
		return err
	}
	names := strings.NewReplacer(`:"role"`, quoted(role), `:"schema"`, quoted(at.Schema), `:"database"`, quoted(at.Database))
	_, err = tx.Exec(ctx, names.Replace(sql.RoleGrants))
	return err
}

func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }

// RequireGrants makes sure that the role of db may do all that it needs to, and says what to do if not.
func RequireGrants(ctx context.Context, db DBTX) error {
	q := queries(db)
	owns, err := q.OwnsTables(ctx)
	if err != nil || owns {
		return err
	}
	at, err := q.WhereAndWho(ctx)
	if err != nil {
		return err
	}
	missing, err := q.MissingPrivileges(ctx, wantedPrivileges(at))
	if err != nil || len(missing) == 0 {
		return err
	}
	return fmt.Errorf("database role %s lacks %s: run `placeops migrate --grant-to %s` with the owner's DATABASE_URL",
		quoted(at.Role), strings.Join(missing, ", "), at.Role)
}

var grantLine = regexp.MustCompile(`(?m)^GRANT (.+) ON ([A-Z]+) (.+) TO :"role";$`)

// wantedPrivileges reads the grants as what a role must have.
func wantedPrivileges(at dbsqlc.WhereAndWhoRow) (wanted dbsqlc.MissingPrivilegesParams) {
	names := strings.NewReplacer(`:"schema"`, at.Schema, `:"database"`, at.Database)
	for _, line := range grantLine.FindAllStringSubmatch(sql.RoleGrants, -1) {
		for privilege := range strings.SplitSeq(line[1], ", ") {
			wanted.Kinds = append(wanted.Kinds, line[2])
			wanted.Objects = append(wanted.Objects, names.Replace(line[3]))
			wanted.Privileges = append(wanted.Privileges, privilege)
		}
	}
	return wanted
}

// ExplainPrivilege adds to an error of the database that it does not allow something what a person can do about it.
func ExplainPrivilege(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == insufficientPrivilege {
		return fmt.Errorf("%w: the database role of DATABASE_URL may not do this; as the owner of the tables run "+
			"`placeops migrate --grant-to ROLE`, and leave changes of the schema, backups and restores to the owner", err)
	}
	return err
}

// MadeByGrants tells whether a routine was made by Grant, not by a migration.
func MadeByGrants(routine string) bool {
	return strings.Contains(sql.OwnersFunctions, "CREATE OR REPLACE FUNCTION "+strings.SplitN(routine, "(", 2)[0]+"(")
}

// OwnsTables tells whether the role of db may do what only the owner of the tables may.
func OwnsTables(ctx context.Context, db DBTX) (bool, error) { return queries(db).OwnsTables(ctx) }

package backup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"placeops/store"
)

// ErrInUse is the refusal to change a database under the feet of those who work with it.
var ErrInUse = errors.New("placeops serve is working on this database: stop it, restore, and start it again")

// refuse says why the database must not be restored into.
func (r *restoring) refuse(ctx context.Context, db store.DBTX) error {
	inUse, err := r.options.InUse(ctx, db)
	if err != nil {
		return err
	}
	if inUse {
		return ErrInUse
	}
	schema, err := store.SchemaName(ctx, db)
	if err != nil {
		return err
	}
	if schema == "" {
		return errors.New("the database gives this user no schema to work in: check its search_path")
	}
	if r.options.Replace {
		return nil
	}
	contents, err := store.Contents(ctx, db)
	if err == nil && len(contents) > 0 {
		err = fmt.Errorf("this database holds data (%s): restore into an empty one (another DATABASE_URL or PLACEOPS_DATA_DIR), "+
			"or add --replace, which destroys all of that", strings.Join(contents, ", "))
	}
	return err
}

// swapPatience is how long the old tables may stay in use by others.
const swapPatience = "30s"

// swap destroys what was there and puts in its place what was built aside, in one transaction. The reasons to refuse are
// looked at again, now that nobody else can reach the tables.
func (r *restoring) swap(ctx context.Context) error {
	r.progress("putting it in place")
	return store.InTx(ctx, r.Pool, func(tx pgx.Tx) error {
		if err := store.SetPortablyInTx(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "SET LOCAL lock_timeout = '"+swapPatience+"'"); err != nil {
			return err
		}
		if err := store.KeepMigrationsAway(ctx, tx); err != nil {
			return err
		}
		schema, err := store.SchemaName(ctx, tx)
		if err != nil {
			return err
		}
		if err := r.destroy(ctx, tx, schema); err != nil {
			return err
		}
		return moveAll(ctx, tx, schema)
	})
}

// destroy drops everything in a schema. Where something elsewhere needs a part of it, the database says no.
func (r *restoring) destroy(ctx context.Context, tx pgx.Tx, schema string) error {
	objects, err := store.SchemaObjects(ctx, tx, schema)
	if err != nil {
		return err
	}
	groups := inGroups(objects)
	for _, group := range groups {
		if group.kind != "TABLE" {
			continue
		}
		if _, err := tx.Exec(ctx, "LOCK TABLE "+group.identities+" IN ACCESS EXCLUSIVE MODE"); err != nil {
			return err
		}
	}
	if err := r.refuse(ctx, tx); err != nil {
		return err
	}
	if r.Destroyed, err = r.destroyed(ctx, tx, schema, objects); err != nil {
		return err
	}
	for _, group := range groups {
		if _, err := tx.Exec(ctx, "DROP "+group.kind+" "+group.identities); err != nil {
			return err
		}
	}
	return nil
}

// destroyed names what is lost: the tables that hold data, and whatever is not made anew because placeops did not make it.
// That, too, is only destroyed when told to.
func (r *restoring) destroyed(ctx context.Context, tx pgx.Tx, schema string, objects []store.SchemaObject) ([]string, error) {
	made, err := store.SchemaObjects(ctx, tx, aside)
	if err != nil {
		return nil, err
	}
	anew := map[string]bool{}
	for _, object := range made {
		anew[described(object, aside)] = true
	}
	named, err := store.Contents(ctx, tx)
	if err != nil {
		return nil, err
	}
	var foreign []string
	for _, object := range objects {
		name := described(object, schema)
		table, isTable := strings.CutPrefix(name, "table ")
		listed := isTable && slices.ContainsFunc(named, func(entry string) bool { return strings.HasPrefix(entry, table+": ") })
		routine, _ := strings.CutPrefix(name, "routine ")
		if !anew[name] && !listed && !store.MadeByGrants(routine) {
			foreign = append(foreign, name)
		}
	}
	if len(foreign) > 0 && !r.options.Replace {
		return nil, fmt.Errorf("this database holds what placeops did not make (%s): move it to another schema, restore into an empty database, "+
			"or add --replace, which destroys it", strings.Join(foreign, ", "))
	}
	return append(named, foreign...), nil
}

// described is an object as a person names it, without the schema that it is in.
func described(object store.SchemaObject, schema string) string {
	name := strings.NewReplacer(quoted(schema)+".", "", schema+".", "").Replace(object.Identity)
	return strings.ToLower(object.Kind) + " " + name
}

// group is objects of one kind, with commas between them.
type group struct{ kind, identities string }

// inGroups keeps the order; what follows each other and is of one kind can be dropped in one statement.
func inGroups(objects []store.SchemaObject) []group {
	var groups []group
	for _, object := range objects {
		if last := len(groups) - 1; last >= 0 && groups[last].kind == object.Kind {
			groups[last].identities += ", " + object.Identity
		} else {
			groups = append(groups, group{object.Kind, object.Identity})
		}
	}
	return groups
}

// moveAll moves everything from aside into a schema, and removes the schema aside, which must be empty then.
func moveAll(ctx context.Context, tx pgx.Tx, schema string) error {
	objects, err := store.SchemaObjects(ctx, tx, aside)
	if err != nil {
		return err
	}
	for _, object := range objects { // routines before the types that are part of their names
		statement := fmt.Sprintf("ALTER %s %s SET SCHEMA %s", object.Kind, object.Identity, quoted(schema))
		if _, err := tx.Exec(ctx, statement); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, "DROP SCHEMA "+aside)
	return err
}

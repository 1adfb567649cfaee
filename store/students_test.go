package store_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"placeops/store"
	"placeops/store/decimal"
	"placeops/store/storetest"
)

func TestRollNumberBelongsToOneStudentWhateverItsCase(t *testing.T) {
	t.Parallel()
	pool, ctx := storetest.New(t), t.Context()
	first, second := newUser(t, pool, "a", "STUDENT"), newUser(t, pool, "b", "STUDENT")
	_, err := store.CreateStudent(ctx, pool, store.NewStudent{StudentID: first.UserID, RollNumber: "26cse1"})
	require.NoError(t, err)
	_, err = store.CreateStudent(ctx, pool, store.NewStudent{StudentID: second.UserID, RollNumber: "26CSE1"})
	require.True(t, store.IsKind(err, store.Conflict), "got %v", err)
}

// The writer cuts marks; the database refuses to keep what nobody cut, and so never rounds.
func TestMarksKeepFourDecimalsAndNoMore(t *testing.T) {
	t.Parallel()
	pool, ctx := storetest.New(t), t.Context()
	user := newUser(t, pool, "a", "STUDENT")
	create := func(text string) (store.Student, error) {
		cgpa := decimal.MustParse(text)
		var student store.Student
		err := store.InTx(ctx, pool, func(tx pgx.Tx) (err error) {
			student, err = store.CreateStudent(ctx, tx, store.NewStudent{StudentID: user.UserID, RollNumber: "1", CGPA: &cgpa})
			return err
		})
		return student, err
	}
	_, err := create("7.49999")
	require.ErrorContains(t, err, "check constraint")
	student, err := create("7.4999")
	require.NoError(t, err)
	require.Equal(t, "7.4999", student.CGPA.String())
}

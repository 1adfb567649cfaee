package store

import (
	"context"

	"placeops/store/dbsqlc"
)

// User is a person who can sign in.
type User = dbsqlc.User

// NewUser is what CreateUser stores. PasswordHash or CodeHash opens the account; with neither nobody can sign in.
type NewUser = dbsqlc.CreateUserParams

// CreateUser adds an account. An e-mail address that is taken (ignoring case) is a Conflict.
func CreateUser(ctx context.Context, db DBTX, user NewUser) (User, error) {
	created, err := queries(db).CreateUser(ctx, user)
	return created, constraintError(err)
}

// UserByID reads one account, or NotFound.
func UserByID(ctx context.Context, db DBTX, userID int64) (User, error) {
	user, err := queries(db).UserByID(ctx, userID)
	return one(user, err, "user")
}

// UserByEmail reads the account of an e-mail address, ignoring case, or NotFound.
func UserByEmail(ctx context.Context, db DBTX, email string) (User, error) {
	user, err := queries(db).UserByEmail(ctx, email)
	return one(user, err, "user")
}

// LockUser reads one account and keeps it from changing until the transaction ends.
func LockUser(ctx context.Context, tx DBTX, userID int64) (User, error) {
	user, err := queries(tx).LockUser(ctx, userID)
	return one(user, err, "user")
}

// UserFilter narrows a list of users; nil fields do not.
type UserFilter struct {
	Role     *string
	Active   *bool
	Matching *string // an ILIKE pattern over name and e-mail, see Matching
}

// ListUsers returns at most limit users after afterID, in the order of their ids.
func ListUsers(ctx context.Context, db DBTX, filter UserFilter, afterID int64, limit int32) ([]User, error) {
	return queries(db).ListUsers(ctx, dbsqlc.ListUsersParams{
		AfterID: afterID, Role: filter.Role, Active: filter.Active, Matching: filter.Matching, RowLimit: limit,
	})
}

// CountUsers counts all users that a filter lets through.
func CountUsers(ctx context.Context, db DBTX, filter UserFilter) (int64, error) {
	return queries(db).CountUsers(ctx, dbsqlc.CountUsersParams{
		Role: filter.Role, Active: filter.Active, Matching: filter.Matching,
	})
}

// HasUsers tells whether anybody has an account yet.
func HasUsers(ctx context.Context, db DBTX) (bool, error) {
	count, err := queries(db).CountAllUsers(ctx)
	return count > 0, err
}

// UpdateUser writes what may change of an account; revokeTokens refuses every token issued until now.
func UpdateUser(ctx context.Context, tx DBTX, user User, revokeTokens bool) (User, error) {
	updated, err := queries(tx).UpdateUser(ctx, dbsqlc.UpdateUserParams{
		UserID: user.UserID, Name: user.Name, Email: user.Email, Role: user.Role, Department: user.Department,
		Phone: user.Phone, Active: user.Active, RevokeTokens: revokeTokens,
	})
	return one(updated, err, "user")
}

// EndAllTokens refuses every token issued until now: everybody has to sign in again.
func EndAllTokens(ctx context.Context, db DBTX) error { return queries(db).EndAllTokens(ctx) }

// KeepAHead refuses (Conflict) to go on when userID is the last active head. The heads stay locked until the transaction
// ends, so two demotions at the same moment cannot both think that the other one remains.
func KeepAHead(ctx context.Context, tx DBTX, userID int64) error {
	heads, err := queries(tx).LockActiveHeads(ctx)
	if err != nil {
		return err
	}
	if len(heads) == 1 && heads[0] == userID {
		return Errorf(Conflict, "this is the last active head; make somebody else head first")
	}
	return nil
}

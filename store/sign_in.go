package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"placeops/store/dbsqlc"
)

// Access is what every request of a signed-in person is checked against.
type Access = dbsqlc.AccessOfRow

// AccessOf reads the present standing of accounts; those that do not exist are missing from the answer.
func AccessOf(ctx context.Context, db DBTX, userIDs []int64) (map[int64]Access, error) {
	rows, err := queries(db).AccessOf(ctx, userIDs)
	if err != nil {
		return nil, err
	}
	all := make(map[int64]Access, len(rows))
	for _, row := range rows {
		all[row.UserID] = row
	}
	return all, nil
}

// ConfirmPassword returns the moment, on the database's clock, at which passwordHash was still the password of an active
// account: the issue time of a token. Ok is false when it is not any more.
func ConfirmPassword(ctx context.Context, db DBTX, userID int64, passwordHash string) (issuedAt time.Time, ok bool, err error) {
	issuedAt, err = queries(db).ConfirmPassword(ctx, dbsqlc.ConfirmPasswordParams{UserID: userID, PasswordHash: &passwordHash})
	return issuedAt, err == nil, ignoreNoRow(err)
}

// ReplaceHash writes another hash of the same password, if it is still the account's; no token ends.
func ReplaceHash(ctx context.Context, db DBTX, userID int64, oldHash, newHash string) error {
	_, err := queries(db).ReplaceHash(ctx, dbsqlc.ReplaceHashParams{UserID: userID, OldHash: &oldHash, NewHash: &newHash})
	return err
}

// ImportedHashCost is the cost of the bcrypt hashes that came from an earlier system; 0 if there is none.
func ImportedHashCost(ctx context.Context, db DBTX) (int, error) {
	cost, err := queries(db).ImportedHashCost(ctx)
	return int(cost), err
}

// UseCode takes the one-time code of an account and returns the issue time of a token. Ok is false for a wrong code, a
// used one and an inactive account.
func UseCode(ctx context.Context, db DBTX, userID int64, codeHash []byte) (issuedAt time.Time, ok bool, err error) {
	issuedAt, err = queries(db).UseCode(ctx, dbsqlc.UseCodeParams{UserID: userID, CodeHash: codeHash})
	return issuedAt, err == nil, ignoreNoRow(err)
}

// SetPassword gives an account a new password; every token issued until the returned moment is refused.
func SetPassword(ctx context.Context, db DBTX, userID int64, passwordHash string) (time.Time, error) {
	from, err := queries(db).SetPassword(ctx, dbsqlc.SetPasswordParams{UserID: userID, PasswordHash: &passwordHash})
	if from == nil {
		from = &time.Time{}
	}
	return one(*from, err, "user")
}

// SetCode replaces an account's password by a one-time code.
func SetCode(ctx context.Context, db DBTX, userID int64, codeHash []byte) error {
	return queries(db).SetCode(ctx, dbsqlc.SetCodeParams{UserID: userID, CodeHash: codeHash})
}

// RecordLoginFailure counts a failed log-in against account (the e-mail address as typed, folded) and client address.
func RecordLoginFailure(ctx context.Context, db DBTX, account, address string) error {
	return queries(db).RecordLoginFailure(ctx, dbsqlc.RecordLoginFailureParams{Account: account, Address: address})
}

// LoginLimit is how many failed log-ins within a window are too many.
type LoginLimit struct {
	Failures int
	Window   time.Duration
}

// allowed is how many failures may be there.
func (l LoginLimit) allowed() int32 { return int32(l.Failures) - 1 } //nolint:gosec // a million at most

// LoginLimits are for log-ins that fail at an account from one address, at an account from anywhere, and from an address.
type LoginLimits struct{ AccountAndAddress, Account, Address LoginLimit }

// LoginWait is for how much longer log-ins are refused because too many have failed; 0 is not at all. The failures are
// counted in the database, so the limits hold for all processes together.
func LoginWait(ctx context.Context, db DBTX, l LoginLimits, account, address string) (time.Duration, error) {
	seconds, err := queries(db).LoginWait(ctx, dbsqlc.LoginWaitParams{
		Account:        account,
		Address:        address,
		PairAllowed:    l.AccountAndAddress.allowed(),
		PairWindow:     l.AccountAndAddress.Window.Seconds(),
		AccountAllowed: l.Account.allowed(),
		AccountWindow:  l.Account.Window.Seconds(),
		AddressAllowed: l.Address.allowed(),
		AddressWindow:  l.Address.Window.Seconds(),
	})
	return time.Duration(seconds * float64(time.Second)), err
}

// ForgetLoginFailures removes failures that no window reaches any more.
func ForgetLoginFailures(ctx context.Context, db DBTX, l LoginLimits) error {
	longest := max(l.AccountAndAddress.Window, l.Account.Window, l.Address.Window)
	return queries(db).ForgetOldLoginFailures(ctx, longest.Seconds())
}

func ignoreNoRow(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	return err
}

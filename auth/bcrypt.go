package auth

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/crypto/bcrypt"
)

// MaxBcryptCost is the highest cost that is checked: half a second of a core. Above it a log-in would be a way to stop all
// others.
const MaxBcryptCost = 13

// bcryptHash is the form of the hashes that other systems made and that were imported with their accounts.
var bcryptHash = regexp.MustCompile(`^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$`)

// IsOutdated reports whether a hash that Verify accepts should be replaced by one of Hash, now that the password is known.
func IsOutdated(hash string) bool { return isBcrypt(hash) }

func isBcrypt(hash string) bool { return strings.HasPrefix(hash, "$2") }

// checkBcrypt refuses damaged hashes and those that would take too long, and returns the cost.
func checkBcrypt(hash string) (cost int, err error) {
	if !bcryptHash.MatchString(hash) {
		return 0, ErrHashMalformed
	}
	if cost, err = bcrypt.Cost([]byte(hash)); err != nil {
		return 0, fmt.Errorf("%w (%w)", ErrHashMalformed, err)
	}
	if cost > MaxBcryptCost {
		return 0, ErrHashMalformed
	}
	return cost, nil
}

// compareBcrypt looks at the first 72 bytes of the password alone, as what made the hash did.
func compareBcrypt(password, hash string) (bool, error) {
	err := bcrypt.CompareHashAndPassword([]byte(hash), []byte(password))
	if errors.Is(err, bcrypt.ErrMismatchedHashAndPassword) {
		return false, nil
	}
	return err == nil, err
}

// ExpectBcrypt tells that there are accounts with bcrypt hashes of that cost; 0 is none. From then on whoever fails to sign
// in has waited for a check of both kinds, whatever the account has, so that time does not tell which accounts there are.
// Verify finds out by itself when it meets the first.
func (p *Passwords) ExpectBcrypt(cost int) {
	if cost >= bcrypt.MinCost && cost <= MaxBcryptCost {
		p.bcryptCost.Store(int64(cost))
	}
}

// failAlike spends what a check of the other kind takes: match is false, and the hash was of the given kind.
func (p *Passwords) failAlike(wasBcrypt bool, password string) error {
	cost := p.bcryptCost.Load()
	if cost == 0 {
		return nil
	}
	if wasBcrypt {
		_, err := compareArgon2(password, p.dummy)
		return err
	}
	_, err := compareBcrypt(password, dummyBcrypt(int(cost)))
	return err
}

// dummyBcrypt is a hash of that cost that no password is known to have.
func dummyBcrypt(cost int) string {
	return fmt.Sprintf("$2b$%02d$%s", cost, "N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWz"[:53])
}

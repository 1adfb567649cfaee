package auth

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/alexedwards/argon2id"
	"golang.org/x/crypto/argon2"
	"golang.org/x/sync/semaphore"
)

// maxWaiting bounds how many callers queue for a turn. With two runs at once,
// the last of them waits for a few seconds.
const maxWaiting = 200

var (
	// ErrBusy means that too many people are signing in at this moment. Nothing
	// was checked: try again after a few seconds.
	ErrBusy = errors.New("too many passwords are being checked: try again in a few seconds")
	// ErrHashMalformed means that a stored hash is not one that Hash made. Give
	// the person a new password.
	ErrHashMalformed = errors.New("the stored password hash is damaged: reset the password")
)

// Passwords hashes and verifies passwords with argon2id. It runs only so many
// at once, since each run takes 19 MiB of memory and a core. Make one for the
// whole process.
type Passwords struct {
	turns   *semaphore.Weighted
	waiting atomic.Int64
	dummy   string
	// bcryptCost is that of the hashes that came from elsewhere; 0 while none is known of. See ExpectBcrypt.
	bcryptCost atomic.Int64
}

// NewPasswords returns a Passwords with at most maxConcurrent runs at once, at
// least one. The number of cores is a good choice.
func NewPasswords(maxConcurrent int) *Passwords {
	return &Passwords{
		turns: semaphore.NewWeighted(int64(max(maxConcurrent, 1))),
		dummy: dummyHash(),
	}
}

// hashParams are those that OWASP recommends for argon2id with bounded memory;
// a run takes 16 to 30 ms on one core of a 2020s server.
func hashParams() *argon2id.Params {
	return &argon2id.Params{
		Memory:      19 * 1024, // KiB
		Iterations:  2,
		Parallelism: 1,
		SaltLength:  16,
		KeyLength:   32,
	}
}

// Hash returns the argon2id hash of a password in its usual text form, with
// its own random salt. It fails with ErrBusy, or with the context's error when
// that ends before it is this caller's turn.
func (p *Passwords) Hash(ctx context.Context, password string) (string, error) {
	var hash string
	err := p.takeTurn(ctx, func() (err error) {
		hash, err = argon2id.CreateHash(password, hashParams())
		return err
	})
	return hash, err
}

// Verify reports whether hash was made of password; it may also be a bcrypt
// hash that came from elsewhere (see IsOutdated). With a nil hash (nobody with
// that e-mail, or nobody with a password) it takes the same time and reports
// false, so that a stranger cannot learn who has an account. It fails
// with ErrBusy, with ErrHashMalformed, or with the context's error when that
// ends before it is this caller's turn.
func (p *Passwords) Verify(ctx context.Context, hash *string, password string) (bool, error) {
	against := p.dummy
	if hash != nil {
		against = *hash
	}
	compare := compareArgon2
	if isBcrypt(against) {
		cost, err := checkBcrypt(against)
		if err != nil {
			return false, err
		}
		compare = compareBcrypt
		p.bcryptCost.CompareAndSwap(0, int64(cost))
	} else if err := checkHash(against); err != nil {
		return false, err
	}
	var match bool
	err := p.takeTurn(ctx, func() (err error) {
		match, err = compare(password, against)
		if err == nil && !match {
			err = p.failAlike(isBcrypt(against), password)
		}
		return err
	})
	return match && hash != nil && err == nil, err
}

func compareArgon2(password, hash string) (bool, error) {
	return argon2id.ComparePasswordAndHash(password, hash)
}

// takeTurn runs one hashing when it is its turn.
func (p *Passwords) takeTurn(ctx context.Context, run func() error) error {
	if err := p.acquire(ctx); err != nil {
		return err
	}
	defer p.turns.Release(1)
	return run()
}

func (p *Passwords) acquire(ctx context.Context) error {
	if p.turns.TryAcquire(1) {
		return nil
	}
	defer p.waiting.Add(-1)
	if p.waiting.Add(1) > maxWaiting {
		return ErrBusy
	}
	if err := p.turns.Acquire(ctx, 1); err != nil {
		return fmt.Errorf("waiting to check a password: %w", err)
	}
	return nil
}

// checkHash refuses hashes on which argon2 would panic, match everything (an
// empty key) or take all memory.
func checkHash(hash string) error {
	params, _, _, err := argon2id.DecodeHash(hash)
	if err != nil {
		return fmt.Errorf("%w (%w)", ErrHashMalformed, err)
	}
	own := hashParams()
	sane := params.Iterations >= 1 && params.Iterations <= 16*own.Iterations &&
		params.Memory <= 16*own.Memory &&
		params.Parallelism >= 1 && params.KeyLength >= 16
	if !sane {
		return ErrHashMalformed
	}
	return nil
}

// dummyHash returns a hash that no password has: random bytes stand where the
// key would. Verifying against it costs exactly what a real one costs.
func dummyHash() string {
	params := hashParams()
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		params.Memory, params.Iterations, params.Parallelism,
		randomText(params.SaltLength), randomText(params.KeyLength))
}

func randomText(length uint32) string {
	random := make([]byte, length)
	_, _ = rand.Read(random) // never fails: the program stops if there is no randomness
	return base64.RawStdEncoding.EncodeToString(random)
}

package pitr

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"placeops/backup"
	"placeops/uploads"
)

// Archive is one place. It may be used by many goroutines, and by several processes.
type Archive struct {
	place   place
	address string
	logger  *slog.Logger

	files atomic.Pointer[uploads.Store] // whose files are copied with the write-ahead log; nil: none

	mu      sync.Mutex      // held while files are copied
	copied  map[string]bool // the files that are here, once it is known
	since   time.Time       // files stored before are here
	failing failing
}

// Open returns the archive at an address. It need not be within reach.
func Open(address string, logger *slog.Logger) (*Archive, error) {
	at, err := openPlace(address)
	if err != nil {
		return nil, err
	}
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	return &Archive{place: at, address: address, logger: logger.With("component", "archive")}, nil
}

// Uploads gives the store whose files are copied from now on, before each file of the write-ahead log.
func (a *Archive) Uploads(files *uploads.Store) { a.files.Store(files) }

// LastUploads copies what is new once more, and then lets go of the store.
func (a *Archive) LastUploads(ctx context.Context) {
	a.copyRecent(ctx, time.Now())
	a.files.Store(nil)
}

// seal puts a thing in its packed and sealed form.
func (a *Archive) seal(ctx context.Context, name string, at time.Time, write func(io.Writer) error) error {
	return a.place.put(ctx, name, at, func(to io.Writer) error {
		sealed, err := backup.NewSealed(to)
		if err != nil {
			return err
		}
		if err := write(sealed); err != nil {
			return err
		}
		return sealed.Close()
	})
}

// unseal hands a thing to read, which must read it to its end before it trusts anything, and proves that it was whole.
func (a *Archive) unseal(ctx context.Context, name string, read func(io.Reader) error) error {
	stored, err := a.place.get(ctx, name)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer func() { _ = stored.Close() }()
	plain, err := backup.NewUnsealed(contextReader{ctx, stored})
	if err != nil {
		return err
	}
	defer func() { _ = plain.Close() }()
	if err := read(plain); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if _, err := io.Copy(io.Discard, plain); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func (a *Archive) putJSON(ctx context.Context, name string, value any) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	return a.place.put(ctx, name, time.Time{}, func(to io.Writer) error {
		_, err := to.Write(append(text, '\n'))
		return err
	})
}

func (a *Archive) getJSON(ctx context.Context, name string, into any) error {
	stored, err := a.place.get(ctx, name)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer func() { _ = stored.Close() }()
	if err := json.NewDecoder(stored).Decode(into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// clusterName is the mark of a cluster.
func clusterName(system string) string { return "clusters/" + system + ".json" }

var systemPattern = regexp.MustCompile(`^clusters/(\d+)\.json$`)

// systems are the clusters that have a base backup.
func (a *Archive) systems(ctx context.Context) ([]string, error) {
	marks, err := a.place.list(ctx, "clusters/")
	if err != nil {
		return nil, a.unreachable(err)
	}
	var found []string
	for _, mark := range marks {
		if match := systemPattern.FindStringSubmatch(mark.name); match != nil {
			found = append(found, match[1])
		}
	}
	return found, nil
}

func (a *Archive) unreachable(err error) error {
	return fmt.Errorf("the archive %s cannot be read: %w", a.shown(), err)
}

// shown is the address without its parameters.
func (a *Archive) shown() string {
	plain, _, _ := strings.Cut(a.address, "?")
	return plain
}

// contextReader ends with the context.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

package pitr

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"placeops/uploads"
)

// format is the version of the archive's own form.
const format = 1

// Base is a base backup, as its manifest tells.
type Base struct {
	Format     int       `json:"format"`
	ID         string    `json:"id"`
	Placeops   string    `json:"placeops"` // the version of the program that took it
	Postgres   string    `json:"postgres"`
	Major      int       `json:"postgres_major"`
	System     string    `json:"system"`
	Timeline   uint32    `json:"timeline"`
	Start      LSN       `json:"start"`
	Stop       LSN       `json:"stop"`
	Segment    uint64    `json:"segment_size"` // bytes
	StartedAt  time.Time `json:"started_at"`
	FinishedAt time.Time `json:"finished_at"` // from here on any moment can be reached
	Unpacked   int64     `json:"unpacked"`    // bytes
	Size       int64     `json:"size"`        // bytes in the archive
	Files      int       `json:"files"`       // uploaded ones
	FilesKept  bool      `json:"files_kept"`  // false: the uploads are in a bucket of their own
}

func (b Base) folder() string { return b.System + "/bases/" + b.ID + "/" }

const (
	baseFile     = "base.tar.zst"
	uploadsFile  = "uploads.zst"
	manifestFile = "manifest.json"
)

var manifestPattern = regexp.MustCompile(`^\d+/bases/[0-9A-Za-z-]+/manifest\.json$`)

// baseLock is the advisory lock of all that take a base backup of a cluster: "basebkup" in ASCII.
const baseLock = 0x62617365626b7570

// TakeBase takes a base backup of the cluster behind a connection URL, while people work, and copies the uploaded files that
// are new; files is nil where they are in a bucket of their own. It returns when everything that it takes to recover
// from it is in the archive.
func (a *Archive) TakeBase(ctx context.Context, url string, files *uploads.Store, version string) (Base, error) {
	conn, err := connectForReplication(ctx, url)
	if err != nil {
		return Base{}, err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	b, err := describe(ctx, conn)
	if err != nil {
		return Base{}, err
	}
	b.Placeops, b.FilesKept = version, files != nil
	return a.take(ctx, conn, b, files)
}

func connectForReplication(ctx context.Context, url string) (*pgconn.PgConn, error) {
	cfg, err := pgconn.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	cfg.RuntimeParams["replication"] = "database"
	cfg.RuntimeParams["application_name"] = "placeops base backup"
	return pgconn.ConnectConfig(ctx, cfg)
}

// oneRow runs a statement that returns a row.
func oneRow(ctx context.Context, conn *pgconn.PgConn, sql string) ([]string, error) {
	results, err := conn.Exec(ctx, sql).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(results) != 1 || len(results[0].Rows) != 1 {
		return nil, fmt.Errorf("%s returned no row", sql)
	}
	var row []string
	for _, value := range results[0].Rows[0] {
		row = append(row, string(value))
	}
	return row, nil
}

// describe finds out about the cluster, once nobody else takes a base backup of it, nor will while conn lives.
func describe(ctx context.Context, conn *pgconn.PgConn) (b Base, err error) {
	row, err := oneRow(ctx, conn, fmt.Sprintf(`SELECT pg_advisory_lock(%d), current_setting('server_version'), current_setting('server_version_num'),
		current_setting('archive_mode'), (SELECT bytes_per_wal_segment FROM pg_control_init()), (SELECT system_identifier FROM pg_control_system())`, int64(baseLock)))
	if err != nil {
		return b, err
	}
	number, err := strconv.Atoi(row[2])
	if err != nil {
		return b, err
	}
	switch {
	case number < 150000:
		return b, fmt.Errorf("PostgreSQL %s is too old for base backups: 15 or newer is needed", row[1])
	case row[3] == "off":
		return b, errors.New("this PostgreSQL runs without PLACEOPS_ARCHIVE: restart serve with it")
	}
	b.Format, b.Postgres, b.Major, b.System = format, row[1], number/10000, row[5]
	if b.Segment, err = strconv.ParseUint(row[4], 10, 64); err != nil {
		return b, err
	}
	var random [2]byte
	_, err = rand.Read(random[:])
	b.StartedAt = time.Now().UTC()
	b.ID = b.StartedAt.Format("20060102T150405Z-") + hex.EncodeToString(random[:])
	return b, err
}

func (a *Archive) take(ctx context.Context, conn *pgconn.PgConn, b Base, files *uploads.Store) (Base, error) {
	var keys []string
	if files != nil {
		var err error
		if keys, err = a.copyFiles(ctx, files, true); err != nil {
			return b, fmt.Errorf("uploaded files: %w", err)
		}
	}
	counted := &counter{}
	stream := baseStream{conn: conn}
	err := a.seal(ctx, b.folder()+baseFile, time.Time{}, func(to io.Writer) error {
		counted.w = to
		return stream.copyTo(ctx, counted)
	})
	if err != nil {
		return b, fmt.Errorf("base backup: %w", err)
	}
	b.Timeline, b.Start, b.Stop, b.Unpacked = stream.timeline, stream.start, stream.stop, counted.n
	b.FinishedAt = time.Now().UTC()
	if files != nil {
		later, err := a.copyFiles(ctx, files, false)
		if err != nil {
			return b, fmt.Errorf("uploaded files: %w", err)
		}
		slices.Sort(keys)
		keys = slices.Compact(append(keys, later...))
	}
	return a.note(ctx, b, keys)
}

// note writes what makes the base backup count, last of all.
func (a *Archive) note(ctx context.Context, b Base, keys []string) (Base, error) {
	slices.Sort(keys)
	keys = slices.Compact(keys)
	b.Files = len(keys)
	err := a.seal(ctx, b.folder()+uploadsFile, time.Time{}, func(to io.Writer) error {
		for _, key := range keys {
			if _, err := io.WriteString(to, key+"\n"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return b, err
	}
	parts, err := a.place.list(ctx, b.folder())
	if err != nil {
		return b, err
	}
	for _, part := range parts {
		b.Size += part.size
	}
	mark := map[string]any{"format": format, "postgres_major": b.Major}
	if err := a.putJSON(ctx, clusterName(b.System), mark); err != nil {
		return b, err
	}
	return b, a.putJSON(ctx, b.folder()+manifestFile, b)
}

// bases are the base backups of a cluster, the oldest first.
func (a *Archive) bases(ctx context.Context, system string) ([]Base, error) {
	things, err := a.place.list(ctx, system+"/bases/")
	if err != nil {
		return nil, a.unreachable(err)
	}
	var found []Base
	for _, thing := range things {
		if !manifestPattern.MatchString(thing.name) {
			continue
		}
		var b Base
		if err := a.getJSON(ctx, thing.name, &b); errors.Is(err, errMissing) {
			continue // another process has just removed it
		} else if err != nil {
			return nil, err
		}
		if b.Format > format {
			return nil, fmt.Errorf("%s was written by a newer placeops (%s): use that one", thing.name, b.Placeops)
		}
		found = append(found, b)
	}
	slices.SortFunc(found, func(x, y Base) int { return x.FinishedAt.Compare(y.FinishedAt) })
	return found, nil
}

// baseKeys are the uploaded files that there were.
func (a *Archive) baseKeys(ctx context.Context, b Base) (keys map[string]bool, err error) {
	keys = map[string]bool{}
	err = a.unseal(ctx, b.folder()+uploadsFile, func(stored io.Reader) error {
		text, err := io.ReadAll(stored)
		for key := range strings.Lines(string(text)) {
			keys[strings.TrimSpace(key)] = true
		}
		return err
	})
	return keys, err
}

// HasBase tells whether there is a base backup of the cluster behind url on the timeline that it is on.
func (a *Archive) HasBase(ctx context.Context, url string) (bool, error) {
	conn, err := connectForReplication(ctx, url)
	if err != nil {
		return false, err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	row, err := oneRow(ctx, conn, "IDENTIFY_SYSTEM")
	if err != nil {
		return false, err
	}
	bases, err := a.bases(ctx, row[0])
	return slices.ContainsFunc(bases, func(b Base) bool { return strconv.FormatUint(uint64(b.Timeline), 10) == row[1] }), err
}

// counter counts what goes through it.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"placeops/auth"
	"placeops/postgres"
)

// college is a PostgreSQL server, durable and with the settings of the one that `placeops serve` runs for itself, and real
// placeops processes on it.
type college struct {
	b        *bench
	dir      string
	server   *postgres.Server
	url      string        // of the database
	pool     *pgxpool.Pool // of the benchmark
	placeops []*process
	client   *client // of the first process
	closers  []func(context.Context) error
}

// openCollege starts all of it. Beyond placeops' own settings PostgreSQL gets the given ones.
func (b *bench) openCollege(ctx context.Context, processes int, settings map[string]string) (_ *college, err error) {
	c := &college{b: b}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.close())
		}
	}()
	if err := c.openDatabase(ctx, settings); err != nil {
		return nil, err
	}
	for range processes {
		if err := c.addProcess(ctx); err != nil {
			return nil, err
		}
	}
	tokens, err := auth.NewTokens([]byte(secret))
	if err != nil {
		return nil, err
	}
	c.client = newClient(c.placeops[0].url, tokens)
	return c, nil
}

// addProcess starts another placeops on the same database and the same folder of uploads.
func (c *college) addProcess(ctx context.Context) error {
	number := len(c.placeops)
	p, err := c.b.serve(context.WithoutCancel(ctx), fmt.Sprintf("%s-process-%d", c.dir, number),
		"DATABASE_URL="+c.url, "PLACEOPS_UPLOADS_DIR="+filepath.Join(c.dir, "uploads"))
	if err != nil {
		return err
	}
	c.placeops = append(c.placeops, p)
	c.onClose(func(context.Context) error {
		if c.placeops[number] == nil { // killed
			return nil
		}
		return p.stop()
	})
	return nil
}

func (c *college) onClose(f func(context.Context) error) { c.closers = append(c.closers, f) }

// close ends everything, the last started first.
func (c *college) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var errs []error
	for i := len(c.closers) - 1; i >= 0; i-- {
		errs = append(errs, c.closers[i](ctx))
	}
	return errors.Join(errs...)
}

// addresses are those of the processes that live.
func (c *college) addresses() []string {
	var all []string
	for _, p := range c.placeops {
		if p != nil {
			all = append(all, p.address())
		}
	}
	return all
}

// watched are the processes whose share of the machine a load tells.
func (c *college) watched() map[string]int {
	pids := map[string]int{"PostgreSQL": c.server.Pid()}
	for i, p := range c.placeops {
		if p != nil {
			pids[placeopsProcess(i)] = p.pid()
		}
	}
	return pids
}

func placeopsProcess(number int) string {
	if number == 0 {
		return "placeops"
	}
	return fmt.Sprintf("placeops %d", number+1)
}

// exec runs statements one after the other.
func (c *college) exec(ctx context.Context, statements ...string) error {
	return execAll(ctx, c.pool, statements...)
}

// empty empties tables as soon as no job is due or at work: a refresh of the figures takes the same locks in another order.
func (c *college) empty(ctx context.Context, tables string) error {
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		var isBusy bool
		err := c.pool.QueryRow(ctx, `
SELECT EXISTS (
    SELECT FROM river_job
    WHERE state IN ('available', 'running')
)`).Scan(&isBusy)
		if err != nil {
			return err
		}
		if !isBusy {
			return c.exec(ctx, "TRUNCATE "+tables)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}

// settle leaves nothing to be done later: a measurement that follows neither vacuums nor writes what others have changed,
// and its first change of each page costs the same as its competitors'.
func (c *college) settle(ctx context.Context) error {
	if c.b.size.hurry {
		return nil
	}
	var tables string
	err := c.pool.QueryRow(ctx, `
SELECT string_agg(oid::regclass::text, ', ')
FROM pg_class
WHERE relkind IN ('r', 'm') AND relnamespace = 'public'::regnamespace`).Scan(&tables)
	if err != nil {
		return err
	}
	return c.exec(ctx, "VACUUM ANALYZE "+tables, "CHECKPOINT")
}

// newDrive creates a drive.
func (c *college) newDrive(ctx context.Context, coordinator person, fields map[string]any) (int64, error) {
	var drive struct {
		ID int64 `json:"drive_id"`
	}
	err := c.client.post(ctx, coordinator, "/drives", fields, 201, &drive)
	return drive.ID, err
}

// publish publishes a drive and returns the job that selects its students.
func (c *college) publish(ctx context.Context, coordinator person, driveID int64) (jobID int64, err error) {
	var published struct {
		JobID int64 `json:"job_id"`
	}
	err = c.client.post(ctx, coordinator, fmt.Sprintf("/drives/%d/publish", driveID), nil, 200, &published)
	return published.JobID, err
}

// newPostedDrives publishes drives and waits until their students are selected.
func (c *college) newPostedDrives(ctx context.Context, coordinator person, n int, fields map[string]any) ([]int64, error) {
	drives := make([]int64, n)
	for i := range drives {
		id, err := c.newDrive(ctx, coordinator, fields)
		if err != nil {
			return nil, err
		}
		jobID, err := c.publish(ctx, coordinator, id)
		if err != nil {
			return nil, err
		}
		if _, err := awaitJob(ctx, c.pool, jobID, func() error { return nil }); err != nil {
			return nil, err
		}
		drives[i] = id
	}
	return drives, nil
}

// openDrive is a drive that everybody may register for.
func openDrive() map[string]any {
	return map[string]any{"company_name": "Open Ltd", "job_title": "Trainee"}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"

	"github.com/jackc/pgx/v5"

	"placeops/config"
	"placeops/postgres"
	"placeops/store"
)

// makeTemplate lets placeops make its own database, durable as always, and stop.
func (b *bench) makeTemplate() (string, error) {
	dataDir := filepath.Join(b.dir, "template")
	cmd, err := b.command(context.Background(), dataDir, "migrate")
	if err != nil {
		return "", err
	}
	if output, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("placeops migrate: %w: %s", err, output)
	}
	return dataDir, nil
}

// newDataDir is a copy of the template: a first start costs a second, and the scenario "start" measures it. The programs of
// PostgreSQL are links.
func (b *bench) newDataDir(ctx context.Context) (string, error) {
	template, err := b.template()
	if err != nil {
		return "", err
	}
	dir, err := b.newDir()
	if err != nil {
		return "", err
	}
	entries, err := os.ReadDir(template)
	if err != nil {
		return "", err
	}
	for _, entry := range entries {
		how := "-a"
		switch {
		case !entry.IsDir(): // a lock, a secret
			continue
		case entry.Name() != "data":
			how = "-al"
		}
		if err := copyTree(ctx, how, filepath.Join(template, entry.Name()), dir); err != nil {
			return "", err
		}
	}
	return dir, nil
}

func copyTree(ctx context.Context, how, from, into string) error {
	output, err := exec.CommandContext(ctx, "cp", how, from, into).CombinedOutput()
	if err != nil {
		return fmt.Errorf("cp: %w: %s", err, output)
	}
	return nil
}

// noAutovacuum is for scenarios that vacuum between the measurements.
func noAutovacuum() map[string]string { return map[string]string{"autovacuum": "off"} }

// openDatabase starts a PostgreSQL of its own; a run that only checks shares one.
func (c *college) openDatabase(ctx context.Context, settings map[string]string) (err error) {
	if c.b.shared != nil && c.b.archive == nil {
		err = c.shareServer(ctx)
	} else {
		err = c.startServer(ctx, settings)
	}
	if err != nil {
		return err
	}
	c.pool, err = store.OpenPool(ctx, c.url, store.PoolOptions{MaxConns: 4, Name: "bench"})
	if err != nil {
		return err
	}
	c.onClose(func(context.Context) error { c.pool.Close(); return nil })
	return nil
}

func (c *college) startServer(ctx context.Context, settings map[string]string) (err error) {
	if c.dir, err = c.b.newDataDir(ctx); err != nil {
		return err
	}
	c.onClose(func(context.Context) error { return os.RemoveAll(c.dir) }) // gigabytes
	if c.server, err = postgres.Start(ctx, postgres.Config{
		Dir: c.dir, Durable: true, Settings: settings, MemoryMB: config.MachineMemoryMB(), Archive: c.b.archive,
	}); err != nil {
		return err
	}
	c.onClose(c.server.Stop)
	c.url = c.server.URL()
	return nil
}

func (c *college) shareServer(ctx context.Context) (err error) {
	if c.dir, err = c.b.newDir(); err != nil {
		return err
	}
	c.server, c.url, err = c.b.shared.newDatabase(ctx, c.b)
	return err
}

// sharedServer is one PostgreSQL with a database for each college. It does not wait for the disk, and lives in memory where
// the system has /dev/shm.
type sharedServer struct {
	mu        sync.Mutex
	dir       string
	server    *postgres.Server
	databases int
}

func (s *sharedServer) newDatabase(ctx context.Context, b *bench) (server *postgres.Server, address string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server == nil {
		if err := s.start(ctx, b); err != nil {
			return nil, "", err
		}
	}
	target, err := url.Parse(s.server.URL())
	if err != nil {
		return nil, "", err
	}
	original := target.Path[1:]
	target.Path = "/postgres"
	conn, err := pgx.Connect(ctx, target.String())
	if err != nil {
		return nil, "", err
	}
	s.databases++
	name := fmt.Sprintf("college_%d", s.databases)
	_, err = conn.Exec(ctx, "CREATE DATABASE "+name+" TEMPLATE "+pgx.Identifier{original}.Sanitize())
	target.Path = "/" + name
	return s.server, target.String(), errors.Join(err, conn.Close(ctx))
}

func (s *sharedServer) start(ctx context.Context, b *bench) (err error) {
	template, err := b.template()
	if err != nil {
		return err
	}
	parent := b.dir
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		parent = "/dev/shm"
	}
	if s.dir, err = newPassableDir(parent, "placeops-bench-"); err != nil {
		return err
	}
	if err := copyTree(ctx, "-a", filepath.Join(template, "data"), s.dir); err != nil {
		return err
	}
	config := postgres.Config{Dir: s.dir, Settings: map[string]string{"max_connections": "300", "autovacuum": "off"}}
	carried, _ := filepath.Glob(filepath.Join(template, "*", "bin", "postgres")) // the pattern is good
	if len(carried) > 0 {
		config.BinDir = filepath.Dir(carried[0])
	}
	s.server, err = postgres.Start(ctx, config)
	return err
}

func (s *sharedServer) stop() error {
	var err error
	if s.server != nil {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		err = s.server.Stop(ctx)
	}
	if s.dir != "" {
		err = errors.Join(err, os.RemoveAll(s.dir))
	}
	return err
}

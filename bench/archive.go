package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"placeops/pitr"
)

// measureArchive lets the same storm go over a college whose write-ahead log is archived, during a base backup and without
// one, and in turns over one without an archive.
func measureArchive(ctx context.Context, b *bench) (_ section, err error) {
	folder, err := os.MkdirTemp("", "placeops-archive-")
	if err != nil {
		return section{}, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	archive, err := pitr.Open(filepath.Join(folder, "archive"), nil)
	if err != nil {
		return section{}, err
	}
	archiving := *b
	archiving.archive = archive.PutWAL
	with, closeWith, err := archiving.openStorm(ctx)
	if err != nil {
		return section{}, err
	}
	defer func() { err = errors.Join(err, closeWith()) }()
	without, closeWithout, err := b.openStorm(ctx)
	if err != nil {
		return section{}, err
	}
	defer func() { err = errors.Join(err, closeWithout()) }()

	var archived, during, plain figures
	var base pitr.Base
	var took time.Duration
	err = b.takeTurns(ctx, b.size.rounds, with.once(&archived), without.once(&plain), func(ctx context.Context, counts bool) error {
		ended := make(chan error, 1)
		go func() {
			began := time.Now()
			var err error
			base, err = archive.TakeBase(ctx, with.c.url, nil, "bench")
			took = time.Since(began)
			ended <- err
		}()
		return errors.Join(with.once(&during)(ctx, counts), <-ended)
	})
	if err != nil {
		return section{}, err
	}
	ratio, whileCopied := ratios(archived.rate, plain.rate), ratios(during.rate, plain.rate)
	table := append([][]string{{"**archived**", "", ""}}, archived.rows("registrations/s")...)
	table = append(append(table, []string{"**archived, during a base backup**", "", ""}), during.rows("registrations/s")...)
	table = append(append(table, []string{"**without**", "", ""}), plain.rows("registrations/s")...)
	table = append(table, spread("rate archived ÷ without", ratio), spread("rate during a base backup ÷ without", whileCopied))
	return section{
		title: "Registration storm with an archive",
		about: fmt.Sprintf("%d of %d students register once, on %d connections, in %d rounds, as in the storm before. The last base backup: %.1f MB of "+
			"%.1f MB, in %.1f s.", b.size.storm.registering, b.size.storm.students, b.size.storm.connections, b.size.rounds,
			float64(base.Size)/1e6, float64(base.Unpacked)/1e6, took.Seconds()),
		columns: []string{"", "Median", "Spread"},
		rows:    table,
		goals:   []goal{atLeast("Storm: rate with an archive ÷ without", ratio.median(), 0.9, "×")},
	}, nil
}

func (b *bench) openStorm(ctx context.Context) (*storm, func() error, error) {
	c, err := b.openCollege(ctx, 1, noAutovacuum())
	if err != nil {
		return nil, nil, err
	}
	s, err := c.newStorm(ctx, b.size.storm.students, b.size.storm.registering, b.size.storm.connections)
	if err != nil {
		return nil, nil, errors.Join(err, c.close())
	}
	return s, c.close, nil
}

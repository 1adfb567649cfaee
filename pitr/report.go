package pitr

import (
	"archive/tar"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Report is what an archive holds of a cluster.
type Report struct {
	System   string
	Bases    []Base
	Ways     []Way
	Segments int
	WALSize  int64
}

// Way is what can be reached on a timeline.
type Way struct {
	Timeline uint32
	From     time.Time // the end of the first base backup that leads there
	Until    time.Time
	Gap      string // the file that is missing, "" when there is no gap
}

// List tells what can be restored, cluster by cluster.
func (a *Archive) List(ctx context.Context) ([]Report, error) {
	systems, err := a.systems(ctx)
	if err != nil {
		return nil, err
	}
	var reports []Report
	for _, system := range systems {
		c, err := a.cluster(ctx, system)
		if err != nil {
			return nil, err
		}
		r, err := a.report(ctx, c)
		if err != nil {
			return nil, err
		}
		if len(r.Bases) > 0 {
			reports = append(reports, r)
		}
	}
	if len(reports) == 0 {
		return nil, fmt.Errorf("the archive %s holds no base backup", a.shown())
	}
	return reports, nil
}

func (a *Archive) report(ctx context.Context, c *cluster) (Report, error) {
	r := Report{System: c.system, Bases: c.bases, WALSize: c.walSize}
	for _, segments := range c.wal {
		r.Segments += len(segments)
	}
	for _, timeline := range c.timelines {
		way, err := a.historyOf(ctx, c.system, timeline)
		if err != nil {
			return r, err
		}
		at := slices.IndexFunc(c.bases, func(b Base) bool { return way.holds(b.Timeline, b.Stop) })
		if at < 0 {
			continue // too old for any base backup that is left
		}
		reached, err := a.reach(ctx, c, c.bases[at], way)
		if err != nil {
			return r, err
		}
		r.Ways = append(r.Ways, Way{Timeline: timeline, From: c.bases[at].FinishedAt, Until: reached.until, Gap: reached.gap})
	}
	return r, nil
}

// Verified is what Verify has read, and what is wrong with it.
type Verified struct {
	Bases, Segments, Files int
	Bytes                  int64 // unpacked
	Problems               []string
}

// Verify reads everything and proves every checksum, that no file of the write-ahead log is missing on any way from a base
// backup on, and that no uploaded file is that a base backup lists.
func (a *Archive) Verify(ctx context.Context, progress func(string)) (v Verified, err error) {
	reports, err := a.List(ctx)
	if err != nil {
		return v, err
	}
	proving := &proving{Archive: a, Verified: &v, progress: progress}
	for _, r := range reports {
		if err := proving.cluster(ctx, r); err != nil {
			return v, err
		}
	}
	return v, proving.files(ctx)
}

type proving struct {
	*Archive
	*Verified
	progress func(string)
	listed   map[string]bool // uploaded files that base backups list
}

func (p *proving) wrong(form string, args ...any) {
	p.Problems = append(p.Problems, fmt.Sprintf(form, args...))
}

// prove reads a thing. Only what keeps everything from being read is an error; what is damaged is a problem.
func (p *proving) prove(ctx context.Context, name string, read func(io.Reader) error) error {
	counted := &countingReader{}
	err := p.unseal(ctx, name, func(stored io.Reader) error {
		counted.r = stored
		return read(counted)
	})
	p.Bytes += counted.n
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		p.wrong("%v", err)
	}
	p.progress(name)
	return nil
}

func (p *proving) cluster(ctx context.Context, r Report) error {
	for _, way := range r.Ways {
		if way.Gap != "" {
			p.wrong("timeline %d has a gap in its write-ahead log: %s is missing; what is before it reaches until %s",
				way.Timeline, way.Gap, way.Until.UTC().Format(time.RFC3339))
		}
	}
	for _, b := range r.Bases {
		p.Bases++
		if err := p.prove(ctx, b.folder()+baseFile, func(stored io.Reader) error { return readTar(stored, b.Unpacked) }); err != nil {
			return err
		}
		keys, err := p.baseKeys(ctx, b)
		if err != nil {
			p.wrong("%v", err)
		}
		if p.listed == nil {
			p.listed = map[string]bool{}
		}
		for key := range keys {
			p.listed[key] = true
		}
	}
	c, err := p.Archive.cluster(ctx, r.System)
	if err != nil {
		return err
	}
	for timeline, segments := range c.wal {
		for number, file := range segments {
			p.Segments++
			read := func(stored io.Reader) error { return readSegment(stored, timeline, number, c) }
			if err := p.prove(ctx, file.name, read); err != nil {
				return err
			}
		}
	}
	for _, file := range c.others {
		if err := p.prove(ctx, file.name, readAll); err != nil {
			return err
		}
	}
	return nil
}

func (p *proving) files(ctx context.Context) error {
	files, err := p.place.list(ctx, uploadsPrefix)
	if err != nil {
		return err
	}
	for _, file := range files {
		p.Files++
		delete(p.listed, uploadKey(file.name))
		if err := p.prove(ctx, file.name, readAll); err != nil {
			return err
		}
	}
	for key := range p.listed {
		p.wrong("the uploaded file %s is missing", key)
	}
	return nil
}

func readAll(r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	return err
}

// readTar wants a tar with so many bytes.
func readTar(r io.Reader, size int64) error {
	counted := &countingReader{r: r}
	entries := tar.NewReader(counted)
	for {
		_, err := entries.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
	}
	if err := readAll(counted); err != nil {
		return err
	}
	if counted.n != size {
		return fmt.Errorf("it has %d bytes, not the %d that its manifest tells", counted.n, size)
	}
	return nil
}

// readSegment wants the segment that the name tells, of this cluster: PostgreSQL writes both into its first page.
func readSegment(r io.Reader, timeline uint32, number uint64, c *cluster) error {
	head := make([]byte, 40) // XLogLongPageHeaderData in access/xlog_internal.h
	if _, err := io.ReadFull(r, head); err != nil {
		return err
	}
	page, system := binary.NativeEndian.Uint64(head[8:]), binary.NativeEndian.Uint64(head[24:])
	rest, err := io.Copy(io.Discard, r)
	switch {
	case err != nil:
		return err
	case uint64(rest)+uint64(len(head)) != c.segment: //nolint:gosec // a length
		return fmt.Errorf("it has %d bytes instead of %d", rest+int64(len(head)), c.segment)
	case page != number*c.segment || fmt.Sprint(system) != c.system:
		return fmt.Errorf("it is not segment %s of this cluster", strings.ToUpper(segmentName(timeline, number, c.segment)))
	}
	return nil
}

type countingReader struct {
	r io.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

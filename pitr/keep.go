package pitr

import (
	"context"
	"strings"
	"time"
)

// Removed is what Keep took away.
type Removed struct {
	Bases []string
	WAL   int
	Files int
}

// halfAfter is how old what a killed process left must be: no base backup takes that long.
const halfAfter = 24 * time.Hour

// Keep removes the oldest base backups of a cluster but for the newest keep, and then what none of those that stay needs: the
// write-ahead log from before the oldest, and the uploaded files that were gone by then. Histories stay.
func (a *Archive) Keep(ctx context.Context, system string, keep int) (removed Removed, err error) {
	c, err := a.cluster(ctx, system)
	if err != nil {
		return removed, err
	}
	for len(c.bases) > max(keep, 1) {
		if err := a.removeBase(ctx, c.bases[0]); err != nil {
			return removed, err
		}
		removed.Bases = append(removed.Bases, c.bases[0].ID)
		c.bases = c.bases[1:]
	}
	if len(c.bases) == 0 {
		return removed, nil
	}
	oldest := c.bases[0]
	for _, b := range c.bases {
		if b.Start < oldest.Start {
			oldest = b
		}
	}
	if removed.WAL, err = a.removeWAL(ctx, c, segment(oldest.Start, c.segment)); err != nil {
		return removed, err
	}
	if removed.Files, err = a.removeFiles(ctx); err != nil {
		return removed, err
	}
	return removed, a.removeHalves(ctx, c)
}

// removeBase begins with what makes it count.
func (a *Archive) removeBase(ctx context.Context, b Base) error {
	for _, part := range []string{manifestFile, uploadsFile, baseFile} {
		if err := a.place.remove(ctx, b.folder()+part); err != nil {
			return err
		}
	}
	return nil
}

// removeWAL removes what is before a segment, on every timeline.
func (a *Archive) removeWAL(ctx context.Context, c *cluster, oldest uint64) (removed int, err error) {
	for _, files := range c.wal {
		for number, file := range files {
			if number >= oldest {
				continue
			}
			if err := a.place.remove(ctx, file.name); err != nil {
				return removed, err
			}
			removed++
		}
	}
	for _, file := range c.others {
		name := file.name[strings.LastIndexByte(file.name, '/')+1:]
		if len(name) < 24 {
			continue // a history
		}
		if _, number, ok := parseSegment(name[:24], c.segment); !ok || number >= oldest {
			continue
		}
		if err := a.place.remove(ctx, file.name); err != nil {
			return removed, err
		}
		removed++
	}
	return removed, nil
}

// removeFiles removes uploaded files that no base backup of any cluster lists and that were there before the oldest of all.
func (a *Archive) removeFiles(ctx context.Context) (removed int, err error) {
	systems, err := a.systems(ctx)
	if err != nil {
		return 0, err
	}
	needed := map[string]bool{}
	oldest := time.Now()
	for _, system := range systems {
		bases, err := a.bases(ctx, system)
		if err != nil {
			return 0, err
		}
		for _, b := range bases {
			keys, err := a.baseKeys(ctx, b)
			if err != nil {
				return 0, err
			}
			for key := range keys {
				needed[key] = true
			}
			if b.StartedAt.Before(oldest) {
				oldest = b.StartedAt
			}
		}
	}
	files, err := a.place.list(ctx, uploadsPrefix)
	if err != nil {
		return 0, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, file := range files {
		key := uploadKey(file.name)
		if needed[key] || !file.at.Before(oldest) {
			continue
		}
		delete(a.copied, key)
		if err := a.place.remove(ctx, file.name); err != nil {
			return removed, err
		}
		removed++
	}
	return removed, nil
}

// removeHalves removes what killed processes left.
func (a *Archive) removeHalves(ctx context.Context, c *cluster) error {
	before := time.Now().Add(-halfAfter)
	counts := map[string]bool{}
	for _, b := range c.bases {
		counts[b.folder()] = true
	}
	parts, err := a.place.list(ctx, c.system+"/bases/")
	if err != nil {
		return err
	}
	for _, part := range parts {
		folder := part.name[:strings.LastIndexByte(part.name, '/')+1]
		if !counts[folder] && part.at.Before(before) {
			if err := a.place.remove(ctx, part.name); err != nil {
				return err
			}
		}
	}
	return a.place.tidy(ctx, before)
}

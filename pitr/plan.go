package pitr

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// cluster is what an archive holds of a cluster.
type cluster struct {
	system    string
	bases     []Base // the oldest first
	segment   uint64 // bytes in a file of the write-ahead log
	wal       map[uint32]map[uint64]entry
	timelines []uint32 // the oldest first
	walSize   int64
	others    []entry // files of the write-ahead log that are no segments
}

func (a *Archive) cluster(ctx context.Context, system string) (*cluster, error) {
	bases, err := a.bases(ctx, system)
	if err != nil {
		return nil, err
	}
	c := &cluster{system: system, bases: bases, wal: map[uint32]map[uint64]entry{}}
	if len(bases) > 0 {
		c.segment = bases[0].Segment
	}
	files, err := a.place.list(ctx, system+"/wal/")
	if err != nil {
		return nil, a.unreachable(err)
	}
	known := map[uint32]bool{}
	for _, file := range files {
		c.walSize += file.size
		name := strings.TrimSuffix(strings.TrimPrefix(file.name, system+"/wal/"), packedSuffix)
		if timeline, number, ok := parseSegment(name, c.segment); ok {
			if c.wal[timeline] == nil {
				c.wal[timeline] = map[uint64]entry{}
			}
			c.wal[timeline][number] = file
			known[timeline] = true
			continue
		}
		c.others = append(c.others, file)
		var timeline uint32
		if n, err := fmt.Sscanf(name, "%08X.history", &timeline); n == 1 && err == nil && strings.HasSuffix(name, ".history") {
			known[timeline] = true
		}
	}
	for _, b := range bases {
		known[b.Timeline] = true
	}
	c.timelines = slices.Sorted(maps.Keys(known))
	return c, nil
}

// reach is how far the write-ahead log goes without a gap from a base backup on.
type reach struct {
	until time.Time // what was committed by then is there
	last  string    // the last file before the end or the gap; "" when there is none
	gap   string    // the file that is missing while later ones are there
	short bool      // not even the base backup's own files are all there
}

func (a *Archive) reach(ctx context.Context, c *cluster, from Base, way history) (r reach, err error) {
	number := segment(from.Start, c.segment)
	for ; ; number++ {
		timeline := way.timelineOf(number, c.segment)
		file, there := c.wal[timeline][number]
		if !there {
			break
		}
		r.last = file.name
	}
	for later := range c.wal[way[len(way)-1].timeline] {
		if later > number {
			r.gap = segmentName(way.timelineOf(number, c.segment), number, c.segment)
		}
	}
	if number <= segment(from.Stop-1, c.segment) {
		r.short = true
		r.gap = segmentName(way.timelineOf(number, c.segment), number, c.segment)
	}
	if r.last != "" {
		r.until, err = a.place.time(ctx, r.last)
	}
	return r, err
}

// Plan is how a moment is reached.
type Plan struct {
	Base     Base
	Timeline uint32
	To       time.Time // zero: the end
	Until    time.Time // where the write-ahead log ends

	system string
}

// Wish says what to restore. Its zero value is the end of the newest timeline of the cluster with the newest base backup.
type Wish struct {
	To       time.Time
	Timeline uint32
	System   string
}

// Plan finds out how a moment is reached, and says why it cannot be.
func (a *Archive) Plan(ctx context.Context, wish Wish) (Plan, error) {
	c, err := a.choose(ctx, wish.System)
	if err != nil {
		return Plan{}, err
	}
	timeline := wish.Timeline
	if timeline == 0 {
		if timeline, err = a.timelineAt(ctx, c, wish.To); err != nil {
			return Plan{}, err
		}
	}
	way, err := a.historyOf(ctx, c.system, timeline)
	if err != nil {
		return Plan{}, err
	}
	base, err := c.baseFor(way, wish.To)
	if err != nil {
		return Plan{}, err
	}
	r, err := a.reach(ctx, c, base, way)
	if err != nil {
		return Plan{}, err
	}
	plan := Plan{Base: base, Timeline: timeline, To: wish.To, Until: r.until, system: c.system}
	switch until := r.until.UTC().Format(time.RFC3339); {
	case r.short:
		return plan, fmt.Errorf("the write-ahead log that the base backup %s needs is not whole: %s is missing", base.ID, r.gap)
	case r.gap != "" && wish.To.IsZero():
		return plan, fmt.Errorf("the write-ahead log has a gap: %s is missing. What was before it can be restored: --to %s or earlier", r.gap, until)
	case r.gap != "" && wish.To.After(r.until):
		return plan, fmt.Errorf("that moment is behind a gap: %s is missing from the write-ahead log, which reaches until %s", r.gap, until)
	case wish.To.After(r.until):
		return plan, fmt.Errorf("that moment is after the end of the archive, which reaches until %s: leave out --to to restore all of it", until)
	}
	return plan, nil
}

func (a *Archive) choose(ctx context.Context, system string) (*cluster, error) {
	systems, err := a.systems(ctx)
	if err != nil {
		return nil, err
	}
	var newest *cluster
	for _, candidate := range systems {
		if system != "" && candidate != system {
			continue
		}
		c, err := a.cluster(ctx, candidate)
		if err != nil {
			return nil, err
		}
		if len(c.bases) == 0 {
			continue
		}
		if newest == nil || c.newestBase().FinishedAt.After(newest.newestBase().FinishedAt) {
			newest = c
		}
	}
	switch {
	case newest != nil:
		return newest, nil
	case system != "":
		return nil, fmt.Errorf("the archive %s holds no base backup of the cluster %s: `placeops backup list` names those that it has", a.shown(), system)
	}
	return nil, fmt.Errorf("the archive %s holds no base backup", a.shown())
}

func (c *cluster) newestBase() Base { return c.bases[len(c.bases)-1] }

// timelineAt is the one that was lived in at a moment: the newest that had begun by then.
func (a *Archive) timelineAt(ctx context.Context, c *cluster, at time.Time) (uint32, error) {
	for _, timeline := range slices.Backward(c.timelines) {
		if timeline == 1 || at.IsZero() {
			return timeline, nil
		}
		began, err := a.place.time(ctx, walName(c.system, fmt.Sprintf("%08X.history", timeline)))
		if errors.Is(err, errMissing) {
			return 0, fmt.Errorf("the history of timeline %d is not in the archive: choose an earlier one with --timeline", timeline)
		}
		if err != nil {
			return 0, err
		}
		if !began.After(at) {
			return timeline, nil
		}
	}
	return c.timelines[0], nil
}

// baseFor is the newest base backup from which a moment is reached.
func (c *cluster) baseFor(way history, to time.Time) (Base, error) {
	var first *Base
	for _, b := range slices.Backward(c.bases) {
		if !way.holds(b.Timeline, b.Stop) {
			continue
		}
		if to.IsZero() || !b.FinishedAt.After(to) {
			return b, nil
		}
		first = &b
	}
	if first == nil {
		return Base{}, fmt.Errorf("no base backup leads to timeline %d", way[len(way)-1].timeline)
	}
	return Base{}, fmt.Errorf("that moment is before the first base backup, which ended at %s", first.FinishedAt.Format(time.RFC3339))
}

package main

import (
	"context"
	"net/http"
)

func (o *officer) anyMark() string {
	if o.oneIn(3) {
		return absent
	}
	return present
}

// mark marks some of the registered students, one by one and in bulk; a few lines are wrong. It returns whether at least one
// mark is sure to be there.
func (o *officer) mark(ctx context.Context, d *drive) bool {
	for range 2 + o.rng.IntN(4) {
		switch o.rng.IntN(4) {
		case 0, 1:
			o.markSome(ctx, d, "mark", "/attendance/%d/mark", d.atStop[o.rng.IntN(len(d.atStop)):][:1])
		case 2:
			from := o.rng.IntN(len(d.atStop))
			o.markSome(ctx, d, "mark in bulk", "/attendance/%d/mark-bulk", d.atStop[from:])
		case 3:
			o.markWrongly(ctx, d)
		}
	}
	marked := false
	for ctx.Err() == nil && !marked {
		marked = o.markSome(ctx, d, "mark", "/attendance/%d/mark", d.atStop[:1])
	}
	return marked
}

func (o *officer) markSome(ctx context.Context, d *drive, kind, path string, students []int64) bool {
	given := make([]string, len(students))
	var lines []map[string]any
	for i, id := range students {
		given[i] = o.anyMark()
		lines = append(lines, map[string]any{"student_id": id, "status": given[i]})
	}
	body := lines[0]
	if kind != "mark" {
		body = map[string]any{"marks": lines}
	}
	answer := o.post(ctx, kind, o.token(), o.path(path, d), body)
	if answer.outcome == refused {
		o.run.violation("drive %d: a mark was refused: %s", d.id, answer.body)
	}
	if answer.outcome == acknowledged || answer.outcome == unknown {
		d.mu.Lock()
		defer d.mu.Unlock()
		for i, id := range students {
			line(d.marks, id, unmarked).add(given[i], answer.begin, answer.end, answer.outcome == acknowledged)
		}
	}
	return answer.outcome == acknowledged
}

// markWrongly sends a bulk with one line that does not fit, so none of its lines may count.
func (o *officer) markWrongly(ctx context.Context, d *drive) {
	lines := []map[string]any{{"student_id": 1 << 40, "status": present}}
	for _, id := range d.atStop {
		lines = append(lines, map[string]any{"student_id": id, "status": o.anyMark()})
	}
	answer := o.post(ctx, "mark in bulk, one line wrong", o.token(), o.path("/attendance/%d/mark-bulk", d), map[string]any{"marks": lines})
	if answer.outcome == acknowledged {
		o.run.violation("drive %d: a bulk with a wrong line was accepted", d.id)
	}
}

// finish publishes the attendance; after that nothing can be marked.
func (o *officer) finish(ctx context.Context, d *drive) {
	if !o.move(ctx, d, "finished", o.send("publish attendance", o.path("/attendance/%d/publish", d), nil)) {
		return
	}
	body := map[string]any{"student_id": d.atStop[0], "status": absent}
	if answer := o.post(ctx, "mark when it is over", o.token(), o.path("/attendance/%d/mark", d), body); answer.outcome == acknowledged ||
		answer.outcome == refused && answer.status != http.StatusConflict {
		o.run.violation("drive %d: a mark after the publication answered %d", d.id, answer.status)
	}
}

package pitr

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// LSN is a position in the write-ahead log.
type LSN uint64

// ParseLSN reads a position as PostgreSQL writes it.
func ParseLSN(text string) (LSN, error) {
	high, low, ok := strings.Cut(text, "/")
	h, errHigh := strconv.ParseUint(high, 16, 32)
	l, errLow := strconv.ParseUint(low, 16, 32)
	if err := errors.Join(errHigh, errLow); !ok || err != nil {
		return 0, fmt.Errorf("%q is not a position in a write-ahead log", text)
	}
	return LSN(h<<32 | l), nil
}

func (l LSN) String() string { return fmt.Sprintf("%X/%X", uint64(l)>>32, uint64(l)&0xffffffff) }

// MarshalText writes it as PostgreSQL does.
func (l LSN) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads it.
func (l *LSN) UnmarshalText(text []byte) (err error) {
	*l, err = ParseLSN(string(text))
	return err
}

// segment is the number of a file of the write-ahead log.
func segment(at LSN, size uint64) uint64 { return uint64(at) / size }

// segmentName is PostgreSQL's name for it.
func segmentName(timeline uint32, number, size uint64) string {
	perLog := uint64(1<<32) / size
	return fmt.Sprintf("%08X%08X%08X", timeline, number/perLog, number%perLog)
}

var segmentPattern = regexp.MustCompile(`^([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})$`)

// parseSegment is the reverse of segmentName.
func parseSegment(name string, size uint64) (timeline uint32, number uint64, ok bool) {
	parts := segmentPattern.FindStringSubmatch(name)
	if parts == nil || size == 0 {
		return 0, 0, false
	}
	t, _ := strconv.ParseUint(parts[1], 16, 32)
	high, _ := strconv.ParseUint(parts[2], 16, 32)
	low, _ := strconv.ParseUint(parts[3], 16, 32)
	return uint32(t), high*(uint64(1<<32)/size) + low, true
}

// stretch is the part of a timeline that belongs to a history.
type stretch struct {
	timeline uint32
	from, to LSN // to is the last one's end: no end
}

// history is the way to a timeline, the oldest part first.
type history []stretch

const noEnd = LSN(1<<64 - 1)

// historyOf reads the way to a timeline.
func (a *Archive) historyOf(ctx context.Context, system string, timeline uint32) (history, error) {
	if timeline == 1 {
		return history{{timeline: 1, to: noEnd}}, nil
	}
	var text []byte
	err := a.unseal(ctx, walName(system, fmt.Sprintf("%08X.history", timeline)), func(stored io.Reader) (err error) {
		text, err = io.ReadAll(stored)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("timeline %d: %w", timeline, err)
	}
	return parseHistory(string(text), timeline)
}

// parseHistory reads lines of: timeline, the position at which it was left, why.
func parseHistory(text string, timeline uint32) (h history, err error) {
	var from LSN
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if len(words) < 2 {
			return nil, fmt.Errorf("the history of timeline %d cannot be read", timeline)
		}
		parent, err := strconv.ParseUint(words[0], 10, 32)
		if err != nil {
			return nil, err
		}
		to, err := ParseLSN(words[1])
		if err != nil {
			return nil, err
		}
		h = append(h, stretch{timeline: uint32(parent), from: from, to: to})
		from = to
	}
	return append(h, stretch{timeline: timeline, from: from, to: noEnd}), nil
}

// holds tells whether what a timeline has at a position is on the way.
func (h history) holds(timeline uint32, at LSN) bool {
	for _, s := range h {
		if s.timeline == timeline {
			return at <= s.to
		}
	}
	return false
}

// timelineOf is the timeline whose file holds the segment: where one begins in it, that one.
func (h history) timelineOf(number, size uint64) uint32 {
	found := h[0].timeline
	for _, s := range h[1:] {
		if segment(s.from, size) <= number {
			found = s.timeline
		}
	}
	return found
}

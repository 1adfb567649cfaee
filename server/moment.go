package server

import (
	"time"

	"placeops/store"
)

// momentLayouts are the ways in which a form may write a local time.
var momentLayouts = []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02 15:04:05"}

// dayEnd makes a date alone mean the whole day: a deadline of the 30th is reached when the 30th is over.
const dayEnd = 24*time.Hour - time.Second

// parseMoment reads RFC 3339, a local time or a date alone in the office's zone.
func parseMoment(text string, zone *time.Location, ofDay time.Duration) (time.Time, bool) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.UTC(), plausible(t)
	}
	for _, layout := range momentLayouts {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t.UTC(), plausible(t)
		}
	}
	t, err := time.ParseInLocation(time.DateOnly, text, zone)
	return t.Add(ofDay).UTC(), err == nil && plausible(t)
}

// plausible keeps typing mistakes (year 20266, year 26) out of the database.
func plausible(t time.Time) bool { return t.Year() >= 1990 && t.Year() <= 2200 }

// moment reads a field of a body, or adds to the faults.
func (s *Server) moment(field string, value *string, ofDay time.Duration, faults *[]store.FieldError) *time.Time {
	if value == nil {
		return nil
	}
	t, ok := parseMoment(*value, s.zone, ofDay)
	if !ok {
		*faults = append(*faults, store.FieldError{
			Field: field, Message: "is not a time; write 2026-11-30T10:00:00Z, 2026-11-30T10:00 or 2026-11-30",
		})
		return nil
	}
	return &t
}

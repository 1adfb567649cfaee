//go:build unix

package postgres

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"sync"
)

const (
	tailLines = 12   // of PostgreSQL's log, kept for the error when it dies
	maxField  = 4000 // bytes of a statement or detail in one log record
)

// logRelay passes PostgreSQL's log lines on to placeops' logger.
type logRelay struct {
	logger *slog.Logger
	mu     sync.Mutex
	tail   []string
}

// logRecord is one message; details, hint and the like follow its first line.
type logRecord struct {
	pid, state, severity string
	fields               []logField
}

type logField struct{ name, text string }

// recordLine is a line with logPrefix; others continue the line before.
var recordLine = regexp.MustCompile(`^(\d+) ([0-9A-Z]{5}) ([A-Z]+):\s+(.*)$`)

// follow relays lines until src ends.
func (r *logRelay) follow(src io.Reader) {
	lines := bufio.NewReaderSize(src, 64<<10)
	var record *logRecord
	for {
		line, err := lines.ReadString('\n')
		if line = strings.TrimRight(line, "\r\n"); line != "" {
			r.remember(line)
			record = r.add(record, line)
		}
		// PostgreSQL writes a message with all its lines at once, so an empty
		// buffer means the record is complete.
		if err != nil || lines.Buffered() == 0 {
			r.emit(record)
			record = nil
		}
		if err != nil {
			return
		}
	}
}

// add puts line into the record it belongs to, which is returned; a record
// that line ends is emitted.
func (r *logRelay) add(record *logRecord, line string) *logRecord {
	match := recordLine.FindStringSubmatch(line)
	if match == nil {
		if record == nil {
			record = &logRecord{severity: "LOG"}
			record.append("msg", strings.TrimSpace(line))
			return record
		}
		record.continueWith(strings.TrimSpace(line))
		return record
	}
	pid, state, severity, text := match[1], match[2], match[3], match[4]
	switch severity {
	case "DETAIL", "HINT", "QUERY", "CONTEXT", "LOCATION", "STATEMENT":
		if record != nil && record.pid == pid {
			record.append(strings.ToLower(severity), text)
			return record
		}
	}
	r.emit(record)
	record = &logRecord{pid: pid, state: state, severity: severity}
	record.append("msg", text)
	return record
}

func (l *logRecord) append(name, text string) {
	l.fields = append(l.fields, logField{name, text})
}

func (l *logRecord) continueWith(text string) {
	last := &l.fields[len(l.fields)-1]
	if len(last.text) < maxField {
		last.text += "\n" + text
	}
}

func (r *logRelay) emit(record *logRecord) {
	if record == nil {
		return
	}
	var attrs []slog.Attr
	if record.pid != "" {
		attrs = append(attrs, slog.String("pid", record.pid))
	}
	if record.state != "" && record.state != "00000" {
		attrs = append(attrs, slog.String("sqlstate", record.state))
	}
	for _, field := range record.fields[1:] {
		attrs = append(attrs, slog.String(field.name, clip(field.text)))
	}
	r.logger.LogAttrs(context.Background(), record.level(), clip(record.fields[0].text), attrs...)
}

// routine is what PostgreSQL says at every start and stop; placeops says so itself. After a crash it says other things.
var routine = regexp.MustCompile(`^(starting PostgreSQL |listening on |database system (was|is) shut down|database system is ready|` +
	`received fast shutdown|aborting any active|shutting down$|could not send data to client)`)

// ofArchiving is what PostgreSQL says at each try to archive while that fails; who archives says why, and less often.
var ofArchiving = regexp.MustCompile(`^(archive command failed|archiving write-ahead log file|archive_mode enabled, yet)`)

// level maps PostgreSQL's severity. An ERROR ends one statement and is told to
// whoever sent it, so here it is a warning at most.
func (l *logRecord) level() slog.Level {
	switch {
	case ofArchiving.MatchString(l.fields[0].text):
		return slog.LevelDebug
	case strings.HasPrefix(l.state, "23"):
		return slog.LevelDebug // a violated constraint is an answer placeops reckons with
	case l.state == "57P01", l.state == "57P03", l.state == "08006":
		return slog.LevelDebug // sessions ended by a shutdown or by placeops itself, or refused during a start
	case l.state == "57P02":
		return slog.LevelInfo // sessions ended by a crash
	case l.severity == "PANIC", l.severity == "FATAL":
		return slog.LevelError
	case l.severity == "ERROR", l.severity == "WARNING":
		return slog.LevelWarn
	case routine.MatchString(l.fields[0].text):
		return slog.LevelDebug
	case strings.HasPrefix(l.severity, "DEBUG"):
		return slog.LevelDebug
	default:
		return slog.LevelInfo
	}
}

func clip(text string) string {
	if len(text) <= maxField {
		return text
	}
	return strings.ToValidUTF8(text[:maxField], "") + "…"
}

func (r *logRelay) remember(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.tail) == tailLines {
		r.tail = r.tail[1:]
	}
	r.tail = append(r.tail, clip(line))
}

// lastWords returns the end of the log.
func (r *logRelay) lastWords() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.tail, "\n")
}

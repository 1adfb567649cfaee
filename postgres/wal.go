//go:build unix

package postgres

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// PostgreSQL hands out finished files of its write-ahead log, and asks for them back, by running a shell command. Ours asks
// this process through a pipe that the server inherits, and waits for a file with the answer. So the server's user needs
// neither the archive nor its keys nor this program, and when this process is gone the pipe breaks and the command fails.

const (
	// linkFD is where the server's processes find the pipe.
	linkFD = 3
	// walTime bounds how long one file may take; the server asks again.
	walTime = 2 * time.Minute
	// lastWALTime bounds it while the server stops, which has its own patience.
	lastWALTime = 8 * time.Second
)

// ErrNoWAL says that an archive does not have a file of the write-ahead log, which is how its end is found.
var ErrNoWAL = errors.New("the archive does not have this file")

// Answers, as endings of file names. On status 126 recovery gives up instead of taking the file for the end.
const (
	answerYes, answerNo, answerDamaged = "yes", "no", "damaged"
)

// walSettings are the settings for archiving, or for recovery.
func walSettings(cfg Config, socketDir string) map[string]string {
	if cfg.recovery != nil {
		return cfg.recovery.settings(socketDir)
	}
	if cfg.Archive == nil {
		return nil
	}
	return map[string]string{
		"archive_mode": "on", "archive_command": walCommand("put", socketDir),
		"archive_timeout": strconv.Itoa(int(cfg.ArchiveTimeout.Seconds())),
	}
}

// walCommand is the shell command. It is one process, but for the sleep; the empty line finds out whether we still live.
func walCommand(verb, socketDir string) string {
	dir := strings.ReplaceAll(quoteForShell(socketDir), "%", "%%")
	return fmt.Sprintf(`a=%s/$$-%%f; echo "%s $$ %%f" >&%[3]d || exit 1; while :; do `+
		`[ -e "$a.yes" ] && exit 0; [ -e "$a.no" ] && exit 1; [ -e "$a.damaged" ] && exit 126; sleep 0.05; echo >&%[3]d || exit 1; done`,
		dir, verb, linkFD)
}

func quoteForShell(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// walLink is the pipe of one run of the server. A nil one does nothing.
type walLink struct {
	read, write *os.File
	cfg         Config
	data        string // the cluster's folder
	answers     string // the folder for answers
	ctx         context.Context
	end         context.CancelFunc
	last        string // the answer that was given last
}

// newWALLink returns nil when nothing is archived or fetched.
func newWALLink(cfg Config, place layout, answers string) (*walLink, error) {
	if cfg.Archive == nil && cfg.recovery == nil {
		return nil, nil //nolint:nilnil // see above
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	ctx, end := context.WithCancel(context.Background())
	return &walLink{read: read, write: write, cfg: cfg, data: place.data(), answers: answers, ctx: ctx, end: end}, nil
}

// serve begins to answer; the server has its end of the pipe.
func (l *walLink) serve() {
	if l == nil {
		return
	}
	_ = l.write.Close()
	go func() {
		defer func() { _ = l.read.Close() }()
		for lines := bufio.NewScanner(l.read); lines.Scan(); {
			l.answer(strings.Fields(lines.Text()))
		}
	}()
}

// close ends what is under way.
func (l *walLink) close() {
	if l == nil {
		return
	}
	l.end()
	_ = l.write.Close()
	_ = l.read.SetReadDeadline(time.Now().Add(logDrain)) // survivors may hold the other end for ever
}

// hurry leaves a little time for what is under way and to come.
func (l *walLink) hurry() {
	if l != nil {
		time.AfterFunc(lastWALTime, l.end)
	}
}

// walName is a segment, a part of one, the mark of a backup, or the history of a timeline.
var walName = regexp.MustCompile(`^[0-9A-F]{8}(\.history|[0-9A-F]{16}(\.partial|\.[0-9A-F]{8}\.backup)?)$`)

var processID = regexp.MustCompile(`^[0-9]+$`)

func (l *walLink) answer(words []string) {
	if len(words) != 3 || !processID.MatchString(words[1]) || !walName.MatchString(words[2]) {
		return
	}
	ctx, cancel := context.WithTimeout(l.ctx, walTime)
	defer cancel()
	word := answerNo
	switch {
	case words[0] == "put" && l.cfg.Archive != nil:
		if l.cfg.Archive(ctx, words[2], filepath.Join(l.data, "pg_wal", words[2])) == nil {
			word = answerYes
		}
	case words[0] == "get" && l.cfg.recovery != nil:
		word = l.cfg.recovery.fetch(ctx, words[2], l.data)
	}
	if l.last != "" {
		_ = os.Remove(l.last)
	}
	l.last = filepath.Join(l.answers, words[1]+"-"+words[2]+"."+word)
	_ = os.WriteFile(l.last, nil, 0o600) // a command that sees none asks until its server ends
}

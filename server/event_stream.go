package server

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// eventWriteTimeout is how long a client may not take what it asked for.
const eventWriteTimeout = 10 * time.Second

// eventStream writes server-sent events. An event's id is made from its content: on every process the same state has the
// same id.
type eventStream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	lastID  string
	written time.Time
	started bool
}

func newEventStream(w http.ResponseWriter, lastID string) *eventStream {
	return &eventStream{w: w, control: http.NewResponseController(w), lastID: lastID}
}

// send writes an event unless the client has just had the same.
func (s *eventStream) send(v any) (sent bool, err error) {
	data, err := json.Marshal(v)
	if err != nil {
		return false, err
	}
	sum := sha256.Sum256(data)
	id := hex.EncodeToString(sum[:8])
	if id == s.lastID {
		return false, nil
	}
	s.lastID = id
	return true, s.write(fmt.Sprintf("id: %s\ndata: %s\n\n", id, data))
}

// heartbeat writes a comment when nothing has been written for so long, and at the beginning, so that the client gets its
// answer's headers. It finds clients that are gone.
func (s *eventStream) heartbeat(every time.Duration) error {
	if s.started && time.Since(s.written) < every {
		return nil
	}
	return s.write(": no news\n\n")
}

func (s *eventStream) write(text string) error {
	if err := s.control.SetWriteDeadline(time.Now().Add(eventWriteTimeout)); err != nil {
		return err
	}
	s.started, s.written = true, time.Now()
	if _, err := s.w.Write([]byte(text)); err != nil {
		return err
	}
	return s.control.Flush()
}

// end frees the connection for the next request.
func (s *eventStream) end() { _ = s.control.SetWriteDeadline(time.Time{}) }

package server

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"
	"time"
	"unicode/utf8"

	"placeops/store/decimal"
)

// rows is the body of a list.
type rows[T any] []T

// ownJSON is a row that writes its own JSON, exactly what encoding/json would: for lists with an entry for each student, of
// which reflection would be the greater part.
type ownJSON interface {
	appendJSON(to []byte) []byte
}

// writtenAtOnce is how much of a long list is put together before it is sent, in bytes.
const writtenAtOnce = 64 << 10

func (r rows[T]) writeJSON(w io.Writer) error {
	if _, own := any(*new(T)).(ownJSON); !own {
		return plainJSON(w, []T(r))
	}
	to := make([]byte, 0, min(writtenAtOnce, 512*len(r)+8))
	to = append(to, '[')
	for i, row := range r {
		if i > 0 {
			to = append(to, ',')
		}
		to = any(row).(ownJSON).appendJSON(to) //nolint:forcetypeassert // see above
		if len(to) > writtenAtOnce-1024 {
			if _, err := w.Write(to); err != nil {
				return err
			}
			to = to[:0]
		}
	}
	_, err := w.Write(append(to, ']', '\n'))
	return err
}

// appendField begins a member of an object; name needs no escaping, and first is for the one after the brace.
func appendField(to []byte, name string) []byte {
	if to[len(to)-1] != '{' {
		to = append(to, ',')
	}
	to = append(to, '"')
	to = append(to, name...)
	return append(to, '"', ':')
}

func appendInt(to []byte, name string, n int64) []byte {
	return strconv.AppendInt(appendField(to, name), n, 10)
}

func appendBool(to []byte, name string, b bool) []byte {
	return strconv.AppendBool(appendField(to, name), b)
}

func appendTime(to []byte, name string, t time.Time) []byte {
	to = append(appendField(to, name), '"')
	return append(t.AppendFormat(to, time.RFC3339Nano), '"')
}

func appendDecimal(to []byte, name string, d *decimal.Decimal) []byte {
	to = appendField(to, name)
	if d == nil {
		return append(to, "null"...)
	}
	return append(to, d.String()...)
}

func appendText(to []byte, name, text string) []byte {
	return appendQuoted(appendField(to, name), text)
}

func appendTextOrNull(to []byte, name string, text *string) []byte {
	if text == nil {
		return append(appendField(to, name), "null"...)
	}
	return appendText(to, name, *text)
}

func appendIntOrNull(to []byte, name string, n *int32) []byte {
	if n == nil {
		return append(appendField(to, name), "null"...)
	}
	return appendInt(to, name, int64(*n))
}

// appendQuoted leaves what is not plain to encoding/json.
func appendQuoted(to []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return appendEscaped(to, text)
		}
	}
	to = append(to, '"')
	to = append(to, text...)
	return append(to, '"')
}

func appendEscaped(to []byte, text string) []byte {
	var quoted bytes.Buffer
	encoder := json.NewEncoder(&quoted)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) // a string always can be
	return append(to, bytes.TrimSuffix(quoted.Bytes(), []byte("\n"))...)
}

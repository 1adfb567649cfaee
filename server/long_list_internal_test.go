package server

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"placeops/store/decimal"
)

var (
	texts = rapid.OneOf(rapid.StringMatching(`[a-zA-Z0-9 .@<>&-]{0,20}`), rapid.String(),
		rapid.SampledFrom([]string{"", `a"b\c`, "tab\tline\nend\r", "\u2028\u2029", "नमस्ते", "</script>", "\x00\x1f\x7f"}))
	marks = rapid.Custom(func(t *rapid.T) decimal.Decimal {
		return decimal.MustParse(rapid.SampledFrom([]string{"0", "7.5", "7.4950", "10", "99.9999"}).Draw(t, "mark"))
	})
	moments = rapid.Custom(func(t *rapid.T) time.Time {
		return time.UnixMicro(rapid.Int64Range(0, 4e15).Draw(t, "moment")).UTC()
	})
)

func maybe[T any](t *rapid.T, of *rapid.Generator[T], name string) *T {
	return rapid.Ptr(of, true).Draw(t, name)
}

// What writes its own JSON must write what encoding/json would write.
func TestOwnJSONIsTheUsualJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ids, years := rapid.Int64(), rapid.Int32()
		var registered rows[registeredStudentBody]
		var eligible rows[EligibleStudentBody]
		for range rapid.SampledFrom([]int{0, 1, 2, 400}).Draw(t, "rows") { // 400 are sent in several pieces
			registered = append(registered, registeredStudentBody{
				RegistrationBody: RegistrationBody{
					RegistrationID: ids.Draw(t, "registration"), DriveID: ids.Draw(t, "drive"), StudentID: ids.Draw(t, "student"),
					RegisteredAt: moments.Draw(t, "registered"),
				},
				Name: texts.Draw(t, "name"), Email: texts.Draw(t, "email"), RollNumber: texts.Draw(t, "roll"),
				Branch: maybe(t, texts, "branch"), BatchYear: maybe(t, years, "batch"), CGPA: maybe(t, marks, "cgpa"),
			})
			eligible = append(eligible, EligibleStudentBody{
				StudentID: ids.Draw(t, "student"), Name: texts.Draw(t, "name"), Email: texts.Draw(t, "email"),
				RollNumber: texts.Draw(t, "roll"), Branch: maybe(t, texts, "branch"), BatchYear: maybe(t, years, "batch"),
				CGPA: maybe(t, marks, "cgpa"), TenthPercent: maybe(t, marks, "10th"), TwelfthPercent: maybe(t, marks, "12th"),
				ActiveBacklogs: years.Draw(t, "backlogs"), Selected: rapid.Bool().Draw(t, "selected"),
			})
		}
		requireUsualJSON(t, registered)
		requireUsualJSON(t, eligible)
	})
}

func requireUsualJSON[T any](t *rapid.T, list rows[T]) {
	var own, usual bytes.Buffer
	require.NoError(t, list.writeJSON(&own))
	if list == nil {
		list = rows[T]{}
	}
	require.NoError(t, plainJSON(&usual, []T(list)))
	require.Equal(t, usual.String(), own.String())
}

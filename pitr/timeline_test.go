package pitr

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const mb16 = 16 << 20

func TestPositionsAndFilesAreNamedAsPostgreSQLDoes(t *testing.T) {
	t.Parallel()
	at, err := ParseLSN("16/B374D848")
	require.NoError(t, err)
	require.Equal(t, "16/B374D848", at.String())
	require.Equal(t, "0000000300000016000000B3", segmentName(3, segment(at, mb16), mb16))
	timeline, number, ok := parseSegment("0000000300000016000000B3", mb16)
	require.True(t, ok)
	require.EqualValues(t, 3, timeline)
	require.Equal(t, segment(at, mb16), number)
	for _, wrong := range []string{"", "16", "16/", "/16", "x/1", "1/100000000"} {
		_, err := ParseLSN(wrong)
		require.Error(t, err, wrong)
	}
	for _, wrong := range []string{"00000003.history", "0000000300000016000000B3.partial", "0000000300000016000000b3"} {
		_, _, ok := parseSegment(wrong, mb16)
		require.False(t, ok, wrong)
	}
}

func TestAHistoryTellsWhoseFileHoldsASegment(t *testing.T) {
	t.Parallel()
	way, err := parseHistory("1\t0/5000028\tno recovery target specified\n\n2\t0/9000000\tbefore 2026-11-28\n", 3)
	require.NoError(t, err)
	require.Equal(t, history{{1, 0, 0x5000028}, {2, 0x5000028, 0x9000000}, {3, 0x9000000, noEnd}}, way)
	for number, want := range map[uint64]uint32{1: 1, 4: 1, 5: 2, 8: 2, 9: 3, 100: 3} {
		require.Equal(t, want, way.timelineOf(number, mb16), "%d", number)
	}
	require.True(t, way.holds(1, 0x5000028))
	require.False(t, way.holds(1, 0x5000029), "what was left behind")
	require.False(t, way.holds(4, 1))
	_, err = parseHistory("not a history", 2)
	require.Error(t, err)
}

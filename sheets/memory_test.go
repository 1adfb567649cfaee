package sheets

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/sheets/sheetstest"
)

// A table of 64 MB would take some 200 MB if it were put together in memory; written piece by piece it takes less than 100.
// Its cells are few and long because that is faster.
//
//nolint:paralleltest // it looks at the memory of the whole process
func TestWritingALongTableTakesLittleMemory(t *testing.T) {
	const rows, limit = 2_000, 100 << 20
	cell := strings.Repeat("placement ", 1_600)
	for name, write := range map[string]func(){
		"Excel": func() {
			x, err := NewXLSXWriter(io.Discard, "Long", madeOn, Column{Heading: "A", Width: 30}, Column{Heading: "B", Width: 30})
			require.NoError(t, err)
			defer func() { require.NoError(t, x.Close()) }()
			for range rows {
				require.NoError(t, x.Write(cell, cell))
			}
			require.NoError(t, x.Finish())
		},
		"CSV": func() {
			w := NewCSVWriter(io.Discard)
			for range rows {
				require.NoError(t, w.Write(cell, cell))
			}
			require.NoError(t, w.Flush())
		},
	} {
		growth := sheetstest.HeapGrowth(write)
		t.Logf("%s: %.1f MB", name, float64(growth)/(1<<20))
		require.Less(t, growth, uint64(limit), name)
	}
}

package sheets

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
)

const benchRows = 50_000

// benchCells is one row of a full sheet, with texts that no other row shares.
func benchCells(i int) []any {
	return []any{fmt.Sprintf("27CSE%05d", i), fmt.Sprintf("Student Number %d", i), fmt.Sprintf("27cse%05d@campus.example", i), "CSE", 2027,
		float64(500+i%500) / 100, 60 + float64(i%4000)/100, 55 + float64(i%4500)/100, nil, i % 3, i % 5, "F", 0, 9_000_000_000 + i}
}

func benchHeader() []any {
	var header []any
	for _, column := range studentColumns() {
		header = append(header, column.name)
	}
	return header
}

func benchCSV(b *testing.B) []byte {
	var out bytes.Buffer
	w := NewCSVWriter(&out)
	write := func(cells []any) {
		row := make([]string, len(cells))
		for i, cell := range cells {
			if cell != nil {
				row[i] = fmt.Sprint(cell)
			}
		}
		require.NoError(b, w.Write(row...))
	}
	write(benchHeader())
	for i := range benchRows {
		write(benchCells(i))
	}
	require.NoError(b, w.Flush())
	return out.Bytes()
}

// benchXLSX lets the texts be shared ones, as Excel itself writes them. The workbook must be gone before the heap is
// measured: kept alive, it would let the garbage of the reading grow as large as itself.
func benchXLSX(b *testing.B) []byte {
	f := book{b, excelize.NewFile()}
	f.row("Sheet1", 1, benchHeader()...)
	for i := range benchRows {
		f.row("Sheet1", i+2, benchCells(i)...)
	}
	content := f.bytes()
	require.NoError(b, f.Close())
	return content
}

// benchmarkStudents reports the largest heap, above what the file itself takes, while reading.
func benchmarkStudents(b *testing.B, content []byte) {
	b.ReportAllocs()
	b.SetBytes(int64(len(content)))
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	base, peak := memory.HeapAlloc, memory.HeapAlloc
	for b.Loop() {
		table, err := Open(bytes.NewReader(content))
		require.NoError(b, err)
		reader, err := NewStudentReader(table)
		require.NoError(b, err)
		rows := 0
		for {
			_, faults, err := reader.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil || len(faults) > 0 {
				b.Fatal(faults, err)
			}
			if rows++; rows%1_000 == 0 {
				runtime.ReadMemStats(&memory)
				peak = max(peak, memory.HeapAlloc)
			}
		}
		require.Equal(b, benchRows, rows)
		require.NoError(b, table.Close())
	}
	b.ReportMetric(float64(peak-base)/(1<<20), "peak-MB")
}

func BenchmarkStudentsCSV(b *testing.B)  { benchmarkStudents(b, benchCSV(b)) }
func BenchmarkStudentsXLSX(b *testing.B) { benchmarkStudents(b, benchXLSX(b)) }

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/metrics"
	"time"

	"github.com/xuri/excelize/v2"

	"placeops/sheets"
)

// workbook is work for a process of its own: to write a sheet with placeops' writer, or with excelize alone.
type workbook struct {
	Rows   int
	Path   string
	Sheets bool
}

type workbookWritten struct{ Milliseconds, MemoryMB, HeapMB, SizeMB float64 }

func workbookColumns() []sheets.Column {
	return []sheets.Column{
		{Heading: "Roll number", Width: 18}, {Heading: "Name", Width: 30}, {Heading: "E-mail", Width: 34},
		{Heading: "Branch", Width: 16}, {Heading: "Batch", Width: 9, Format: sheets.Whole}, {Heading: "CGPA", Width: 9, Format: sheets.Marks},
		{Heading: "10th", Width: 9, Format: sheets.Marks}, {Heading: "12th", Width: 9, Format: sheets.Marks},
		{Heading: "Backlogs", Width: 9, Format: sheets.Whole}, {Heading: "Gender", Width: 9}, {Heading: "Phone", Width: 14},
		{Heading: "Registered", Width: 19, Format: sheets.Moment},
	}
}

// workbookRows are written again and again: rows in memory must not be what the memory is measured of. Each comes as placeops
// has it, and ready for excelize, which gets the moment as the number that it is in a sheet.
func workbookRows() (ours, ready [][]any) {
	registered := time.Date(2026, time.November, 30, 10, 0, 0, 0, time.UTC)
	branches := []string{"Computer Science", "Electronics", "Mechanical", "Civil"}
	for i := range 1000 {
		row := []any{
			fmt.Sprintf("27CSE%05d", i), fmt.Sprintf("Student Number %d", i), fmt.Sprintf("student.%d@college.example", i),
			branches[i%len(branches)], int32(2026 + i%2), float64(500+i%500) / 100, 60 + float64(i%4000)/100, 55 + float64(i%4500)/100,
			int32(i % 3), []string{"F", "M"}[i%2], fmt.Sprintf("98%08d", i), registered.Add(time.Duration(i) * time.Second),
		}
		ours = append(ours, row)
		numbers := append([]any{}, row...)
		numbers[len(row)-1] = 46356.4 + float64(i)/86400
		ready = append(ready, numbers)
	}
	return ours, ready
}

// runWorkbook writes the file and watches Go's memory meanwhile.
func runWorkbook(_ context.Context, w workbook) (written workbookWritten, err error) {
	ours, ready := workbookRows()
	file, err := os.Create(w.Path)
	if err != nil {
		return written, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	out := bufio.NewWriter(file)
	highest := watchMemory()
	written.Milliseconds, err = timed(func() error {
		if w.Sheets {
			err = writeWithSheets(out, ours, w.Rows)
		} else {
			err = writeWithExcelize(out, ready, w.Rows)
		}
		return errors.Join(err, out.Flush())
	})
	written.MemoryMB, written.HeapMB = highest()
	if err != nil {
		return written, err
	}
	info, err := file.Stat()
	if err == nil {
		written.SizeMB = float64(info.Size()) / (1 << 20)
	}
	return written, err
}

func writeWithSheets(out io.Writer, rows [][]any, n int) (err error) {
	sheet, err := sheets.NewXLSXWriter(out, "Students", time.Now(), workbookColumns()...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sheet.Close()) }()
	for i := range n {
		if err := sheet.Write(rows[i%len(rows)]...); err != nil {
			return err
		}
	}
	return sheet.Finish()
}

func writeWithExcelize(out io.Writer, rows [][]any, n int) (err error) {
	file := excelize.NewFile()
	defer func() { err = errors.Join(err, file.Close()) }()
	stream, err := file.NewStreamWriter("Sheet1")
	if err != nil {
		return err
	}
	var heading []any
	for _, column := range workbookColumns() {
		heading = append(heading, column.Heading)
	}
	if err := stream.SetRow("A1", heading); err != nil {
		return err
	}
	for i := range n {
		if err := stream.SetRow(fmt.Sprintf("A%d", i+2), rows[i%len(rows)]); err != nil {
			return err
		}
	}
	return errors.Join(stream.Flush(), file.Write(out))
}

const memoryLook = 5 * time.Millisecond

// watchMemory looks at Go's memory until highest is called, which returns the most of all: what the runtime has of the system,
// and of that the objects.
func watchMemory() (highest func() (all, heap float64)) {
	stop, stopped := make(chan struct{}), make(chan struct{})
	var mostAll, mostHeap uint64
	go func() {
		defer close(stopped)
		samples := []metrics.Sample{
			{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}, {Name: "/memory/classes/heap/objects:bytes"},
		}
		ticker := time.NewTicker(memoryLook)
		defer ticker.Stop()
		for {
			metrics.Read(samples)
			mostAll = max(mostAll, samples[0].Value.Uint64()-samples[1].Value.Uint64())
			mostHeap = max(mostHeap, samples[2].Value.Uint64())
			select {
			case <-stop:
				return
			case <-ticker.C:
			}
		}
	}()
	return func() (all, heap float64) {
		close(stop)
		<-stopped
		return float64(mostAll) / (1 << 20), float64(mostHeap) / (1 << 20)
	}
}

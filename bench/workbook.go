package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
)

// measureWorkbook compares the Excel sheets of placeops with what excelize takes alone for the same rows, each in a process
// of its own.
func measureWorkbook(ctx context.Context, b *bench) (section, error) {
	var ours, alone workbookFigures
	err := b.takeTurns(ctx, b.size.rounds, ours.write(b, workbook{Sheets: true}), alone.write(b, workbook{}))
	if err != nil {
		return section{}, err
	}
	ratio := ratios(ours.took, alone.took)
	return section{
		title: fmt.Sprintf("Excel sheet of %d rows × %d columns", b.size.workbookRows, len(workbookColumns())),
		about: fmt.Sprintf("What placeops writes Excel sheets with (bold heading, formats, autofilter, guarded texts), fed with rows from memory, "+
			"into a file, in %d rounds. The limit is excelize's StreamWriter alone with the same rows, without any of that. Each runs in a process "+
			"of its own, of which all memory of Go's runtime is looked at every %s. Checked: both files have all rows.",
			b.size.rounds, memoryLook),
		columns: []string{"", "Median", "Spread"},
		rows: [][]string{
			spread("placeops, ms", newSeries(ours.took)),
			spread("excelize alone, ms", newSeries(alone.took)),
			spread("placeops ÷ excelize", ratio),
			spread("highest Go memory of placeops' writer, MB", newSeries(ours.memory)),
			spread("– of that, heap, MB", newSeries(ours.heap)),
			spread("highest Go memory of excelize alone, MB", newSeries(alone.memory)),
			spread("file, MB", newSeries(ours.size)),
			spread("file of excelize alone, MB", newSeries(alone.size)),
		},
		goals: []goal{
			atMost(fmt.Sprintf("Excel of %d rows ÷ excelize alone", b.size.workbookRows), ratio.median(), 1.2, "×"),
			atMost(fmt.Sprintf("Excel of %d rows: Go memory", b.size.workbookRows), newSeries(ours.memory).max(), 100, "MB"),
		},
	}, nil
}

type workbookFigures struct{ took, memory, heap, size []float64 }

func (f *workbookFigures) write(b *bench, w workbook) turn {
	return func(ctx context.Context, counts bool) error {
		dir, err := b.newDir()
		if err != nil {
			return err
		}
		w.Rows, w.Path = b.size.workbookRows, filepath.Join(dir, "book.xlsx")
		written, err := inChild[workbook, workbookWritten](ctx, "workbook", w)
		if err != nil {
			return err
		}
		into(&f.took, written.Milliseconds, counts)
		into(&f.memory, written.MemoryMB, counts)
		into(&f.heap, written.HeapMB, counts)
		into(&f.size, written.SizeMB, counts)
		return mustHaveRows(w.Path, w.Rows+1)
	}
}

// mustHaveRows counts the rows in a workbook's only sheet.
func mustHaveRows(path string, want int) error {
	archive, err := zip.OpenReader(path)
	if err != nil {
		return err
	}
	defer func() { _ = archive.Close() }() // only read
	sheet, err := archive.Open("xl/worksheets/sheet1.xml")
	if err != nil {
		return err
	}
	defer func() { _ = sheet.Close() }() // only read
	rows := 0
	for words := bufio.NewReader(sheet); ; {
		word, err := words.ReadSlice('>')
		if bytes.HasPrefix(word, []byte("<row ")) {
			rows++
		}
		switch {
		case errors.Is(err, io.EOF) && rows == want:
			return nil
		case errors.Is(err, io.EOF):
			return fmt.Errorf("wrong result: a workbook of %d rows has %d", want, rows)
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return err
		}
	}
}

package sheets

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/sheets/sheetstest"
)

// hostile are small workbooks that would be large, or endless, work for a reader without limits.
func hostile(t *testing.T) map[string][]byte {
	t.Helper()
	withPart := func(part, content string) []byte {
		return rezip(t, sharing(t), func(name string, old []byte) []byte {
			if name == part {
				return []byte(content)
			}
			return old
		})
	}
	relations := strings.Repeat(`<Relationship Id="x" Type="a/worksheet" Target="b"/>`, 50_000)
	sheets := strings.Repeat(`<sheet xmlns:r="x/relationships" r:id="y"/>`, 50_000)
	texts := strings.Repeat("<t>"+strings.Repeat("x", 1<<19)+"</t>", 20)
	cells := strings.Repeat(`<c t="s"><v>0</v></c>`, 100)
	return map[string][]byte{
		"very many links":       withPart("xl/_rels/workbook.xml.rels", "<Relationships>"+relations+"</Relationships>"),
		"very many sheets":      withPart("xl/workbook.xml", "<workbook><sheets>"+sheets+"</sheets></workbook>"),
		"very many parts":       manyParts(t, 30_000),
		"very many rows":        withPart("xl/worksheets/sheet1.xml", "<worksheet><sheetData>"+strings.Repeat("<row/>", maxLine+1)+"</sheetData></worksheet>"),
		"very many empty cells": withPart("xl/worksheets/sheet1.xml", "<worksheet><sheetData><row>"+strings.Repeat("<c/>", 20_000)+"</row></sheetData></worksheet>"),
		"one long text in very many cells": rezip(t, sharing(t), func(name string, old []byte) []byte {
			switch name {
			case "xl/sharedStrings.xml":
				return []byte("<sst><si>" + texts + "</si></sst>")
			case "xl/worksheets/sheet1.xml":
				return []byte("<worksheet><sheetData><row>" + cells + "</row></sheetData></worksheet>")
			}
			return old
		}),
	}
}

// sharing is a workbook whose cells share texts.
func sharing(t *testing.T) []byte {
	b := newBook(t)
	b.row("Sheet1", 1, "Roll No", "Name")
	b.row("Sheet1", 2, "27CSE001", "Asha")
	return b.bytes()
}

// manyParts is a zip of so many empty files.
func manyParts(t *testing.T, n int) []byte {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for i := range n {
		_, err := w.CreateHeader(&zip.FileHeader{Name: fmt.Sprint(i)})
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

// Without their limits they would take up to gigabytes, or be read on and on.
//
//nolint:paralleltest // it looks at the memory of the whole process
func TestHostileWorkbooksAreRefusedInLittleMemory(t *testing.T) {
	says := map[string]string{
		"very many links": "sheets", "very many sheets": "sheets", "very many parts": "too many parts", "very many rows": "damaged",
		"very many empty cells": "damaged", "one long text in very many cells": "line 1, column 1 is longer",
	}
	for name, content := range hostile(t) {
		var err error
		growth := sheetstest.HeapGrowth(func() { _, err = readAll(t, content) })
		t.Logf("%s: %d KB, %d MB of memory", name, len(content)>>10, growth>>20)
		requireFileError(t, err)
		require.ErrorContains(t, err, says[name], name)
		require.Less(t, growth, uint64(100<<20), name)
	}
}

package sheets

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/sheets/sheetstest"
)

// report is such as a placement office prints, with n drives.
func report(n int) *Report {
	r := &Report{
		Title: "Finished placement drives", Under: "Attendance published from 1 May 2026 to 22 Nov 2026",
		Empty: "No drive was finished in this period.", Footer: "placeOps, 22 Nov 2026 10:00",
		Made:    time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC),
		Figures: []Figure{{"Drives", fmt.Sprint(n)}, {"Attendance", "66.7 %"}},
		Columns: []ReportColumn{
			{Heading: "No.", Width: 12, Right: true}, {Heading: "Company", Width: 100}, {Heading: "Job title", Width: 100},
			{Heading: "Registered", Width: 61, Right: true},
		},
	}
	for i := range n {
		r.Rows = append(r.Rows, []string{fmt.Sprint(i + 1), fmt.Sprintf("Company %d", i+1), "Engineer", "60"})
	}
	return r
}

func pdfBytes(t testing.TB, r *Report) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, r.WritePDF(&out))
	keep(t, strings.ReplaceAll(t.Name(), "/", "-")+".pdf", out.Bytes())
	return out.Bytes()
}

// keep leaves a file for somebody who wants to look at it.
func keep(t testing.TB, name string, content []byte) {
	t.Helper()
	if dir := os.Getenv("PLACEOPS_TEST_KEEP"); dir != "" {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), content, 0o600))
	}
}

func TestReportIsWholeWhateverItsLength(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ rows, pages int }{{0, 1}, {1, 1}, {200, 9}} {
		t.Run(fmt.Sprint(c.rows), func(t *testing.T) {
			t.Parallel()
			r := report(c.rows)
			pages := sheetstest.PDFPages(t, pdfBytes(t, r))
			require.Len(t, pages, c.pages)
			require.Equal(t, []string{
				"Finished placement drives", "Attendance published from 1 May 2026 to 22 Nov 2026", "Drives", fmt.Sprint(c.rows),
				"Attendance", "66.7 %",
			}, pages[0][:6])
			pages[0] = pages[0][6:]
			var rows []string
			for i, page := range pages {
				end := len(page) - 2
				require.Equal(t, []string{"No.", "Company", "Job title", "Registered"}, page[:4], "heading of page %d", i+1)
				require.Equal(t, []string{r.Footer, fmt.Sprintf("Page %d of %d", i+1, c.pages)}, page[end:])
				rows = append(rows, page[4:end]...)
			}
			var want []string
			for _, row := range r.Rows {
				want = append(want, row...)
			}
			if c.rows == 0 {
				want = []string{r.Empty}
			}
			require.Equal(t, want, rows)
		})
	}
}

// Ten and more pages: page 1 is drawn before their number is known.
func TestReportNumbersManyPages(t *testing.T) {
	t.Parallel()
	pages := sheetstest.PDFPages(t, pdfBytes(t, report(300)))
	last := pages[len(pages)-1]
	require.Equal(t, fmt.Sprintf("Page %d of %d", len(pages), len(pages)), last[len(last)-1])
	require.Greater(t, len(pages), 9)
}

func TestReportTakesEveryText(t *testing.T) {
	t.Parallel()
	r := report(0)
	long := "Bharatiya International Research and Engineering Consultancy Services for Infrastructure (India) Private Limited"
	word := strings.Repeat("Donaudampfschiff", 20)
	r.Rows = [][]string{
		{"1", long, "Développeuse ₹ 12.5 LPA – “Łódź”", "1"},
		{"2", word, "Cafe\u0301 \x00\x07 टाटा \U0001F600 \xff\xfe", "2"},
		{"3", strings.Repeat("many words ", 100), "(a) \\ b) \r\n c", "3"},
		{"4", "", " ", ""},
	}
	texts := sheetstest.PDFPages(t, pdfBytes(t, r))[0][6+4:]
	require.Equal(t, []string{
		"1", "Bharatiya International Research and Engineering Consultancy Services", "for Infrastructure (India) Private Limited",
		"Développeuse ₹ 12.5 LPA – “Łódź”", "1", "2",
	}, texts[:6])
	require.True(t, strings.HasPrefix(word, texts[6]+texts[7]), "a long word is broken, not lost")
	require.True(t, strings.HasSuffix(texts[8], "…"))
	require.Equal(t, []string{"Café टाटा \uFFFD \uFFFD", "2", "3"}, texts[9:12])
	require.True(t, strings.HasSuffix(texts[14], "…"), "three lines at most: %q", texts[12:15])
	require.Equal(t, []string{"(a) \\ b) c", "3", "4"}, texts[15:18])
}

func FuzzReport(f *testing.F) {
	f.Add("Acme", "Engineer")
	f.Add("\U0010FFFF\xf0", "\u202e\u00ad\u200b")
	f.Fuzz(func(t *testing.T, company, title string) {
		r := report(0)
		r.Title, r.Under = title, company
		r.Rows = [][]string{{"1", company, title, "1"}}
		require.NoError(t, r.WritePDF(io.Discard))
	})
}

func BenchmarkReport(b *testing.B) {
	for b.Loop() {
		require.NoError(b, report(200).WritePDF(io.Discard))
	}
}

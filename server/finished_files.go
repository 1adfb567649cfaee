package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/danielgtaylor/huma/v2"

	"placeops/sheets"
	"placeops/store"
)

const excelType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// download is the Content-Disposition of a file that is named after its parts: plainly for every client, and for those
// that know RFC 6266 also with letters of any script.
func download(extension string, parts ...string) string {
	anyScript := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || r == '-' || r == '.' {
			return r
		}
		return '-'
	}, strings.Join(parts, "-"))
	plain := attachment(singleDashes(fileName(parts...)) + extension)
	return plain + "; filename*=UTF-8''" + url.PathEscape(singleDashes(strings.Trim(anyScript, "-."))+extension)
}

func singleDashes(name string) string {
	for strings.Contains(name, "--") {
		name = strings.ReplaceAll(name, "--", "-")
	}
	return name
}

// writeExcel reads the database to its end before the first byte goes out: fill makes a sheet and its rows.
func (s *Server) writeExcel(hctx huma.Context, fill func(context.Context, store.Source, io.Writer) (*sheets.XLSXWriter, error)) error {
	sheet, err := reading(hctx.Context(), s, func(db store.Source) (*sheets.XLSXWriter, error) {
		return fill(hctx.Context(), db, hctx.BodyWriter())
	})
	if err != nil {
		return err
	}
	defer func() { _ = sheet.Close() }() // its temporary file
	return sheet.Finish()
}

// filled gives a sheet its rows, or closes it.
func filled[R any](sheet *sheets.XLSXWriter, rows iter.Seq2[R, error], cells func(R) []any) (*sheets.XLSXWriter, error) {
	for row, err := range rows {
		if err == nil {
			err = sheet.Write(cells(row)...)
		}
		if err != nil {
			return nil, errors.Join(err, sheet.Close())
		}
	}
	return sheet, nil
}

func (s *Server) attendanceExcel(ctx context.Context, db store.DBTX, w io.Writer, driveID int64) (*sheets.XLSXWriter, error) {
	sheet, err := sheets.NewXLSXWriter(w, "Attendance", s.now(),
		sheets.Column{Heading: "Roll number", Width: 18},
		sheets.Column{Heading: "Name", Width: 30},
		sheets.Column{Heading: "E-mail", Width: 34},
		sheets.Column{Heading: "Branch", Width: 16},
		sheets.Column{Heading: "Batch", Width: 11, Format: sheets.Whole},
		sheets.Column{Heading: "CGPA", Width: 11, Format: sheets.Marks},
		sheets.Column{Heading: "Registered", Width: 20, Format: sheets.Moment},
		sheets.Column{Heading: "Attendance", Width: 13},
		sheets.Column{Heading: "Marked", Width: 20, Format: sheets.Moment},
	)
	if err != nil {
		return nil, err
	}
	return filled(sheet, store.AttendanceSheet(ctx, db, driveID), func(a store.Attendee) []any {
		return []any{a.RollNumber, a.Name, a.Email, a.Branch, a.BatchYear, a.CGPA, a.RegisteredAt, a.Status, a.MarkedAt}
	})
}

func (s *Server) finishedExcel(ctx context.Context, db store.DBTX, w io.Writer, period store.Period, limit int32) (*sheets.XLSXWriter, error) {
	sheet, err := sheets.NewXLSXWriter(w, "Finished drives", s.now(),
		sheets.Column{Heading: "Company", Width: 36},
		sheets.Column{Heading: "Job title", Width: 30},
		sheets.Column{Heading: "Domain", Width: 30},
		sheets.Column{Heading: "Interview", Width: 20, Format: sheets.Moment},
		sheets.Column{Heading: "Finished", Width: 15, Format: sheets.Day},
		sheets.Column{Heading: "Registered", Width: 15, Format: sheets.Whole},
		sheets.Column{Heading: "Present", Width: 12, Format: sheets.Whole},
		sheets.Column{Heading: "Absent", Width: 12, Format: sheets.Whole},
		sheets.Column{Heading: "Attendance", Width: 15, Format: sheets.Percent},
	)
	if err != nil {
		return nil, err
	}
	return filled(sheet, store.FinishedDrivesSheet(ctx, db, period, limit), func(f store.FinishedDrive) []any {
		share := float64(f.TotalPresent) / float64(max(f.TotalRegistered, 1))
		return []any{
			f.CompanyName, f.JobTitle, f.DomainName, f.InterviewDate, f.FinishedDate, f.TotalRegistered, f.TotalPresent, f.TotalAbsent, share,
		}
	})
}

// writeFinishedPDF reads the database to its end before the first byte goes out.
func (s *Server) writeFinishedPDF(hctx huma.Context, period store.Period, limit int32) error {
	report, err := reading(hctx.Context(), s, func(db store.Source) (*sheets.Report, error) {
		return s.finishedReport(hctx.Context(), db, period, limit)
	})
	if err != nil {
		return err
	}
	return report.WritePDF(hctx.BodyWriter())
}

func (s *Server) finishedReport(ctx context.Context, db store.DBTX, period store.Period, limit int32) (*sheets.Report, error) {
	now := s.now()
	report := sheets.Report{
		Title: "Finished placement drives", Under: periodText(period, now, limit), Made: now,
		Empty: "No drive was finished in this period.", Footer: "placeOps, " + now.Format(printedMoment),
		Columns: []sheets.ReportColumn{
			{Heading: "No.", Width: 11, Right: true}, {Heading: "Company", Width: 62}, {Heading: "Job title", Width: 48},
			{Heading: "Domain", Width: 38}, {Heading: "Interview", Width: 23}, {Heading: "Finished", Width: 23},
			{Heading: "Registered", Width: 19, Right: true}, {Heading: "Present", Width: 16, Right: true},
			{Heading: "Absent", Width: 16, Right: true}, {Heading: "Share", Width: 17, Right: true},
		},
	}
	var registered, present int64
	for f, err := range store.FinishedDrivesSheet(ctx, db, period, limit) {
		if err != nil {
			return nil, err
		}
		registered, present = registered+int64(f.TotalRegistered), present+int64(f.TotalPresent)
		report.Rows = append(report.Rows, s.finishedRow(len(report.Rows)+1, f))
	}
	report.Figures = []sheets.Figure{
		{Label: "Drives", Value: fmt.Sprint(len(report.Rows))}, {Label: "Registered", Value: fmt.Sprint(registered)},
		{Label: "Present", Value: fmt.Sprint(present)}, {Label: "Absent", Value: fmt.Sprint(registered - present)},
		{Label: "Attendance", Value: percentText(present, registered)},
	}
	return &report, nil
}

const (
	printedDay    = "2 Jan 2006"
	printedMoment = "2 Jan 2006 15:04"
)

func (s *Server) finishedRow(number int, f store.FinishedDrive) []string {
	interview := ""
	if f.InterviewDate != nil {
		interview = f.InterviewDate.In(s.zone).Format(printedDay)
	}
	return []string{
		fmt.Sprint(number), f.CompanyName, f.JobTitle, orZero(f.DomainName), interview,
		f.FinishedDate.In(s.zone).Format(printedDay), fmt.Sprint(f.TotalRegistered), fmt.Sprint(f.TotalPresent),
		fmt.Sprint(f.TotalAbsent), percentText(int64(f.TotalPresent), int64(f.TotalRegistered)),
	}
}

// percentText is a share in percent with one decimal, rounded half up; a dash where there is nothing to share.
func percentText(part, whole int64) string {
	if whole == 0 {
		return "–"
	}
	tenths := (2*1000*part + whole) / (2 * whole)
	return fmt.Sprintf("%d.%d %%", tenths/10, tenths%10)
}

// periodText says which drives a report is about.
func periodText(period store.Period, now time.Time, limit int32) string {
	text := "Attendance published up to " + now.Format(printedDay)
	if period.Until != nil {
		text = "Attendance published up to " + period.Until.AddDate(0, 0, -1).Format(printedDay)
	}
	if period.Since != nil {
		text = strings.Replace(text, "up to", "from "+period.Since.Format(printedDay)+" to", 1)
	}
	if limit > 0 {
		text += fmt.Sprintf("; the newest %d at most", limit)
	}
	return text
}

package server

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"placeops/sheets"
	"placeops/store"
)

// FinishedFilter narrows the finished drives by when their attendance was published.
type FinishedFilter struct {
	Months    int32  `query:"months" minimum:"1" maximum:"1200" doc:"Of the last months; start_date and end_date then do not count."`
	StartDate string `query:"start_date" doc:"Such as 2026-11-30, in the office's zone."`
	EndDate   string `query:"end_date" doc:"The last day, itself included."`
}

// period reads the filter. Days begin and end as in the zone of now.
func (f *FinishedFilter) period(now time.Time) (store.Period, error) {
	var faults []store.FieldError
	since := day("start_date", f.StartDate, now.Location(), &faults)
	last := day("end_date", f.EndDate, now.Location(), &faults)
	if f.Months == 0 && since != nil && last != nil && last.Before(*since) {
		faults = append(faults, store.FieldError{Field: "end_date", Message: "is before start_date"})
	}
	if len(faults) > 0 {
		return store.Period{}, store.InvalidFields(faults...)
	}
	if f.Months > 0 {
		from := monthsBefore(now, int(f.Months))
		return store.Period{Since: &from}, nil
	}
	if last == nil {
		return store.Period{Since: since}, nil
	}
	until := last.AddDate(0, 0, 1)
	return store.Period{Since: since, Until: &until}, nil
}

func day(field, text string, zone *time.Location, faults *[]store.FieldError) *time.Time {
	if text == "" {
		return nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil || !plausible(t) {
		*faults = append(*faults, store.FieldError{Field: field, Message: "is not a date; write it like 2026-11-30"})
		return nil
	}
	return &t
}

// monthsBefore is the same day some months ago, or that month's last day where it has no such day.
func monthsBefore(now time.Time, months int) time.Time {
	first := time.Date(now.Year(), now.Month()-time.Month(months), 1, 0, 0, 0, 0, now.Location())
	lastDay := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(now.Day(), lastDay)-1)
}

// FinishedDriveBody is a drive that is over, with its figures.
type FinishedDriveBody struct {
	DriveID         int64      `json:"drive_id"`
	CompanyName     string     `json:"company_name"`
	JobTitle        string     `json:"job_title"`
	DomainName      *string    `json:"domain_name"`
	InterviewDate   *time.Time `json:"interview_date"`
	FinishedDate    time.Time  `json:"finished_date" doc:"When the attendance was published."`
	TotalRegistered int32      `json:"total_registered"`
	TotalPresent    int32      `json:"total_present"`
	TotalAbsent     int32      `json:"total_absent"`
}

type listFinishedInput struct {
	WholePage
	FinishedFilter
}

func (s *Server) listFinishedDrives(ctx context.Context, in *listFinishedInput) (*list[FinishedDriveBody], error) {
	before, err := in.before()
	if err != nil {
		return nil, err
	}
	period, err := in.period(s.now())
	if err != nil {
		return nil, err
	}
	rows, err := reading(ctx, s, func(db store.Source) ([]store.FinishedDrive, error) {
		return store.FinishedDrives(ctx, db, period, before, in.rows())
	})
	if err != nil {
		return nil, err
	}
	body := func(f store.FinishedDrive) FinishedDriveBody { return FinishedDriveBody(f) }
	return listOf(ctx, rows, in.rows(), body, func(f store.FinishedDrive) string {
		return fmt.Sprintf("%d %d", f.FinishedDate.UnixMicro(), f.DriveID)
	}), nil
}

// before reads the cursor: the date in microseconds, as exact as the database keeps it, and the id.
func (in *listFinishedInput) before() (*store.FinishedBefore, error) {
	text, err := in.after()
	if err != nil || text == nil {
		return nil, err
	}
	date, id, _ := strings.Cut(*text, " ")
	micros, dateErr := strconv.ParseInt(date, 10, 64)
	driveID, idErr := strconv.ParseInt(id, 10, 64)
	finished := time.UnixMicro(micros)
	if dateErr != nil || idErr != nil || !plausible(finished) {
		return nil, badCursor()
	}
	return &store.FinishedBefore{Date: finished, DriveID: driveID}, nil
}

// downloadFinishedDrive is a drive's attendance as an Excel workbook.
func (s *Server) downloadFinishedDrive(ctx context.Context, in *IDInput) (*fileOutput, error) {
	drive, err := store.DriveFor(ctx, s.pool, viewer(me(ctx)), in.ID)
	if err != nil {
		return nil, err
	}
	if drive.Drive.Status != store.Finished {
		return nil, store.Errorf(store.Conflict, "this drive is %s; the file is there once its attendance is published", drive.Drive.Status)
	}
	return &fileOutput{
		ContentType: excelType,
		Disposition: download(".xlsx", drive.Drive.CompanyName, "attendance", s.today()),
		Body: func(hctx huma.Context) {
			err := s.writeExcel(hctx, func(ctx context.Context, db store.Source, w io.Writer) (*sheets.XLSXWriter, error) {
				return s.attendanceExcel(ctx, db, w, in.ID)
			})
			if err != nil {
				s.breakOff(hctx, err)
			}
		},
	}, nil
}

type downloadFinishedInput struct {
	Limit int32 `query:"limit" minimum:"1" maximum:"500" doc:"The newest only."`
	FinishedFilter
}

func (s *Server) downloadFinishedExcel(_ context.Context, in *downloadFinishedInput) (*fileOutput, error) {
	period, err := in.period(s.now())
	if err != nil {
		return nil, err
	}
	return &fileOutput{
		ContentType: excelType,
		Disposition: download(".xlsx", "finished-drives", s.today()),
		Body: func(hctx huma.Context) {
			err := s.writeExcel(hctx, func(ctx context.Context, db store.Source, w io.Writer) (*sheets.XLSXWriter, error) {
				return s.finishedExcel(ctx, db, w, period, in.Limit)
			})
			if err != nil {
				s.breakOff(hctx, err)
			}
		},
	}, nil
}

func (s *Server) downloadFinishedPDF(_ context.Context, in *downloadFinishedInput) (*fileOutput, error) {
	period, err := in.period(s.now())
	if err != nil {
		return nil, err
	}
	return &fileOutput{
		ContentType: "application/pdf",
		Disposition: download(".pdf", "finished-drives", s.today()),
		Body: func(hctx huma.Context) {
			if err := s.writeFinishedPDF(hctx, period, in.Limit); err != nil {
				s.breakOff(hctx, err)
			}
		},
	}, nil
}

package store

import (
	"context"
	"iter"
	"time"

	"placeops/store/dbsqlc"
)

// FinishedDrive is a drive that is over, with its figures.
type FinishedDrive = dbsqlc.FinishedDrivesRow

// Period bounds when a drive was finished: from Since, before Until; nil is open.
type Period struct {
	Since, Until *time.Time
}

// FinishedBefore is where a page of finished drives ended.
type FinishedBefore struct {
	Date    time.Time
	DriveID int64
}

// FinishedDrives returns at most limit finished drives, newest first, those after the given place of the list if any.
func FinishedDrives(ctx context.Context, db DBTX, period Period, before *FinishedBefore, limit int32) ([]FinishedDrive, error) {
	params := dbsqlc.FinishedDrivesParams{Since: period.Since, Until: period.Until, RowLimit: limit}
	if before != nil {
		params.BeforeDate, params.BeforeID = &before.Date, &before.DriveID
	}
	return queries(db).FinishedDrives(ctx, params)
}

// streamRows is how many finished drives are in memory at once.
const streamRows = 5_000

// FinishedDrivesSheet goes through at most limit finished drives, newest first; 0 is all.
func FinishedDrivesSheet(ctx context.Context, db DBTX, period Period, limit int32) iter.Seq2[FinishedDrive, error] {
	return func(yield func(FinishedDrive, error) bool) {
		left := int64(limit)
		if limit == 0 {
			left = 1 << 32
		}
		for before := (*FinishedBefore)(nil); left > 0; {
			asked := int32(min(left, streamRows))
			rows, err := FinishedDrives(ctx, db, period, before, asked)
			if err != nil {
				yield(FinishedDrive{}, err)
				return
			}
			for _, row := range rows {
				if !yield(row, nil) {
					return
				}
				before = &FinishedBefore{Date: row.FinishedDate, DriveID: row.DriveID}
			}
			if left -= int64(asked); len(rows) < int(asked) {
				return
			}
		}
	}
}

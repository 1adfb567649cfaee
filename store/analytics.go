package store

import (
	"context"
	"time"

	"placeops/store/dbsqlc"
)

// RefreshAnalytics brings the figures up to date, unless that has been begun after since. Call it in a transaction: until
// it commits, everybody reads the figures of before, and other refreshes wait.
func RefreshAnalytics(ctx context.Context, tx DBTX, since time.Time) (done bool, err error) {
	q := queries(tx)
	if err := q.LockAnalyticsRefresh(ctx); err != nil {
		return false, err
	}
	last, err := q.AnalyticsRefreshedAt(ctx)
	if err != nil || last.After(since) {
		return false, err
	}
	owns, err := q.OwnsTables(ctx)
	if err != nil {
		return false, err
	}
	steps := []func(context.Context) error{
		q.StartAnalyticsRefresh, q.RefreshAnalyticsDrives, q.RefreshAnalyticsAttendance, q.RefreshAnalyticsRegistrations,
		q.RefreshAnalyticsSelections, q.RefreshAnalyticsBranches,
	}
	if !owns { // and then may not refresh by itself
		steps = []func(context.Context) error{q.StartAnalyticsRefresh, q.RefreshAnalyticsAsOwner}
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return false, err
		}
	}
	return true, nil
}

// AnalyticsRefreshedAt tells how fresh the figures are: what was committed before is in them.
func AnalyticsRefreshedAt(ctx context.Context, db DBTX) (time.Time, error) {
	return queries(db).AnalyticsRefreshedAt(ctx)
}

// AnalyticsAge tells how long ago that was, by the database's own clock.
func AnalyticsAge(ctx context.Context, db DBTX) (time.Duration, error) {
	seconds, err := queries(db).AnalyticsAge(ctx)
	return time.Duration(seconds * float64(time.Second)), err
}

// Summary is the figures of a number of drives.
type Summary = dbsqlc.AnalyticsSummaryRow

// AnalyticsSummary sums up the drives created in the last days (nil: ever), or one of them (nil: all).
func AnalyticsSummary(ctx context.Context, db DBTX, days *int32, driveID *int64) (Summary, error) {
	return queries(db).AnalyticsSummary(ctx, dbsqlc.AnalyticsSummaryParams{Days: days, DriveID: driveID})
}

// DayCount is how many drives were created on a day.
type DayCount = dbsqlc.DrivesOverTimeRow

// DrivesOverTime counts drives by the day of their creation, a day being one of zone; days without any are left out.
func DrivesOverTime(ctx context.Context, db DBTX, zone *time.Location) ([]DayCount, error) {
	return queries(db).DrivesOverTime(ctx, zone.String())
}

// DriveCount is how many students registered for a drive.
type DriveCount = dbsqlc.RegistrationsByDriveRow

// RegistrationsByDrive returns at most limit of the drives that viewer may see, those with most registrations first.
func RegistrationsByDrive(ctx context.Context, db DBTX, viewer Viewer, limit int32) ([]DriveCount, error) {
	return queries(db).RegistrationsByDrive(ctx, dbsqlc.RegistrationsByDriveParams{SeesAll: viewer.SeesAll, RowLimit: limit})
}

// DayPercent is the attendance of the drives whose attendance was published on a day.
type DayPercent = dbsqlc.AttendanceTrendRow

// AttendanceTrend returns the attendance by the day on which it was published, a day being one of zone.
func AttendanceTrend(ctx context.Context, db DBTX, zone *time.Location) ([]DayPercent, error) {
	return queries(db).AttendanceTrend(ctx, zone.String())
}

// RegistrationsOverTime counts registrations by their day in zone, of the last days with today; days without any are left out.
func RegistrationsOverTime(ctx context.Context, db DBTX, zone *time.Location, days int32) ([]DayCount, error) {
	rows, err := queries(db).RegistrationsOverTime(ctx, dbsqlc.RegistrationsOverTimeParams{Zone: zone.String(), Days: days})
	counts := make([]DayCount, len(rows))
	for i, row := range rows {
		counts[i] = DayCount(row)
	}
	return counts, err
}

// BranchCount is how many different students of a branch there are, and how many reached what.
type BranchCount = dbsqlc.StudentsByBranchRow

// StudentsByBranch counts the students of each branch by what they reached in the drives created in the last days.
func StudentsByBranch(ctx context.Context, db DBTX, days int32) ([]BranchCount, error) {
	return queries(db).StudentsByBranch(ctx, days)
}

// FunnelCount is how many pairs of a student and a drive reached what.
type FunnelCount = dbsqlc.FunnelRow

// Funnel counts the drives created in the last days (nil: ever), or one of them (nil: all).
func Funnel(ctx context.Context, db DBTX, days *int32, driveID *int64) (FunnelCount, error) {
	return queries(db).Funnel(ctx, dbsqlc.FunnelParams{Days: days, DriveID: driveID})
}

package store

import (
	"context"
	"time"

	"placeops/store/dbsqlc"
)

// Notice is a notice as one of its readers sees it. ToldAt is since when it is meant for the reader; ReadAt is nil until
// then.
type Notice = dbsqlc.NoticeForRow

// NoticePosition is where a notice stands in its reader's list.
type NoticePosition struct {
	ToldAt   time.Time
	NoticeID int64
}

// NoticesFor returns at most limit notices of a reader, newest first, those after the position if given.
func NoticesFor(ctx context.Context, db DBTX, userID int64, after *NoticePosition, limit int32) ([]Notice, error) {
	params := dbsqlc.NoticesForParams{UserID: userID, RowLimit: limit}
	if after != nil {
		params.BeforeToldAt, params.BeforeID = &after.ToldAt, after.NoticeID
	}
	rows, err := queries(db).NoticesFor(ctx, params)
	if err != nil {
		return nil, err
	}
	notices := make([]Notice, len(rows))
	for i, row := range rows {
		notices[i] = Notice(row)
	}
	return notices, nil
}

// ReadNotice marks a notice as read by one of its readers; for anybody else it is NotFound.
func ReadNotice(ctx context.Context, db DBTX, userID, noticeID int64) (Notice, error) {
	err := queries(db).ReadNotices(ctx, dbsqlc.ReadNoticesParams{UserID: userID, NoticeID: &noticeID})
	if err != nil {
		return Notice{}, err
	}
	notice, err := queries(db).NoticeFor(ctx, dbsqlc.NoticeForParams{UserID: userID, NoticeID: noticeID})
	return one(notice, err, "notification")
}

// ReadAllNotices marks all notices of a reader as read.
func ReadAllNotices(ctx context.Context, db DBTX, userID int64) error {
	return queries(db).ReadNotices(ctx, dbsqlc.ReadNoticesParams{UserID: userID})
}

// CountUnreadNotices counts what a reader has not read yet.
func CountUnreadNotices(ctx context.Context, db DBTX, userID int64) (int64, error) {
	return queries(db).CountUnreadNotices(ctx, userID)
}

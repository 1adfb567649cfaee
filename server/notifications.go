package server

import (
	"context"
	"strconv"
	"strings"
	"time"

	"placeops/store"
)

// NotificationBody is a notice as its reader sees it.
type NotificationBody struct {
	NotificationID int64      `json:"notification_id"`
	Title          string     `json:"title"`
	Message        string     `json:"message"`
	Type           string     `json:"type" enum:"info,success,warning,error"`
	EntityType     string     `json:"entity_type" enum:"drive" doc:"What it is about."`
	EntityID       int64      `json:"entity_id"`
	IsRead         bool       `json:"is_read"`
	CreatedAt      time.Time  `json:"created_at" doc:"Since when it is meant for the reader."`
	ReadAt         *time.Time `json:"read_at"`
}

func notificationBodyOf(n store.Notice) NotificationBody {
	return NotificationBody{
		NotificationID: n.NoticeID, Title: n.Title, Message: n.Message, Type: n.Type, EntityType: "drive", EntityID: n.DriveID,
		IsRead: n.ReadAt != nil, CreatedAt: n.ToldAt, ReadAt: n.ReadAt,
	}
}

type myNotificationsOutput struct {
	Link string `header:"Link" doc:"The next page, as rel=next."`
	Body struct {
		Items       []NotificationBody `json:"items" nullable:"false"`
		UnreadCount int64              `json:"unread_count" doc:"On all pages."`
	}
}

func (s *Server) myNotifications(ctx context.Context, in *Page) (*myNotificationsOutput, error) {
	after, err := in.afterNotice()
	if err != nil {
		return nil, err
	}
	notices, err := store.NoticesFor(ctx, s.pool, me(ctx).UserID, after, in.rows())
	if err != nil {
		return nil, err
	}
	var out myNotificationsOutput
	if out.Body.UnreadCount, err = store.CountUnreadNotices(ctx, s.pool, me(ctx).UserID); err != nil {
		return nil, err
	}
	page := listOf(ctx, notices, in.rows(), notificationBodyOf, noticeCursor)
	out.Link, out.Body.Items = page.Link, page.Body
	return &out, nil
}

func noticeCursor(n store.Notice) string {
	return n.ToldAt.Format(time.RFC3339Nano) + " " + idCursor(n.NoticeID)
}

// afterNotice reads a cursor of noticeCursor; nil on the first page.
func (p Page) afterNotice() (*store.NoticePosition, error) {
	text, err := p.after()
	if err != nil || text == nil {
		return nil, err
	}
	moment, id, _ := strings.Cut(*text, " ")
	told, err := time.Parse(time.RFC3339Nano, moment)
	if err != nil || !plausible(told) {
		return nil, badCursor()
	}
	noticeID, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return nil, badCursor()
	}
	return &store.NoticePosition{ToldAt: told, NoticeID: noticeID}, nil
}

type readNotificationOutput struct {
	Body struct {
		Item        NotificationBody `json:"item"`
		UnreadCount int64            `json:"unread_count"`
	}
}

func (s *Server) readNotification(ctx context.Context, in *IDInput) (*readNotificationOutput, error) {
	notice, err := store.ReadNotice(ctx, s.pool, me(ctx).UserID, in.ID)
	if err != nil {
		return nil, err
	}
	var out readNotificationOutput
	out.Body.Item = notificationBodyOf(notice)
	out.Body.UnreadCount, err = store.CountUnreadNotices(ctx, s.pool, me(ctx).UserID)
	return &out, err
}

type readAllNotificationsOutput struct {
	Body struct {
		OK          bool  `json:"ok"`
		UnreadCount int64 `json:"unread_count"`
	}
}

func (s *Server) readAllNotifications(ctx context.Context, _ *struct{}) (*readAllNotificationsOutput, error) {
	if err := store.ReadAllNotices(ctx, s.pool, me(ctx).UserID); err != nil {
		return nil, err
	}
	unread, err := store.CountUnreadNotices(ctx, s.pool, me(ctx).UserID)
	if err != nil {
		return nil, err
	}
	var out readAllNotificationsOutput
	out.Body.OK, out.Body.UnreadCount = true, unread
	return &out, nil
}

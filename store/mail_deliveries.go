package store

import (
	"context"
	"strings"

	"placeops/store/dbsqlc"
)

// What became of an e-mail.
const (
	MailSent    = "sent"
	MailRefused = "refused" // the mail server will never take it
	MailDropped = "dropped" // out of date before it could be sent
)

// MailTopic is what an e-mail is about: an event of a drive, for all whom its notices tell or for one of them.
type MailTopic struct {
	DriveID int64
	Event   string
	UserID  *int64
}

// callsToRegister tells that the e-mail is pointless to those who have registered, and once registrations are closed.
func (t MailTopic) callsToRegister() bool {
	return t.Event == EventPublished || strings.HasPrefix(t.Event, EventDeadlineNear)
}

// AddMailDeliveries makes the e-mails of a topic due, each once.
func AddMailDeliveries(ctx context.Context, db DBTX, topic MailTopic) error {
	return queries(db).AddMailDeliveries(ctx, dbsqlc.AddMailDeliveriesParams{
		DriveID: topic.DriveID, Event: topic.Event, UserID: topic.UserID,
	})
}

// DueMail is an e-mail that has not been sent; one that is not Wanted any more is to be dropped.
type DueMail = dbsqlc.DueMailRow

// DueMails returns at most limit due e-mails of a topic behind the one after, and locks them until the transaction ends.
// Those that another transaction has locked are left to it.
func DueMails(ctx context.Context, tx DBTX, topic MailTopic, after DueMail, limit int32) ([]DueMail, error) {
	return queries(tx).DueMail(ctx, dbsqlc.DueMailParams{
		DriveID: topic.DriveID, Event: topic.Event, UserID: topic.UserID, CallsToRegister: topic.callsToRegister(),
		AfterNoticeID: after.NoticeID, AfterUserID: after.UserID, RowLimit: limit,
	})
}

// SettledMail is what became of an e-mail; Reply is the mail server's when it refused.
type SettledMail struct {
	DueMail
	State, Reply string
}

// SettleMails records what became of e-mails.
func SettleMails(ctx context.Context, tx DBTX, settled []SettledMail) error {
	var params dbsqlc.SettleMailParams
	for _, mail := range settled {
		params.NoticeIds = append(params.NoticeIds, mail.NoticeID)
		params.UserIds = append(params.UserIds, mail.UserID)
		params.States = append(params.States, mail.State)
		params.Replies = append(params.Replies, mail.Reply)
	}
	return queries(tx).SettleMail(ctx, params)
}

// CountDueMails counts the e-mails that have yet to be sent.
func CountDueMails(ctx context.Context, db DBTX) (int64, error) { return queries(db).CountDueMail(ctx) }

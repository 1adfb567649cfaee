// Package mail writes e-mails and hands them to an SMTP server. What is to be sent, to whom and when, and what became of it,
// is the business of package jobs; no database is known here.
package mail

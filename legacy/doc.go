// Package legacy copies an installation of the earlier Node.js system into an empty placeops database.
//
// Here belongs what that system's tables look like (source.go), what of them does not fit and what is done about it
// (rules.go), what becomes of each row (wanted.go), and the proof that it has (verify.go). Signing in with the passwords that
// came along is the business of auth; docs/coming-from-node.md tells operators all of it.
//
// Rows stream from one server to the other with COPY into temporary tables; everything else is set-based SQL in the one
// transaction that is committed at the end, or not.
package legacy

// Package backup copies a whole installation into one portable archive and makes one out of it again: all tables, where
// the sequences stand, and all uploaded files. Secrets are not in it.
//
// Here belongs what an archive is, how one is taken while people work, and how one is restored so that a database has all
// of it or is as it was. Where archives lie, when one is taken, and what is said about it do not belong here.
//
// An archive is a tar inside zstd, so it can also be opened with those two programs:
//
//	manifest.json                  versions, tables with their columns, sequences
//	tables/<table>/<number>.copy   rows, as COPY writes text; whole rows in each
//	uploads/<key>                  an uploaded file
//	index.json                     bytes, rows and SHA-256 of every entry before it
//
// Behind the zstd frame stands a skippable frame with the SHA-256 of every byte before it, the seal. An archive without it
// was cut off, and nothing behind it is taken.
package backup

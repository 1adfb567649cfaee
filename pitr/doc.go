// Package pitr keeps what it takes to bring placeops's own PostgreSQL back to any moment: base backups, the write-ahead log
// since, and the uploaded files, in a folder or a bucket.
//
// Here belongs what such an archive holds, what goes into it and out of it, and how it is proven. When base backups are taken,
// and how the server is run that recovers, does not belong here.
//
//	clusters/<system>.json             one for each cluster that has a base backup here
//	<system>/wal/<file>.zst            a finished file of the write-ahead log
//	<system>/bases/<id>/base.tar.zst   what BASE_BACKUP sends
//	<system>/bases/<id>/uploads.zst    the uploaded files that there were, a key on each line
//	<system>/bases/<id>/manifest.json  written last: without it the base backup does not count
//	uploads/<key>.zst                  an uploaded file
//
// <system> is the number that PostgreSQL gives each cluster, so a new one beside an old one is never mixed up with it.
// Everything but the JSON is zstd with the seal of package backup.
package pitr

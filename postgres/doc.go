// Package postgres runs the PostgreSQL server that placeops brings along.
//
// What belongs here: getting a server running below the data directory
// (extract, initialise, start), keeping it running (supervise, recover after
// any crash), and ending it cleanly. What does not: schema, queries, pools;
// whoever uses this package gets a connection URL and nothing else.
//
// Below the data directory:
//
//	pg-<hash>/     the bundled server's files, extracted once per bundle
//	data/          the cluster; made as data.tmp, then renamed
//	run/           the socket, reachable only by PostgreSQL's user and root
//	placeops.lock  held with flock by whoever runs the server; says who
//
// The server listens on that socket only, never on the network. Holding the
// lock is what makes every recovery step safe: whatever PostgreSQL still runs
// on this directory was left behind by a placeops that is gone.
package postgres

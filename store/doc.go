// Package store is PostgreSQL as the rest of placeops sees it: transactions, a small vocabulary of errors, and one file
// per entity with the functions that read and write it.
//
// Every function takes a DBTX (a pool or a transaction) and never begins a transaction itself: transactions begin in an
// HTTP operation or in a job's Work, where the whole change is in view. The SQL stands in sql/queries and is turned into
// Go in dbsqlc. HTTP, jobs and the rules of eligibility do not belong here.
package store

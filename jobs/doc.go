// Package jobs is the work that placeops does outside of requests, on River: one file per job with its arguments, its
// kind and its worker, and the client that all processes share.
//
// A job is inserted in the transaction of the change that needs it, so neither can be lost without the other. A worker
// does its work and completes itself in one transaction; River delivers at least once, so every worker is safe to run
// twice. HTTP does not belong here.
package jobs

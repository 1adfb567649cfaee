// Package server is placeops over HTTP: the route table, one file of operations per resource, and the one place where an
// error becomes a response.
//
// A request goes through the route table (routes.go), which says who may call it; the operation reads what the caller
// may see, checks the state, writes, and inserts jobs, all in one transaction; problem.go turns refusals into
// application/problem+json. Operations get a context and typed input; the web framework stays in this package. SQL, the
// rules of eligibility and the work of jobs live elsewhere.
package server

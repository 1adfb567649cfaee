// Package check holds the dashboard and the alert rules against Grafana's and Prometheus's own code and against a real placeops under
// load. It is a module of its own: what it needs is nothing that placeops needs. `make watching-check` runs it.
package check

// Package tracing follows a request through everything that it sets in motion: its statements, the jobs that it asks for, their
// statements, files and e-mails. What it sees goes to a collector of the operator's, by OpenTelemetry's protocol (OTLP over HTTP).
//
// It is off unless the settings name a collector. Then there is no Tracing (nil), nothing is installed, and Start finds nothing to
// be a part of: that look into the context is all that is left.
//
// Spans hold names of routes, statements and kinds of jobs, numbers and times. Never what people typed, what they are called, what
// is looked for or found: no arguments, no texts of errors, no paths.
package tracing

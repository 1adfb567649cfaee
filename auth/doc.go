// Package auth says who somebody is and what they may do: roles, permissions,
// the principal of a request, tokens, passwords, one-time codes and the limits
// on failed sign-ins.
//
// What belongs here is decided by the values passed in alone. Nothing here
// speaks HTTP, reads the database or the environment, or asks for the time:
// the server turns headers into tokens and errors into answers, the store
// keeps hashes and counts failures, the config package reads the secret.
package auth

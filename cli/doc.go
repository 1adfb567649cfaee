// Package cli is the command line: one file per command. It reads the settings, wires the other packages together and
// runs them; what they do is theirs.
package cli

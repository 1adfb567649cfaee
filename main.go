// Command placeops runs campus placement for a college: one program with its HTTP server, its job queue and its own
// PostgreSQL inside.
package main

import (
	"os"

	"placeops/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

package postgres

import "embed"

// The folder always holds a README, so this compiles with and without the
// fetched archive; the file's name limits it to its platform.
//
//go:embed bundle/linux-amd64
var embedded embed.FS

const embeddedFolder = "bundle/linux-amd64"

//go:build !linux || (!amd64 && !arm64)

package postgres

import "embed"

// No PostgreSQL is bundled for this platform: an installed one is used.
var embedded embed.FS

const embeddedFolder = "bundle/none"

// Package scaling holds the examples of docs/scaling.md, so that what is tried (go run ./chaos) is what is shown.
package scaling

import (
	"embed"
	"fmt"
	"strings"
)

//go:embed haproxy.cfg nginx.conf pgbouncer.ini patroni.yml
var files embed.FS

// Filled returns an example with some of its texts, mostly addresses, replaced: old, new, old, new. Each must be there.
func Filled(name string, replaced ...string) (string, error) {
	text, err := files.ReadFile(name)
	if err != nil {
		return "", err
	}
	for i := 0; i < len(replaced); i += 2 {
		if !strings.Contains(string(text), replaced[i]) {
			return "", fmt.Errorf("deploy/scaling/%s has no %q", name, replaced[i])
		}
	}
	return strings.NewReplacer(replaced...).Replace(string(text)), nil
}

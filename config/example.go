package config

import (
	"fmt"
	"strings"
)

const exampleHead = `# Settings of placeops, each with its default. Copy this file to .env and take
# away the # in front of those to change. The real environment wins over .env.
# Put a value with spaces, # or $ in single quotes.
`

// Example returns the text of .env.example: all settings, commented out.
func Example() string {
	var b strings.Builder
	b.WriteString(exampleHead)
	for _, setting := range Settings() {
		fmt.Fprintf(&b, "\n# %s. Must be %s.\n#%s=%s\n", setting.Help, setting.Allowed, setting.Name, setting.Default)
	}
	return b.String()
}

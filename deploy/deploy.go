// Package deploy carries the page that says how to install placeOps; everything else in this folder is for installing it.
package deploy

import "embed"

// Pages are for the documentation's site.
//
//go:embed *.md
var Pages embed.FS

// Package docs holds the documentation: the pages, and the one list of them that the site's navigation is made of.
// Package site makes web pages of them.
package docs

import (
	"embed"
	"fmt"
	"strings"

	"placeops/deploy"
)

//go:embed *.md
var pages embed.FS

// Project is the file that people see first in the source tree; the site has its front page instead.
const Project = "README.md"

// Page is a page of the documentation.
type Page struct {
	// File is where the page stands in the source tree, such as docs/audit.md.
	File string
	// Title is what the navigation calls it.
	Title string
	// At is its address below /docs where that is not the file's name without .md.
	At string
}

// Group is a part of the navigation.
type Group struct {
	Title string
	Pages []Page
}

// Navigation is every page, in the order of reading. A page that is missing here fails TestEveryPageIsInTheNavigation.
func Navigation() []Group {
	return []Group{
		{"Start", []Page{
			{File: "docs/README.md", Title: "Documentation", At: "/"},
			{File: "docs/get-started.md", Title: "Get started"},
			{File: "deploy/README.md", Title: "Install", At: "/install"},
			{File: "docs/coming-from-node.md", Title: "Coming from Node.js"},
		}},
		{"The office's work", []Page{
			{File: "docs/console.md", Title: "The console"},
			{File: "docs/attendance-day.md", Title: "Run an attendance day"},
			{File: "docs/notifications.md", Title: "Who is told what"},
			{File: "docs/api.md", Title: "API by task", At: "/api-by-task"},
		}},
		{"Keep it running", []Page{
			{File: "docs/operations.md", Title: "Operations"},
			{File: "docs/troubleshooting.md", Title: "Troubleshooting"},
			{File: "docs/settings.md", Title: "Settings"},
			{File: "docs/backup.md", Title: "Backup and restore"},
			{File: "docs/upgrade.md", Title: "Upgrade"},
			{File: "docs/watching.md", Title: "Watching"},
			{File: "docs/alerts.md", Title: "Alerts"},
			{File: "docs/metrics.md", Title: "Metrics"},
			{File: "docs/outside-database.md", Title: "Your own PostgreSQL"},
			{File: "docs/scaling.md", Title: "More than one machine"},
			{File: "docs/tuning.md", Title: "Speed and machines"},
		}},
		{"Why to trust it", []Page{
			{File: "docs/security.md", Title: "Security"},
			{File: "docs/reliability.md", Title: "Reliability"},
			{File: "docs/audit.md", Title: "Audit trail"},
			{File: "docs/benchmarks.md", Title: "Benchmarks"},
			{File: "docs/architecture.md", Title: "Architecture"},
		}},
	}
}

// Address is where the site shows the page.
func (p Page) Address() string {
	switch p.At {
	case "":
		name := p.File[strings.LastIndex(p.File, "/")+1:]
		return "/docs/" + strings.TrimSuffix(name, ".md")
	case "/":
		return "/docs"
	}
	return "/docs" + p.At
}

// Text is the page as it is written.
func (p Page) Text() ([]byte, error) {
	folder, name, _ := strings.Cut(p.File, "/")
	switch folder {
	case "docs":
		return pages.ReadFile(name)
	case "deploy":
		return deploy.Pages.ReadFile(name)
	}
	return nil, fmt.Errorf("%s is in no folder that the program carries", p.File)
}

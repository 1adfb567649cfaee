package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

const (
	mostRows    = 40
	importPause = 400 * time.Millisecond
)

// imported is a sheet that was sent; its students have roll numbers of their own.
type imported struct {
	outcome
	prefix string
	rows   int
	none   bool  // it has a fault, or was a dry run: nobody may come of it
	job    int64 // 0 while unknown
}

// importSheets sends one sheet after the other.
func (r *run) importSheets(ctx context.Context) {
	c := r.newCaller(importNumber)
	for number := 0; ctx.Err() == nil; number++ {
		r.importSheet(ctx, c, number)
		wait(ctx, c.upTo(importPause))
	}
}

func (r *run) importSheet(ctx context.Context, c *caller, number int) {
	sheet := &imported{prefix: fmt.Sprintf("I%d-", number), rows: 1 + c.rng.IntN(mostRows)}
	kind, path, text := "import", "/students/import", sheet.csv()
	switch c.rng.IntN(10) {
	case 0:
		kind, text, sheet.none = "import, one row wrong", text+sheet.prefix+"bad,Bad,no address,7\n", true
	case 1:
		kind, text, sheet.none = "import, no table", "nothing of use\n", true
	case 2:
		kind, path, sheet.none = "import, dry run", path+"?dry_run=true", true
	}
	answer := c.upload(ctx, kind, r.head.token, path, []byte(text))
	sheet.outcome = answer.outcome
	if answer.outcome == acknowledged {
		var accepted struct {
			Job int64 `json:"job_id"`
		}
		if err := answer.into(&accepted); err != nil {
			r.violation("an import was answered by %s", answer.body)
		}
		sheet.job = accepted.Job
	}
	if answer.outcome == refused && kind != "import, no table" || answer.outcome == acknowledged && kind == "import, no table" {
		r.violation("%s answered %d: %s", kind, answer.status, answer.body)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.imports = append(r.imports, sheet)
}

func (i *imported) csv() string {
	var text strings.Builder
	text.WriteString("roll_number,name,email,cgpa\n")
	for n := range i.rows {
		fmt.Fprintf(&text, "%s%d,Newcomer %d,%s%d@college.example,%d.5\n", i.prefix, n, n, i.prefix, n, n%10)
	}
	return text.String()
}

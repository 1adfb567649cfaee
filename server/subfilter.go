package server

import (
	"context"
	"strconv"
	"strings"

	"placeops/eligibility"
	"placeops/store"
)

type subfilterInput struct {
	IDInput
	WholePage
	CGPAMin         string   `query:"cgpa_min" pattern:"^[0-9]{1,2}([.][0-9]{1,4})?$" patternDescription:"a CGPA such as 7.5"`
	CGPAMax         string   `query:"cgpa_max" pattern:"^[0-9]{1,2}([.][0-9]{1,4})?$" patternDescription:"a CGPA such as 7.5"`
	Branch          []string `query:"branch,explode" maxItems:"200" doc:"Repeated, or separated by commas."`
	ExcludeBacklogs string   `query:"exclude_backlogs" pattern:"^([0-9]{1,4}|true|false)$" patternDescription:"a number, true or false" doc:"N keeps those with fewer than N active backlogs; true is 1."`
}

func (in *subfilterInput) narrowed() eligibility.Narrowed {
	n := eligibility.Narrowed{MinCGPA: optionalDecimal(in.CGPAMin), MaxCGPA: optionalDecimal(in.CGPAMax)}
	for _, given := range in.Branch {
		for _, branch := range strings.Split(given, ",") {
			if branch = strings.TrimSpace(branch); branch != "" {
				n.Branches = append(n.Branches, branch)
			}
		}
	}
	below, err := strconv.ParseInt(in.ExcludeBacklogs, 10, 32)
	if in.ExcludeBacklogs == "true" {
		below, err = 1, nil
	}
	if err == nil {
		backlogs := int32(below)
		n.BacklogsBelow = &backlogs
	}
	return n
}

type subfilterOutput struct {
	Link string `header:"Link" doc:"The next page, as rel=next."`
	Body struct {
		Total          int64                 `json:"total" doc:"All eligible students of the drive."`
		FilteredCount  int64                 `json:"filtered_count" doc:"Those whom the filter leaves, on all pages."`
		Students       []EligibleStudentBody `json:"students" nullable:"false"`
		UniqueBranches []string              `json:"unique_branches" nullable:"false" doc:"The branches of all eligible students."`
	}
}

// applySubfilter looks at some of a drive's eligible students and changes nothing.
func (s *Server) applySubfilter(ctx context.Context, in *subfilterInput) (*subfilterOutput, error) {
	narrowed := in.narrowed()
	if low, high := narrowed.MinCGPA, narrowed.MaxCGPA; low != nil && high != nil && low.Compare(*high) > 0 {
		return nil, store.InvalidFields(store.FieldError{Field: "cgpa_max", Message: "is below cgpa_min"})
	}
	return reading(ctx, s, func(db store.Source) (*subfilterOutput, error) {
		drive, rows, err := eligibleRows(ctx, db, in.ID, in.WholePage, narrowed)
		if err != nil {
			return nil, err
		}
		found, err := eligibility.CountStudents(ctx, db, drive.Drive, narrowed)
		if err != nil {
			return nil, err
		}
		page := listOf(ctx, rows, in.rows(), eligibleStudentBodyOf, rollCursor)
		var out subfilterOutput
		out.Link, out.Body.Students = page.Link, page.Body
		out.Body.Total, out.Body.FilteredCount, out.Body.UniqueBranches = found.Total, found.Filtered, found.Branches
		return &out, nil
	})
}

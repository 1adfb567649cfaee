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
	n.Branches = separate(in.Branch)
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

// separate takes apart what is repeated in a query, or separated by commas.
func separate(given []string) (items []string) {
	for _, text := range given {
		for _, item := range strings.Split(text, ",") {
			if item = strings.TrimSpace(item); item != "" {
				items = append(items, item)
			}
		}
	}
	return items
}

// checkBounds refuses a CGPA that would have to be above one and below a lower one.
func checkBounds(n eligibility.Narrowed) error {
	if low, high := n.MinCGPA, n.MaxCGPA; low != nil && high != nil && low.Compare(*high) > 0 {
		return store.InvalidFields(store.FieldError{Field: "cgpa_max", Message: "is below cgpa_min"})
	}
	return nil
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
	if err := checkBounds(narrowed); err != nil {
		return nil, err
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

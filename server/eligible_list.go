package server

import (
	"context"
	"strconv"

	"placeops/eligibility"
	"placeops/store"
)

// EligibleFilter narrows a drive's list of eligible students.
type EligibleFilter struct {
	Q           string   `query:"q" maxLength:"200" doc:"Part of the name, the e-mail address or the roll number."`
	Branch      []string `query:"branch,explode" maxItems:"200" doc:"Repeated, or separated by commas."`
	BatchYear   int32    `query:"batch_year" minimum:"1900" maximum:"2200"`
	CGPAMin     string   `query:"cgpa_min" pattern:"^[0-9]{1,2}([.][0-9]{1,4})?$" patternDescription:"a CGPA such as 7.5"`
	CGPAMax     string   `query:"cgpa_max" pattern:"^[0-9]{1,2}([.][0-9]{1,4})?$" patternDescription:"a CGPA such as 7.5"`
	MaxBacklogs string   `query:"max_backlogs" pattern:"^[0-9]{1,4}$" patternDescription:"a number" doc:"Active ones."`
	Selected    string   `query:"selected" enum:"true,false"`
}

func (f *EligibleFilter) narrowed() (eligibility.Narrowed, error) {
	n := eligibility.Narrowed{
		Matching: store.Matching(f.Q), Branches: separate(f.Branch), MinCGPA: optionalDecimal(f.CGPAMin),
		MaxCGPA: optionalDecimal(f.CGPAMax), Selected: optionalBool(f.Selected),
	}
	if f.BatchYear != 0 {
		n.BatchYear = &f.BatchYear
	}
	if most, err := strconv.ParseInt(f.MaxBacklogs, 10, 32); err == nil {
		below := int32(most) + 1
		n.BacklogsBelow = &below
	}
	return n, checkBounds(n)
}

type listEligibleInput struct {
	IDInput
	WholePage
	EligibleFilter
	Sort string `query:"sort" enum:"roll_number,-roll_number,name,-name,cgpa,-cgpa,branch,-branch,active_backlogs,-active_backlogs" doc:"By roll_number unless said otherwise; - is downwards. Who has no such value comes last."`
}

const byRoll = "roll_number"

// listEligible is the whole list in the order of roll numbers, as the web client asks for it, or part of it in any order.
func (s *Server) listEligible(ctx context.Context, in *listEligibleInput) (*list[EligibleStudentBody], error) {
	narrowed, err := in.narrowed()
	if err != nil {
		return nil, err
	}
	by, descending := sortOf(in.Sort, byRoll)
	if by != byRoll || descending || !narrowed.Everybody() {
		return s.sortedEligible(ctx, in, narrowed, eligibility.Order{By: by, Descending: descending})
	}
	return reading(ctx, s, func(db store.Source) (*list[EligibleStudentBody], error) {
		drive, rows, err := eligibleRows(ctx, db, in.ID, in.WholePage, narrowed)
		if err != nil {
			return nil, err
		}
		out := listOf(ctx, rows, in.rows(), eligibleStudentBodyOf, rollCursor)
		count := int64(len(rows))
		if stored := drive.Drive.EligibleCount; stored != nil {
			count = int64(*stored)
		} else if in.Cursor != "" || out.Link != "" {
			count, err = eligibility.Count(ctx, db, drive.Drive)
		}
		out.TotalCount = total(count)
		return out, err
	})
}

func (s *Server) sortedEligible(ctx context.Context, in *listEligibleInput, n eligibility.Narrowed, order eligibility.Order) (*list[EligibleStudentBody], error) {
	place, err := in.afterPlace(in.Sort)
	if err != nil {
		return nil, err
	}
	var after *eligibility.After
	if place != nil {
		if after = (&eligibility.After{Key: place.Key, StudentID: place.ID}); !order.Knows(*after) {
			return nil, badCursor()
		}
	}
	return reading(ctx, s, func(db store.Source) (*list[EligibleStudentBody], error) {
		drive, err := store.DriveFor(ctx, db, viewer(me(ctx)), in.ID)
		if err != nil {
			return nil, err
		}
		found, err := eligibility.List(ctx, db, drive.Drive, n, order, after, in.rows())
		if err != nil {
			return nil, err
		}
		out := listOf(ctx, found.Students, in.rows(), eligibleStudentBodyOf, func(s eligibility.Student) string {
			at := order.SortedBy(s)
			return sortedPlace{in.Sort, at.Key, at.StudentID}.cursor()
		})
		out.TotalCount = total(found.Total)
		return out, nil
	})
}

type eligibleIDsInput struct {
	IDInput
	EligibleFilter
}

type eligibleIDsOutput struct {
	Body struct {
		Count      int     `json:"count"`
		StudentIDs []int64 `json:"student_ids" nullable:"false"`
	}
}

// eligibleIDs is everybody whom a filter leaves, for who selects them all to publish.
func (s *Server) eligibleIDs(ctx context.Context, in *eligibleIDsInput) (*eligibleIDsOutput, error) {
	narrowed, err := in.narrowed()
	if err != nil {
		return nil, err
	}
	return reading(ctx, s, func(db store.Source) (*eligibleIDsOutput, error) {
		drive, err := store.DriveFor(ctx, db, viewer(me(ctx)), in.ID)
		if err != nil {
			return nil, err
		}
		var out eligibleIDsOutput
		out.Body.StudentIDs, err = eligibility.IDs(ctx, db, drive.Drive, narrowed)
		out.Body.Count = len(out.Body.StudentIDs)
		return &out, err
	})
}

package server

import (
	"context"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/jackc/pgx/v5"

	"placeops/store"
	"placeops/store/decimal"
)

// StudentMarks is what the office knows of a student's studies.
type StudentMarks struct {
	RollNumber      string           `json:"roll_number"`
	Branch          *string          `json:"branch"`
	BatchYear       *int32           `json:"batch_year"`
	CGPA            *decimal.Decimal `json:"cgpa" nullable:"true"`
	TenthPercent    *decimal.Decimal `json:"tenth_percent" nullable:"true"`
	TwelfthPercent  *decimal.Decimal `json:"twelfth_percent" nullable:"true"`
	DiplomaPercent  *decimal.Decimal `json:"diploma_percent" nullable:"true"`
	ActiveBacklogs  int32            `json:"active_backlogs"`
	ClearedBacklogs int32            `json:"cleared_backlogs"`
	Gender          *string          `json:"gender"`
	GapYears        int32            `json:"gap_years"`
}

func studentMarksOf(s store.Student) StudentMarks {
	return StudentMarks{
		RollNumber: s.RollNumber, Branch: s.Branch, BatchYear: s.BatchYear, CGPA: s.CGPA, TenthPercent: s.TenthPercent,
		TwelfthPercent: s.TwelfthPercent, DiplomaPercent: s.DiplomaPercent, ActiveBacklogs: s.ActiveBacklogs,
		ClearedBacklogs: s.ClearedBacklogs, Gender: s.Gender, GapYears: s.GapYears,
	}
}

// studentBody is a student as the office sees it.
type studentBody struct {
	StudentID int64   `json:"student_id"`
	Name      string  `json:"name"`
	Email     string  `json:"email"`
	Phone     *string `json:"phone"`
	Active    bool    `json:"active"`
	StudentMarks
	Debarred       bool      `json:"debarred"`
	DebarredReason *string   `json:"debarred_reason"`
	UpdatedAt      time.Time `json:"updated_at"`
}

func studentBodyOf(r store.StudentRecord) studentBody {
	return studentBody{
		StudentID: r.Student.StudentID, Name: r.Name, Email: r.Email, Phone: r.Phone, Active: r.Active,
		StudentMarks: studentMarksOf(r.Student), Debarred: r.Student.Debarred, DebarredReason: r.Student.DebarredReason,
		UpdatedAt: r.Student.UpdatedAt,
	}
}

type listStudentsInput struct {
	Page
	Q           string `query:"q" maxLength:"200" doc:"Part of the name, the e-mail address or the roll number."`
	Branch      string `query:"branch" maxLength:"200"`
	BatchYear   int32  `query:"batch_year" minimum:"1900" maximum:"2200"`
	MinCGPA     string `query:"min_cgpa" pattern:"^[0-9]{1,2}([.][0-9]{1,4})?$" patternDescription:"a CGPA such as 7.5"`
	MaxCGPA     string `query:"max_cgpa" pattern:"^[0-9]{1,2}([.][0-9]{1,4})?$" patternDescription:"a CGPA such as 7.5"`
	MaxBacklogs string `query:"max_backlogs" pattern:"^[0-9]{1,4}$" patternDescription:"a number"`
	Gender      string `query:"gender" enum:"M,F,O"`
	Active      string `query:"active" enum:"true,false"`
	Debarred    string `query:"debarred" enum:"true,false"`
	Sort        string `query:"sort" enum:"roll_number,-roll_number,name,-name,cgpa,-cgpa,branch,-branch,batch_year,-batch_year" doc:"By roll_number unless said otherwise; - is downwards. Who has no such value comes last."`
}

func (in *listStudentsInput) filter() store.StudentFilter {
	filter := store.StudentFilter{
		Matching: store.Matching(in.Q), Branch: optional(strings.TrimSpace(in.Branch)), Gender: optional(in.Gender),
		Active: optionalBool(in.Active), Debarred: optionalBool(in.Debarred),
		MinCGPA: optionalDecimal(in.MinCGPA), MaxCGPA: optionalDecimal(in.MaxCGPA),
	}
	if in.BatchYear != 0 {
		filter.BatchYear = &in.BatchYear
	}
	if backlogs := optionalDecimal(in.MaxBacklogs); backlogs != nil {
		most := int32(backlogs.IntPart()) //nolint:gosec // the pattern allows four digits
		filter.MaxBacklogs = &most
	}
	return filter
}

func optionalDecimal(text string) *decimal.Decimal {
	d, err := decimal.Parse(text)
	if err != nil {
		return nil
	}
	return &d
}

func (s *Server) listStudents(ctx context.Context, in *listStudentsInput) (*list[studentBody], error) {
	if by, descending := sortOf(in.Sort, byRoll); by != byRoll || descending {
		return s.sortedStudents(ctx, in, store.Order{By: by, Descending: descending})
	}
	after, err := in.after()
	if err != nil {
		return nil, err
	}
	return reading(ctx, s, func(db store.Source) (*list[studentBody], error) {
		students, err := store.ListStudents(ctx, db, in.filter(), after, in.rows())
		if err != nil {
			return nil, err
		}
		count, err := store.CountStudents(ctx, db, in.filter())
		if err != nil {
			return nil, err
		}
		out := listOf(ctx, students, in.rows(), studentBodyOf, func(r store.StudentRecord) string {
			return r.Student.RollNumber
		})
		out.TotalCount = total(count)
		return out, nil
	})
}

func (s *Server) sortedStudents(ctx context.Context, in *listStudentsInput, order store.Order) (*list[studentBody], error) {
	after, err := in.storedPlace(in.Sort)
	if err != nil {
		return nil, err
	}
	return reading(ctx, s, func(db store.Source) (*list[studentBody], error) {
		students, count, err := store.SortedStudents(ctx, db, in.filter(), order, after, in.rows())
		if err != nil {
			return nil, err
		}
		body := func(r store.SortedStudent) studentBody { return studentBodyOf(r.StudentRecord) }
		out := listOf(ctx, students, in.rows(), body, func(r store.SortedStudent) string {
			return sortedPlace{in.Sort, r.Place.Key, r.Place.ID}.cursor()
		})
		out.TotalCount = total(count)
		return out, nil
	})
}

type studentOutput struct {
	Body studentBody
}

func (s *Server) readStudent(ctx context.Context, in *IDInput) (*studentOutput, error) {
	student, err := store.StudentByID(ctx, s.pool, in.ID)
	if err != nil {
		return nil, err
	}
	return &studentOutput{Body: studentBodyOf(student)}, nil
}

// StudentFields are the fields of a student that a person can set.
type StudentFields struct {
	RollNumber      patch[string]          `json:"roll_number" required:"false" maxLength:"50"`
	Branch          patch[string]          `json:"branch" required:"false" maxLength:"200"`
	BatchYear       patch[int32]           `json:"batch_year" required:"false" minimum:"1900" maximum:"2200"`
	CGPA            patch[decimal.Decimal] `json:"cgpa" required:"false" minimum:"0" maximum:"10"`
	TenthPercent    patch[decimal.Decimal] `json:"tenth_percent" required:"false" minimum:"0" maximum:"100"`
	TwelfthPercent  patch[decimal.Decimal] `json:"twelfth_percent" required:"false" minimum:"0" maximum:"100"`
	DiplomaPercent  patch[decimal.Decimal] `json:"diploma_percent" required:"false" minimum:"0" maximum:"100"`
	ActiveBacklogs  patch[int32]           `json:"active_backlogs" required:"false" minimum:"0" maximum:"1000"`
	ClearedBacklogs patch[int32]           `json:"cleared_backlogs" required:"false" minimum:"0" maximum:"1000"`
	Gender          patch[string]          `json:"gender" required:"false" enum:"M,F,O"`
	GapYears        patch[int32]           `json:"gap_years" required:"false" minimum:"0" maximum:"100"`
}

func (f *StudentFields) faults() []store.FieldError {
	faults := notNull(nil, "roll_number", f.RollNumber)
	if f.RollNumber.Value != nil && strings.TrimSpace(*f.RollNumber.Value) == "" {
		faults = append(faults, store.FieldError{Field: "roll_number", Message: "is needed"})
	}
	return faults
}

func (f *StudentFields) newStudentFaults() []store.FieldError {
	if !f.RollNumber.Set {
		return []store.FieldError{{Field: "roll_number", Message: "is needed for a student"}}
	}
	return f.faults()
}

// applyTo writes the given fields. Marks are cut to the decimals that are kept, never rounded up.
func (f *StudentFields) applyTo(s *store.Student) {
	f.RollNumber.keep(&s.RollNumber)
	s.RollNumber = strings.TrimSpace(s.RollNumber)
	f.Branch.into(&s.Branch)
	s.Branch = tidy(s.Branch)
	f.BatchYear.into(&s.BatchYear)
	for _, mark := range []struct {
		given  patch[decimal.Decimal]
		target **decimal.Decimal
	}{
		{f.CGPA, &s.CGPA}, {f.TenthPercent, &s.TenthPercent}, {f.TwelfthPercent, &s.TwelfthPercent}, {f.DiplomaPercent, &s.DiplomaPercent},
	} {
		mark.given.into(mark.target)
		if *mark.target != nil {
			cut := (*mark.target).Cut(decimal.MarkPlaces)
			*mark.target = &cut
		}
	}
	f.ActiveBacklogs.or0(&s.ActiveBacklogs)
	f.ClearedBacklogs.or0(&s.ClearedBacklogs)
	f.GapYears.or0(&s.GapYears)
	f.Gender.into(&s.Gender)
}

func (f *StudentFields) newStudent(userID int64) store.NewStudent {
	var s store.Student
	f.applyTo(&s)
	return store.NewStudent{
		StudentID: userID, RollNumber: s.RollNumber, Branch: s.Branch, BatchYear: s.BatchYear, CGPA: s.CGPA,
		TenthPercent: s.TenthPercent, TwelfthPercent: s.TwelfthPercent, DiplomaPercent: s.DiplomaPercent,
		ActiveBacklogs: s.ActiveBacklogs, ClearedBacklogs: s.ClearedBacklogs, Gender: s.Gender, GapYears: s.GapYears,
	}
}

type patchStudentInput struct {
	IDInput
	Body struct {
		Name           patch[string] `json:"name" required:"false" minLength:"1" maxLength:"200"`
		Email          patch[string] `json:"email" required:"false" maxLength:"254"`
		Phone          patch[string] `json:"phone" required:"false" maxLength:"40"`
		Debarred       patch[bool]   `json:"debarred" required:"false"`
		DebarredReason patch[string] `json:"debarred_reason" required:"false" maxLength:"1000"`
		StudentFields
	}
}

// contact is the part of the patch that stands in the account.
func (in *patchStudentInput) contact() *patchUserBody {
	return &patchUserBody{Name: in.Body.Name, Email: in.Body.Email, Phone: in.Body.Phone}
}

// Resolve finds what the schema cannot say.
func (in *patchStudentInput) Resolve(huma.Context) []error {
	faults := append(in.contact().faults(), in.Body.StudentFields.faults()...)
	return bodyFaults(notNull(faults, "debarred", in.Body.Debarred))
}

func (s *Server) patchStudent(ctx context.Context, in *patchStudentInput) (*studentOutput, error) {
	b := &in.Body
	var out studentOutput
	err := store.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		student, err := store.LockStudent(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		user, err := store.LockUser(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		b.applyTo(&student)
		b.Debarred.keep(&student.Debarred)
		b.DebarredReason.into(&student.DebarredReason)
		student.DebarredReason = tidy(student.DebarredReason)
		if !student.Debarred {
			student.DebarredReason = nil
		}
		if err := store.UpdateStudent(ctx, tx, student); err != nil {
			return err
		}
		if _, err := store.UpdateUser(ctx, tx, in.contact().applied(user), false); err != nil {
			return err
		}
		record, err := store.StudentByID(ctx, tx, in.ID)
		out.Body = studentBodyOf(record)
		return err
	})
	s.access.forget(in.ID)
	return &out, err
}

package server

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"placeops/eligibility"
	"placeops/store"
	"placeops/store/decimal"
)

// CriteriaFields are the criteria of a drive as a client writes them.
type CriteriaFields struct {
	MinCGPA          patch[decimal.Decimal] `json:"min_cgpa" required:"false" minimum:"0" maximum:"10" doc:"At most two decimals."`
	Min10th          patch[decimal.Decimal] `json:"min_10th" required:"false" minimum:"0" maximum:"100"`
	Min12th          patch[decimal.Decimal] `json:"min_12th" required:"false" minimum:"0" maximum:"100" doc:"Without 12th marks the diploma counts."`
	MaxBacklogs      patch[int32]           `json:"max_backlogs" required:"false" minimum:"0" maximum:"1000"`
	MaxTotalBacklogs patch[int32]           `json:"max_total_backlogs" required:"false" minimum:"0" maximum:"1000"`
	AllowedBranches  patch[[]string]        `json:"allowed_branches" required:"false" maxItems:"200"`
	AllowedBatches   patch[[]int32]         `json:"allowed_batches" required:"false" maxItems:"200" minimum:"1900" maximum:"2200"`
	AllowedGenders   patch[[]string]        `json:"allowed_genders" required:"false" maxItems:"3" doc:"Of M, F and O."`
	MaxGapYears      patch[int32]           `json:"max_gap_years" required:"false" minimum:"0" maximum:"1000"`
}

// applyTo returns the criteria of a drive with the given ones laid over them, and what is wrong with the result.
func (f *CriteriaFields) applyTo(c eligibility.Criteria) (eligibility.Criteria, []store.FieldError) {
	f.MinCGPA.into(&c.MinCGPA)
	f.Min10th.into(&c.Min10th)
	f.Min12th.into(&c.Min12th)
	f.MaxBacklogs.into(&c.MaxBacklogs)
	f.MaxTotalBacklogs.into(&c.MaxTotalBacklogs)
	f.MaxGapYears.into(&c.MaxGapYears)
	f.AllowedBranches.or0(&c.AllowedBranches)
	f.AllowedBatches.or0(&c.AllowedBatches)
	f.AllowedGenders.or0(&c.AllowedGenders)
	c = c.Normalised()
	var faults []store.FieldError
	for _, fault := range eligibility.Validate(c) {
		faults = append(faults, store.FieldError(fault))
	}
	return c, faults
}

// driveFields are the fields of a drive that a person can set. In a PATCH null removes a value.
type driveFields struct {
	CompanyName          patch[string]          `json:"company_name" required:"false" minLength:"1" maxLength:"200"`
	JobTitle             patch[string]          `json:"job_title" required:"false" minLength:"1" maxLength:"200"`
	DomainID             patch[int64]           `json:"domain_id" required:"false" minimum:"1" maximum:"9007199254740991" doc:"One of GET /job-domains."`
	JobDescription       patch[string]          `json:"job_description" required:"false" maxLength:"20000"`
	Location             patch[string]          `json:"location" required:"false" maxLength:"200"`
	PackageLPA           patch[decimal.Decimal] `json:"package_lpa" required:"false" minimum:"0" maximum:"100000" doc:"Lakh rupees a year."`
	InterviewDate        patch[string]          `json:"interview_date" required:"false" maxLength:"40" doc:"RFC 3339, or a local time or date in the office's zone."`
	RegistrationDeadline patch[string]          `json:"registration_deadline" required:"false" maxLength:"40" doc:"As interview_date; a date alone means the end of that day."`
	PDFPath              removal                `json:"pdf_path" required:"false" doc:"null removes the PDF. A new one comes as file pdf of a form; nothing else counts."`
	PDF                  removal                `json:"pdf" required:"false" doc:"The same as pdf_path."`
	AutoCalc             patch[bool]            `json:"auto_calc" required:"false" doc:"On create: publish at once, to all eligible students."`
	CriteriaFields
}

// applyTo lays the given fields over a drive and returns what is wrong.
func (s *Server) applyTo(d *store.Drive, f *driveFields) []store.FieldError {
	faults := notNull(nil, "company_name", f.CompanyName)
	faults = notNull(faults, "job_title", f.JobTitle)
	f.CompanyName.keep(&d.CompanyName)
	f.JobTitle.keep(&d.JobTitle)
	d.CompanyName, d.JobTitle = strings.TrimSpace(d.CompanyName), strings.TrimSpace(d.JobTitle)
	faults = needed(faults, "company_name", d.CompanyName)
	faults = needed(faults, "job_title", d.JobTitle)
	f.DomainID.into(&d.DomainID)
	f.JobDescription.into(&d.JobDescription)
	f.Location.into(&d.Location)
	d.JobDescription, d.Location = tidy(d.JobDescription), tidy(d.Location)
	faults = storable(faults, "company_name", &d.CompanyName)
	faults = storable(faults, "job_title", &d.JobTitle)
	faults = storable(faults, "job_description", d.JobDescription)
	faults = storable(faults, "location", d.Location)
	f.PackageLPA.into(&d.PackageLPA)
	if f.InterviewDate.Set {
		d.InterviewDate = s.moment("interview_date", tidy(f.InterviewDate.Value), 0, &faults)
	}
	if f.RegistrationDeadline.Set {
		d.RegistrationDeadline = s.moment("registration_deadline", tidy(f.RegistrationDeadline.Value), dayEnd, &faults)
		faults = append(faults, deadlineFaults(*d)...)
	}
	criteria, wrong := f.CriteriaFields.applyTo(eligibility.Of(*d))
	criteria.Keep(d)
	return append(faults, wrong...)
}

func needed(faults []store.FieldError, field, value string) []store.FieldError {
	named := slices.ContainsFunc(faults, func(f store.FieldError) bool { return f.Field == field })
	if value != "" || named {
		return faults
	}
	return append(faults, store.FieldError{Field: field, Message: "is needed"})
}

// storable names a text that PostgreSQL has no room for.
func storable(faults []store.FieldError, field string, text *string) []store.FieldError {
	if text != nil && strings.ContainsRune(*text, 0) {
		return append(faults, store.FieldError{Field: field, Message: "holds a character that cannot be stored (NUL)"})
	}
	return faults
}

// sameCriteria compares two drives' criteria by value: 7.5 is 7.50.
func sameCriteria(a, b store.Drive) bool {
	return criteriaText(a) == criteriaText(b)
}

func criteriaText(d store.Drive) string {
	text, err := json.Marshal(eligibility.Of(d).Normalised())
	if err != nil {
		return err.Error() // criteria are numbers and texts: they always marshal
	}
	return string(text)
}

// driveSchemas makes the schemas that a drive's body is checked against: huma checks bodies by itself only where it
// reads them, and this one may be a form with a file.
func (s *Server) driveSchemas() {
	s.patchOf = huma.SchemaFromType(s.schemas, typeOf[driveFields]())
	create := *s.patchOf
	create.Required = []string{"company_name", "job_title"}
	create.PrecomputeMessages()
	s.createOf = &create
	s.schemas.Map()["DriveFields"] = s.patchOf
	s.schemas.Map()["NewDrive"] = s.createOf
}

// createDriveBody and patchDriveBody describe the bodies of the two routes that read a drive.
func (s *Server) createDriveBody(r *route, _ *huma.Operation) { describeDriveBody(r.body, "NewDrive") }
func (s *Server) patchDriveBody(r *route, _ *huma.Operation) {
	describeDriveBody(r.body, "DriveFields")
}

func describeDriveBody(body *huma.RequestBody, schema string) {
	ref := &huma.Schema{Ref: "#/components/schemas/" + schema}
	file := fileSchema("pdf", "The job description, a PDF of at most 25 MB.")
	body.Content[asJSON].Schema = ref
	file.Properties[wholeFields] = &huma.Schema{
		Type: huma.TypeString, Description: "The same fields as one JSON object, which can say null and has lists of any texts. A field of its own counts more.",
	}
	body.Content[asForm].Schema = &huma.Schema{AllOf: []*huma.Schema{ref, file}}
}

func fileSchema(field, description string) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{
		field: {Type: huma.TypeString, Format: "binary", Description: description},
	}}
}

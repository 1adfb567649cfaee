package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"placeops/store"
	"placeops/uploads"
)

const (
	maxPDF = 25 << 20
	// partCost is what a field of a form counts beside its text, so that endless empty ones are too large as well.
	partCost = 100
)

// driveForm is what a client sent to create or change a drive: the fields, and the key of an uploaded PDF.
type driveForm struct {
	driveFields
	pdfKey *string
	faults []store.FieldError // what does not fit the schema; fill adds its own
}

// readDriveForm reads JSON, or a form with the same fields as text and the file pdf. The file is stored while it comes
// in; whoever does not keep it must drop it (dropPDF).
func (s *Server) readDriveForm(ctx context.Context, in RawInput, schema *huma.Schema) (*driveForm, error) {
	form := &driveForm{}
	data, err := s.readDriveData(ctx, in, schema, form)
	if err != nil {
		s.dropPDF(ctx, form.pdfKey)
		return nil, err
	}
	if form.faults, err = s.readFields(data, schema, &form.driveFields); err != nil {
		s.dropPDF(ctx, form.pdfKey)
		return nil, err
	}
	return form, nil
}

// fill lays the form over a drive, or names all that is wrong with it.
func (s *Server) fill(ctx context.Context, db store.DBTX, drive *store.Drive, form *driveForm) error {
	found := s.applyTo(drive, &form.driveFields)
	if domain := form.DomainID.Value; domain != nil {
		known, err := store.JobDomainExists(ctx, db, *domain)
		if err != nil {
			return err
		}
		if !known {
			found = append(found, store.FieldError{Field: "domain_id", Message: "there is no such job domain"})
		}
	}
	return together(form.faults, found)
}

// dropPDF removes a stored file that nothing refers to, also when the request is gone.
func (s *Server) dropPDF(ctx context.Context, key *string) {
	if key == nil {
		return
	}
	if err := s.uploads.Delete(context.WithoutCancel(ctx), *key); err != nil {
		s.logger.WarnContext(ctx, "an unused file could not be removed", "key", *key, "error", err)
	}
}

func (s *Server) readDriveData(ctx context.Context, in RawInput, schema *huma.Schema, form *driveForm) ([]byte, error) {
	media, params, err := mime.ParseMediaType(in.contentType)
	switch {
	case in.contentType == "" || err == nil && media == asJSON:
		return readLimited(in.body, maxJSONBody)
	case err == nil && media == asForm && params["boundary"] != "":
		return s.readMultipart(ctx, newFormParts(in.body, params["boundary"]), schema, form)
	}
	return nil, store.Errorf(store.UnsupportedMedia, "send %s or %s", asJSON, asForm)
}

// readMultipart stores the file and turns the text fields into the JSON that they stand for.
func (s *Server) readMultipart(ctx context.Context, parts *formParts, schema *huma.Schema, form *driveForm) ([]byte, error) {
	fields := map[string][]string{}
	left := int64(maxJSONBody)
	for {
		part, err := parts.next()
		if errors.Is(err, io.EOF) {
			return formJSON(fields, schema)
		}
		if err != nil {
			return nil, err
		}
		if part.FileName() != "" {
			if err := s.storePDF(ctx, part, form); err != nil {
				return nil, err
			}
			continue
		}
		left -= int64(len(part.FormName())) + partCost
		text, err := readLimited(part, left)
		if err != nil {
			return nil, err
		}
		if part.FormName() == "pdf" && len(text) > 0 {
			return nil, store.InvalidFields(store.FieldError{Field: "pdf", Message: "is no file; send it with a file name"})
		}
		left -= int64(len(text))
		fields[part.FormName()] = append(fields[part.FormName()], string(text))
	}
}

func (s *Server) storePDF(ctx context.Context, part *multipart.Part, form *driveForm) error {
	if part.FormName() != "pdf" {
		return store.InvalidFields(store.FieldError{Field: part.FormName(), Message: "is a file; only pdf is taken"})
	}
	if form.pdfKey != nil {
		return store.InvalidFields(store.FieldError{Field: "pdf", Message: "is there twice; send one file"})
	}
	key, _, err := s.uploads.Save(ctx, uploads.JobDescription, part, maxPDF)
	if err != nil {
		return brokenUpload(err, maxPDF)
	}
	form.pdfKey = &key
	return nil
}

// wholeFields is the field of a form that holds the others as JSON, which can say null and has lists of any texts.
const wholeFields = "fields"

// formJSON is a form as the JSON that it stands for: what it has as JSON already, and its texts laid over that.
func formJSON(fields map[string][]string, schema *huma.Schema) ([]byte, error) {
	whole := map[string]json.RawMessage{}
	for _, text := range fields[wholeFields] {
		if err := json.Unmarshal([]byte(text), &whole); err != nil || whole == nil {
			return nil, store.InvalidFields(store.FieldError{Field: wholeFields, Message: "is no object in JSON"})
		}
	}
	values := formValues(fields, schema)
	for name, value := range whole {
		if _, given := values[name]; !given {
			values[name] = value
		}
	}
	return json.Marshal(values)
}

// formValues turns a form's texts into JSON values by the schema: numbers, lists (repeated or separated by commas),
// yes and no. An empty field is absent.
func formValues(fields map[string][]string, schema *huma.Schema) map[string]any {
	values := map[string]any{}
	for name, texts := range fields {
		property := schema.Properties[name]
		if property == nil {
			continue // unknown fields are ignored
		}
		if property.Type == huma.TypeArray {
			if items := formList(texts, property.Items); len(items) > 0 {
				values[name] = items
			}
			continue
		}
		if text := strings.TrimSpace(texts[len(texts)-1]); text != "" {
			values[name] = formValue(text, property.Type)
		}
	}
	return values
}

func formList(texts []string, items *huma.Schema) []any {
	var values []any
	for _, text := range texts {
		for _, item := range strings.Split(text, ",") {
			if item = strings.TrimSpace(item); item != "" {
				values = append(values, formValue(item, items.Type))
			}
		}
	}
	return values
}

// formValue leaves what is not of its type a text, for the schema to refuse by name.
func formValue(text, kind string) any {
	switch kind {
	case huma.TypeNumber, huma.TypeInteger:
		if json.Valid([]byte(text)) && strings.Trim(text, "0123456789.eE+-") == "" {
			return json.Number(text)
		}
	case huma.TypeBoolean:
		switch strings.ToLower(text) {
		case "true", "1", "on", "yes":
			return true
		case "false", "0", "off", "no":
			return false
		}
	}
	return text
}

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }

// fileName makes a name that every system and header takes: letters, digits, dashes, dots.
func fileName(parts ...string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '.':
			return r
		}
		return '-'
	}, strings.Join(parts, "-"))
	return strings.Trim(name, "-.")
}

func attachment(name string) string { return fmt.Sprintf(`attachment; filename="%s"`, name) }

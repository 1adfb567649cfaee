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
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"placeops/store"
	"placeops/uploads"
)

const maxPDF = 25 << 20

// RawInput is an input whose body the operation reads by itself, because it may be a file too large for memory.
type RawInput struct {
	contentType string
	body        io.Reader
}

// Resolve keeps the body for the operation.
func (b *RawInput) Resolve(ctx huma.Context) []error {
	b.contentType, b.body = ctx.Header("Content-Type"), ctx.BodyReader()
	return nil
}

// driveForm is what a client sent to create or change a drive: the fields, and the key of an uploaded PDF.
type driveForm struct {
	driveFields
	pdfKey *string
	faults []store.FieldError // what does not fit the schema; the operation adds its own
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
	var parsed any
	if err := json.Unmarshal(data, &parsed); err != nil {
		s.dropPDF(ctx, form.pdfKey)
		return nil, store.Errorf(store.Malformed, "the request body is not valid JSON")
	}
	path, result := huma.NewPathBuffer(nil, 0), &huma.ValidateResult{}
	path.Push("body")
	huma.Validate(s.schemas, schema, path, huma.ModeWriteToServer, parsed, result)
	for _, fault := range result.Errors {
		form.faults = append(form.faults, store.FieldError(problemField(fault)))
	}
	// A field of the wrong type has been named already; the others are read all the same, to name their faults too.
	if err := json.Unmarshal(data, &form.driveFields); err != nil && len(form.faults) == 0 {
		form.faults = append(form.faults, store.FieldError{Field: "body", Message: err.Error()})
	}
	return form, nil
}

// addFaults adds what the operation found wrong, but no second word on a field.
func (f *driveForm) addFaults(more []store.FieldError) error {
	for _, fault := range more {
		named := slices.ContainsFunc(f.faults, func(have store.FieldError) bool { return have.Field == fault.Field })
		if !named {
			f.faults = append(f.faults, fault)
		}
	}
	if len(f.faults) > 0 {
		return store.InvalidFields(f.faults...)
	}
	return nil
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
		return s.readMultipart(ctx, multipart.NewReader(in.body, params["boundary"]), schema, form)
	}
	return nil, store.Errorf(store.UnsupportedMedia, "send %s or %s", asJSON, asForm)
}

func readLimited(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, brokenBody(err)
	}
	if int64(len(data)) > limit {
		return nil, store.Errorf(store.TooLarge, "the request body is larger than %d MB", limit>>20)
	}
	return data, nil
}

func brokenBody(err error) error {
	return store.Errorf(store.Malformed, "the request body could not be read: %s", err)
}

// readMultipart stores the file and turns the text fields into the JSON that they stand for.
func (s *Server) readMultipart(ctx context.Context, parts *multipart.Reader, schema *huma.Schema, form *driveForm) ([]byte, error) {
	fields := map[string][]string{}
	left := int64(maxJSONBody)
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return json.Marshal(formValues(fields, schema))
		}
		if err != nil {
			return nil, brokenBody(err)
		}
		if part.FileName() != "" {
			if err := s.storePDF(ctx, part, form); err != nil {
				return nil, err
			}
			continue
		}
		text, err := readLimited(part, left)
		if err != nil {
			return nil, err
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
		return err
	}
	form.pdfKey = &key
	return nil
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

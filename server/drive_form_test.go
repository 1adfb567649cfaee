package server_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const pdf = "%PDF-1.7\n%âãÏÓ\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"

// formPart is a field of a form; with a file name it is a file.
type formPart struct{ name, file, content string }

// form sends a multipart form.
func (h *harness) form(as, method, path string, parts ...formPart) *reply {
	h.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for _, part := range parts {
		header := textproto.MIMEHeader{}
		header.Set("Content-Disposition", fmt.Sprintf("form-data; name=%q", part.name))
		if part.file != "" {
			header.Set("Content-Disposition", fmt.Sprintf("form-data; name=%q; filename=%q", part.name, part.file))
			header.Set("Content-Type", "text/plain") // what a client says of the content does not count
		}
		w, err := form.CreatePart(header)
		require.NoError(h.t, err)
		_, err = io.WriteString(w, part.content)
		require.NoError(h.t, err)
	}
	require.NoError(h.t, form.Close())
	request := h.request(as, method, path, body.Bytes())
	request.Header.Set("Content-Type", form.FormDataContentType())
	return h.do(request)
}

// named are the two fields that a drive needs, and more.
func named(more ...formPart) []formPart {
	return append([]formPart{{name: "company_name", content: "A"}, {name: "job_title", content: "B"}}, more...)
}

func (h *harness) driveForm(more ...formPart) *reply {
	h.t.Helper()
	return h.form("coordinator", http.MethodPost, "/drives", named(more...)...)
}

func TestAFormMeansTheSameAsJSON(t *testing.T) {
	t.Parallel()
	h := start(t)
	asJSON := h.post("coordinator", "/drives", wholeDrive).is(http.StatusCreated)
	asForm := h.form("coordinator", http.MethodPost, "/drives", []formPart{
		{"company_name", "", "  Zürich Ré & Söhne 株式会社 "}, {"job_title", "", "Engineer"}, {"domain_id", "", "1"},
		{"job_description", "", "First line\nsecond"}, {"location", "", " Pune "}, {"package_lpa", "", "12.75"},
		{"interview_date", "", "2099-01-10T10:00"}, {"registration_deadline", "", "2099-01-02T10:00"}, {"min_cgpa", "", "7.50"},
		{"min_10th", "", "60"}, {"min_12th", "", "60.5"}, {"max_backlogs", "", "0"}, {"max_total_backlogs", "", " 2 "},
		{"allowed_branches", "", "CSE, cse ,"}, {"allowed_branches", "", "ECE"}, {"allowed_batches", "", "2027"},
		{"allowed_batches", "", "2028"}, {"allowed_genders", "", "f,M"}, {"max_gap_years", "", "1"}, {"auto_calc", "", "false"},
		{"unknown", "", "ignored"},
	}...).is(http.StatusCreated)
	for _, field := range []string{
		"company_name", "job_title", "domain_id", "job_description", "location", "package_lpa", "interview_date", "registration_deadline",
		"min_cgpa", "min_10th", "min_12th", "max_backlogs", "max_total_backlogs", "allowed_branches", "allowed_batches", "allowed_genders",
		"max_gap_years", "status",
	} {
		require.Equal(t, asJSON.value(field), asForm.value(field), field)
	}
}

// A list of texts cannot hold a comma, and no text means null; JSON says both.
func TestAFormTakesItsFieldsAsJSON(t *testing.T) {
	t.Parallel()
	h := start(t)
	asJSON := formPart{name: "fields", content: `{"company_name":"A","job_title":"B","location":"Pune","min_cgpa":7.50,
		"job_description":"one\ntwo","allowed_branches":["CSE, AI and ML","ECE"],"allowed_batches":[2027]}`}
	drive := h.form("coordinator", http.MethodPost, "/drives", asJSON, formPart{"pdf", "job.pdf", pdf}).is(http.StatusCreated)
	require.Equal(t, []any{"CSE, AI and ML", "ECE"}, drive.value("allowed_branches"))
	require.Equal(t, []any{float64(2027)}, drive.value("allowed_batches"))
	require.Equal(t, "one\ntwo", drive.value("job_description"))
	require.NotNil(t, drive.value("pdf_path"))

	path := at("/drives/%d", drive.int("drive_id"))
	patched := h.form("coordinator", http.MethodPatch, path, formPart{name: "fields", content: `{"location":null,"job_title":"C"}`},
		formPart{name: "job_title", content: "D"}, formPart{"pdf", "new.pdf", pdf + "new"}).is(http.StatusOK)
	require.Nil(t, patched.value("location"))
	require.Equal(t, "D", patched.value("job_title"), "a field of its own counts more")
	require.Equal(t, []any{"CSE, AI and ML", "ECE"}, patched.value("allowed_branches"), "absent is not removed")
	require.Equal(t, pdf+"new", string(h.get("", patched.value("pdf_path").(string)).is(http.StatusOK).body))

	require.Contains(t, h.driveForm(formPart{name: "fields", content: `{"min_cgpa":11}`}).faults(), "min_cgpa")
	for _, broken := range []string{`[]`, `{"location":`, `null`, `"A"`} {
		require.Contains(t, h.driveForm(formPart{name: "fields", content: broken}, formPart{"pdf", "x.pdf", pdf}).faults(), "fields", broken)
	}
	require.Equal(t, 1, h.storedFiles())
}

func TestAnEmptyFormFieldIsAbsent(t *testing.T) {
	t.Parallel()
	h := start(t)
	empty := []formPart{
		{name: "domain_id"}, {name: "min_cgpa", content: " "}, {name: "allowed_branches"}, {name: "allowed_batches", content: ","},
		{name: "registration_deadline"}, {name: "auto_calc"}, {name: "location"}, {name: "pdf"},
	}
	drive := h.driveForm(empty...).is(http.StatusCreated)
	for _, field := range []string{"domain_id", "min_cgpa", "allowed_branches", "allowed_batches", "registration_deadline", "location", "pdf_path"} {
		require.Nil(t, drive.value(field), field)
	}
	require.Equal(t, "pending", drive.value("status"))
	path := at("/drives/%d", h.drive(map[string]any{"location": "Pune", "min_cgpa": 7}))
	patched := h.form("coordinator", http.MethodPatch, path, append(empty, formPart{name: "job_title", content: "New"})...).is(http.StatusOK)
	require.Equal(t, "New", patched.value("job_title"))
	require.Equal(t, "Pune", patched.value("location"), "absent is not removed")
	require.EqualValues(t, 7, patched.int("min_cgpa"))
}

func TestAFormCanPublishAtOnce(t *testing.T) {
	t.Parallel()
	h := start(t)
	for _, yes := range []string{"true", "on", "1", "Yes"} {
		require.Equal(t, "posted", h.driveForm(formPart{name: "auto_calc", content: yes}).is(http.StatusCreated).value("status"), yes)
	}
	require.Equal(t, "pending", h.driveForm(formPart{name: "auto_calc", content: "off"}).is(http.StatusCreated).value("status"))
	require.Contains(t, h.driveForm(formPart{name: "auto_calc", content: "perhaps"}).faults(), "auto_calc")
}

func TestAllFaultsOfAFormAreNamedAtOnce(t *testing.T) {
	t.Parallel()
	h := start(t)
	faults := h.form("coordinator", http.MethodPost, "/drives", []formPart{
		{"company_name", "", "A"}, {"min_cgpa", "", "7.123"}, {"min_10th", "", "many"}, {"max_backlogs", "", "1,5"}, {"package_lpa", "", "0x10"},
		{"registration_deadline", "", "2001-01-01"}, {"allowed_batches", "", "2027,next"}, {"location", "", "a\x00b"},
	}...).faults()
	for _, field := range []string{"job_title", "min_cgpa", "min_10th", "max_backlogs", "package_lpa", "registration_deadline", "allowed_batches[1]", "location"} {
		require.Contains(t, faults, field)
	}
	require.Len(t, faults, 8, "%v", faults)
}

func TestAPDFComesWithTheForm(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.driveForm(formPart{"pdf", "../../etc/passwd", pdf}).is(http.StatusCreated)
	require.Equal(t, pdf, string(h.get("", drive.value("pdf_path").(string)).is(http.StatusOK).body), "known by content, not by name")
	require.Equal(t, 1, h.storedFiles())
	path := at("/drives/%d", drive.int("drive_id"))
	first := drive.value("pdf_path").(string)

	replaced := h.form("coordinator", http.MethodPatch, path, formPart{"pdf", "new.pdf", pdf + "new"}).is(http.StatusOK)
	require.Equal(t, pdf+"new", string(h.get("", replaced.value("pdf_path").(string)).is(http.StatusOK).body))
	require.Equal(t, 1, h.storedFiles(), "the old file goes")
	h.get("", first).is(http.StatusNotFound)

	h.form("coordinator", http.MethodPatch, path, formPart{"pdf", "x.pdf", pdf}, formPart{name: "min_cgpa", content: "11"}).is(http.StatusUnprocessableEntity)
	h.form("coordinator", http.MethodPatch, "/drives/99999", formPart{"pdf", "x.pdf", pdf}).is(http.StatusNotFound)
	require.Equal(t, pdf+"new", string(h.get("", replaced.value("pdf_path").(string)).is(http.StatusOK).body), "a failed patch keeps the file")
	require.Equal(t, 1, h.storedFiles())

	h.patch("coordinator", path, map[string]any{"location": "Goa"}).is(http.StatusOK)
	require.Equal(t, 1, h.storedFiles())
	h.delete("head", path).is(http.StatusOK)
	require.Zero(t, h.storedFiles())
	h.get("", replaced.value("pdf_path").(string)).is(http.StatusNotFound)
}

func TestNullRemovesThePDF(t *testing.T) {
	t.Parallel()
	for _, field := range []string{"pdf_path", "pdf"} {
		t.Run(field, func(t *testing.T) {
			t.Parallel()
			h := start(t)
			drive := h.driveForm(formPart{"pdf", "job.pdf", pdf}).is(http.StatusCreated)
			path, link := at("/drives/%d", drive.int("drive_id")), drive.value("pdf_path").(string)
			for _, kept := range []any{"", link, map[string]any{}} { // what a client sends that sends the drive back as it got it
				require.NotNil(t, h.patch("coordinator", path, map[string]any{field: kept}).is(http.StatusOK).value("pdf_path"), "%v", kept)
			}
			h.patch("coordinator", path, map[string]any{field: nil, "min_cgpa": 11}).is(http.StatusUnprocessableEntity)
			h.get("", link).is(http.StatusOK)
			h.post("coordinator", path+"/publish", nil).is(http.StatusOK)

			removed := h.patch("coordinator", path, map[string]any{field: nil, "location": "Goa"}).is(http.StatusOK)
			require.Nil(t, removed.value("pdf_path"))
			require.Equal(t, "Goa", removed.value("location"))
			require.Zero(t, h.storedFiles())
			h.get("", link).is(http.StatusNotFound)
			h.patch("coordinator", path, map[string]any{field: nil}).is(http.StatusOK)

			h.form("coordinator", http.MethodPatch, path, formPart{"pdf", "again.pdf", pdf}).is(http.StatusOK)
			h.post("coordinator", path+"/stop-registrations", nil).is(http.StatusOK)
			h.patch("coordinator", path, map[string]any{field: nil}).is(http.StatusConflict)
			require.Equal(t, 1, h.storedFiles())
		})
	}
}

func TestAFailedRequestLeavesNoFile(t *testing.T) {
	t.Parallel()
	h := start(t)
	file := formPart{"pdf", "job.pdf", pdf}
	for name, c := range map[string]struct {
		parts []formPart
		want  int
	}{
		"faults after the file":  {named(file, formPart{name: "min_cgpa", content: "11"}), http.StatusUnprocessableEntity},
		"no such domain":         {named(file, formPart{name: "domain_id", content: "9999"}), http.StatusUnprocessableEntity},
		"two files":              {named(file, file), http.StatusUnprocessableEntity},
		"an unknown file":        {named(file, formPart{"logo", "logo.pdf", pdf}), http.StatusUnprocessableEntity},
		"no PDF":                 {named(formPart{"pdf", "job.pdf", "<html>no PDF</html>"}), http.StatusUnsupportedMediaType},
		"an empty file":          {named(formPart{"pdf", "job.pdf", ""}), http.StatusUnsupportedMediaType},
		"a file that is no file": {named(formPart{"pdf", "", pdf}), http.StatusUnprocessableEntity},
		"too large":              {named(formPart{"pdf", "job.pdf", pdf + strings.Repeat("x", 25<<20)}), http.StatusRequestEntityTooLarge},
		"a huge text":            {named(file, formPart{name: "job_description", content: strings.Repeat("x", 1<<20)}), http.StatusRequestEntityTooLarge},
		"a long text":            {named(file, formPart{name: "job_description", content: strings.Repeat("x", 20001)}), http.StatusUnprocessableEntity},
		"endless names":          {named(file, formPart{name: strings.Repeat("x", 2<<20), content: ""}), http.StatusRequestEntityTooLarge},
		"endless fields":         {named(append(slices.Repeat([]formPart{{name: "location"}}, 11000), file)...), http.StatusRequestEntityTooLarge},
	} {
		answer := h.form("coordinator", http.MethodPost, "/drives", c.parts...)
		require.Equal(t, c.want, answer.status, "%s: %s", name, answer.body)
		require.Zero(t, h.storedFiles(), name)
		if name == "too large" {
			require.Contains(t, answer.value("message"), "25 MB")
		}
	}
	require.Zero(t, h.count(`SELECT count(*) FROM drives`))
	limit := pdf + strings.Repeat("x", 25<<20-len(pdf))
	h.driveForm(formPart{"pdf", "job.pdf", limit}).is(http.StatusCreated)
}

func TestABrokenFormIsRefused(t *testing.T) {
	t.Parallel()
	h := start(t)
	const head = "--b\r\nContent-Disposition: form-data; name=\"company_name\"\r\n\r\nA\r\n" +
		"--b\r\nContent-Disposition: form-data; name=\"pdf\"; filename=\"j.pdf\"\r\n\r\n" + pdf
	for _, c := range []struct {
		contentType, body string
		want              int
	}{
		{"multipart/form-data; boundary=b", head, http.StatusBadRequest},
		{"multipart/form-data; boundary=b", head + "\r\n--b\r\nContent-Disp", http.StatusBadRequest},
		{"multipart/form-data; boundary=b", "nonsense", http.StatusBadRequest},
		{"multipart/form-data; boundary=b", "", http.StatusBadRequest},
		{"multipart/form-data; boundary=b", "--b--\r\n", http.StatusUnprocessableEntity},
		{"multipart/form-data", head, http.StatusUnsupportedMediaType},
		{"multipart/mixed; boundary=b", head, http.StatusUnsupportedMediaType},
		{"application/x-www-form-urlencoded", "company_name=A", http.StatusUnsupportedMediaType},
	} {
		request := h.request("coordinator", http.MethodPost, "/drives", c.body)
		request.Header.Set("Content-Type", c.contentType)
		h.do(request).is(c.want)
		require.Zero(t, h.storedFiles(), c.body)
	}
}

func TestAnonymousUploadsAreNotRead(t *testing.T) {
	t.Parallel()
	h := start(t)
	for as, want := range map[string]int{"": http.StatusUnauthorized, "student": http.StatusForbidden, "staff": http.StatusForbidden} {
		h.form(as, http.MethodPost, "/drives", named(formPart{"pdf", "job.pdf", pdf})...).is(want)
	}
	require.Zero(t, h.storedFiles())
}

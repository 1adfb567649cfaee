package server_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"placeops/uploads"
)

func TestAPDFLinkOpensInABrowser(t *testing.T) {
	t.Parallel()
	h := start(t)
	link := h.driveForm(formPart{"pdf", "100%.pdf", pdf}).is(http.StatusCreated).value("pdf_path").(string)
	require.True(t, strings.HasPrefix(link, "/uploads/"))
	require.NotContains(t, link, "%")
	for _, path := range []string{link, "/api" + link, link + "?download=1"} {
		got := h.get("", path).is(http.StatusOK)
		require.Equal(t, pdf, string(got.body))
		require.Equal(t, "application/pdf", got.header.Get("Content-Type"))
		require.Equal(t, "nosniff", got.header.Get("X-Content-Type-Options"))
		require.Equal(t, `inline; filename="job-description.pdf"`, got.header.Get("Content-Disposition"))
	}
	head := h.call("", http.MethodHead, link, nil).is(http.StatusOK)
	require.Equal(t, at("%d", len(pdf)), head.header.Get("Content-Length"))
	part := h.request("", http.MethodGet, link, nil)
	part.Header.Set("Range", "bytes=1-3")
	require.Equal(t, "PDF", string(h.do(part).is(http.StatusPartialContent).body))
	h.call("", http.MethodPost, link, nil).is(http.StatusMethodNotAllowed)
}

func TestALinkOpensItsFileOnly(t *testing.T) {
	t.Parallel()
	h := start(t)
	first := h.driveForm(formPart{"pdf", "a.pdf", pdf}).is(http.StatusCreated).value("pdf_path").(string)
	second := h.driveForm(formPart{"pdf", "b.pdf", pdf}).is(http.StatusCreated).value("pdf_path").(string)
	cut := func(link string) (signed, key string) {
		parts := strings.SplitN(strings.TrimPrefix(link, "/uploads/"), "/", 3)
		return "/uploads/" + parts[0] + "/" + parts[1] + "/", parts[2]
	}
	signed, key := cut(first)
	_, other := cut(second)
	expired := uploads.NewLinks([]byte(secret)).Path(key, time.Now().Add(-14*time.Hour))
	foreign := uploads.NewLinks([]byte("another secret")).Path(key, time.Now())
	for _, path := range []string{
		signed + other, expired, foreign, first + "x", strings.Replace(first, "/uploads/", "/uploads/1", 1), "/uploads/" + key, "/uploads/", "/uploads",
		signed + "../" + key, signed + "..%2f..%2f..%2fetc/passwd", "/uploads/../../etc/passwd", "/uploads/%2e%2e/%2e%2e/etc/passwd",
		"/uploads/" + strings.Repeat("x", 5000),
	} {
		answer := h.get("", path)
		require.Equal(t, http.StatusNotFound, answer.status, path)
		require.Equal(t, "application/problem+json", answer.header.Get("Content-Type"), path)
	}
	h.get("", uploads.NewLinks([]byte(secret)).Path(key, time.Now())).is(http.StatusOK)
}

func TestALinkToALostFileIsNotFound(t *testing.T) {
	t.Parallel()
	h := start(t)
	lost := uploads.NewLinks([]byte(secret)).Path("job-descriptions/2026/01/"+strings.Repeat("0", 32)+".pdf", time.Now())
	h.get("", lost).is(http.StatusNotFound)
}

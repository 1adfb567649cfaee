package cli_test

import (
	"io"
	"net/http"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

var profilesURL = regexp.MustCompile(`"?msg"?[=:]"?profiles"?[ ,]"?url"?[=:]"?(http://[^"\s]+)`)

// profile takes one of Go's profiles.
func (s *serving) profile(name string) string {
	s.t.Helper()
	status, text := s.askForProfile(name, nil)
	require.Equal(s.t, http.StatusOK, status)
	return text
}

func (s *serving) askForProfile(name string, change func(*http.Request)) (status int, text string) {
	s.t.Helper()
	found := profilesURL.FindStringSubmatch(s.log.String())
	require.NotNil(s.t, found, "%s", s.log)
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, found[1]+name, nil)
	require.NoError(s.t, err)
	if change != nil {
		change(request)
	}
	response, err := client.Do(request)
	require.NoError(s.t, err)
	defer func() { require.NoError(s.t, response.Body.Close()) }()
	body, err := io.ReadAll(response.Body)
	require.NoError(s.t, err)
	return response.StatusCode, string(body)
}

func TestProfilesAreAnsweredApartAndOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	s := prepared(t, "PLACEOPS_PPROF_ADDR=localhost:0").serve()
	require.Contains(t, s.profile(""), "heap")
	require.Contains(t, s.profile("goroutine?debug=1"), "placeops/")
	require.NotEmpty(t, s.profile("heap"))
	require.NotEmpty(t, s.profile("profile?seconds=1"))
	s.get("", "/debug/pprof/").is(http.StatusNotFound)
	for name, change := range map[string]func(*http.Request){
		"another name for this machine": func(r *http.Request) { r.Host = "rebound.example:6060" },
		"a web page":                    func(r *http.Request) { r.Header.Set("Origin", "https://elsewhere.example") },
		"a picture on a web page":       func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
	} {
		status, _ := s.askForProfile("heap", change)
		require.Equal(t, http.StatusForbidden, status, name)
	}
	status, _ := s.askForProfile("cmdline", nil)
	require.Equal(t, http.StatusNotFound, status, "flags are nobody's business")
	s.stop()

	prepared(t, "PLACEOPS_PPROF_ADDR=0.0.0.0:6060").run("serve").fails("PLACEOPS_PPROF_ADDR must be", "on this machine alone")
}

package check

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/require"
)

const patience = 3 * time.Minute // a backup is taken once a minute

// process is a program that runs until the test ends.
type process struct {
	t       *testing.T
	command *exec.Cmd
	log     *bytes.Buffer
}

func run(t *testing.T, dir string, env []string, path string, args ...string) (p *process, output io.Reader) {
	t.Helper()
	p = &process{t: t, command: exec.CommandContext(context.Background(), path, args...), log: &bytes.Buffer{}}
	p.command.Dir, p.command.Env, p.command.Stderr = dir, env, p.log
	output, err := p.command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, p.command.Start())
	t.Cleanup(func() {
		_ = p.command.Process.Signal(syscall.SIGTERM)
		_ = p.command.Wait()
	})
	return p, output
}

// placeops is a running one, with where it answers.
type placeops struct{ url, metrics string }

var readyLine = regexp.MustCompile(`ready at (http://\S+)`)

func startPlaceops(t *testing.T) placeops {
	t.Helper()
	program, err := filepath.Abs("../../../bin/placeops")
	require.NoError(t, err)
	require.FileExists(t, program, "run `make build` first")
	port := freePort(t)
	dir, err := os.MkdirTemp("", "placeops-watched-") //nolint:usetesting // a test's own folder is closed to others
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	require.NoError(t, os.Chmod(dir, 0o755)) // as root its PostgreSQL is another user
	p, output := run(t, dir, []string{
		"PATH=" + os.Getenv("PATH"), "PORT=0", "PLACEOPS_HOST=127.0.0.1", "PLACEOPS_METRICS_ADDR=127.0.0.1:" + port,
		"PLACEOPS_BACKUP_CRON=* * * * *", "PLACEOPS_ARCHIVE=" + filepath.Join(t.TempDir(), "archive"),
	}, program, "serve", "--demo")
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		if found := readyLine.FindStringSubmatch(lines.Text()); found != nil {
			go func() { // the rest is not needed, but has to be taken
				for lines.Scan() {
				}
			}()
			return placeops{url: found[1], metrics: "127.0.0.1:" + port}
		}
	}
	t.Fatalf("placeops did not start: %s", p.log)
	return placeops{}
}

func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	_, port, err := net.SplitHostPort(listener.Addr().String())
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	return port
}

func (p placeops) call(t *testing.T, token, method, path, body string) (status int, answer []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, p.url+path, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	return do(t, request)
}

func do(t *testing.T, request *http.Request) (status int, answer []byte) {
	t.Helper()
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	answer, err = io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, answer
}

func (p placeops) signIn(t *testing.T, who string) string {
	t.Helper()
	status, answer := p.call(t, "", http.MethodPost, "/auth/login", fmt.Sprintf(`{"email":"%s@demo.example","password":"try-placeops-2026"}`, who))
	require.Equal(t, http.StatusOK, status, "%s", answer)
	var session struct{ Token string }
	require.NoError(t, json.Unmarshal(answer, &session))
	return session.Token
}

// work does a little of everything that people do.
func (p placeops) work(t *testing.T, head, student string) {
	t.Helper()
	status, answer := p.call(t, head, http.MethodPost, "/drives", `{"company_name":"Acme","job_title":"Engineer"}`)
	require.Equal(t, http.StatusCreated, status, "%s", answer)
	var drive struct {
		ID int `json:"drive_id"`
	}
	require.NoError(t, json.Unmarshal(answer, &drive))
	status, answer = p.call(t, head, http.MethodPost, fmt.Sprintf("/drives/%d/publish", drive.ID), "")
	require.Equal(t, http.StatusOK, status, "%s", answer)
	for range 5 {
		p.call(t, student, http.MethodGet, "/drives", "")
	}
	p.call(t, student, http.MethodPost, "/registrations", fmt.Sprintf(`{"drive_id":%d}`, drive.ID))
	p.call(t, "", http.MethodPost, "/auth/login", `{"email":"nobody@demo.example","password":"wrong-pass-word"}`)
	p.call(t, "", http.MethodGet, "/nowhere", "")
}

func (p placeops) scrape(t *testing.T) map[string]*dto.MetricFamily {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+p.metrics+"/metrics", nil)
	require.NoError(t, err)
	status, page := do(t, request)
	require.Equal(t, http.StatusOK, status)
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(page))
	require.NoError(t, err)
	return families
}

// labelsOnPage are the labels of each series name on a page, with those that Prometheus adds.
func labelsOnPage(families map[string]*dto.MetricFamily) map[string]map[string]bool {
	found := map[string]map[string]bool{"up": {"job": true, "instance": true}}
	for name, family := range families {
		names := map[string]bool{"job": true, "instance": true}
		for _, m := range family.GetMetric() {
			for _, label := range m.GetLabel() {
				names[label.GetName()] = true
			}
		}
		found[name] = names
		if family.GetType() == dto.MetricType_HISTOGRAM {
			buckets := map[string]bool{"le": true}
			for label := range names {
				buckets[label] = true
			}
			found[name+"_bucket"] = buckets
		}
	}
	return found
}

// quiet shows nothing as long as nothing is restarted.
func (e expression) quiet() bool { return strings.HasPrefix(e.where, "annotation ") }

// TestEveryExpressionWorksOnARealPlaceops runs a placeops and, where it is installed, a Prometheus that reads it: every metric and label
// that is asked for is there, every panel shows something, and no alert fires.
func TestEveryExpressionWorksOnARealPlaceops(t *testing.T) {
	t.Parallel()
	p := startPlaceops(t)
	head, student := p.signIn(t, "head"), p.signIn(t, "student")
	p.work(t, head, student)
	for range 12 { // one too many is refused with 429
		p.call(t, "", http.MethodPost, "/auth/login", `{"email":"stranger@demo.example","password":"wrong-pass-word"}`)
	}
	prometheus := startPrometheus(t, p)
	require.Eventually(t, func() bool {
		p.work(t, head, student)
		return p.scrape(t)["placeops_backup_last_success_timestamp_seconds"] != nil
	}, patience, time.Second, "a backup")

	known := labelsOnPage(p.scrape(t))
	for _, e := range append(panelExpressions(t), alertExpressions(t)...) {
		for _, u := range usedIn(t, e) {
			require.Contains(t, known, u.metric, "%s asks for what no placeops shows", u.where)
			for _, label := range u.labels {
				require.True(t, known[u.metric][label], "%s asks for the label %s of %s", u.where, label, u.metric)
			}
		}
	}
	if prometheus == "" {
		t.Log("no Prometheus is installed (apt-get install prometheus): that each panel shows something was not tried")
		return
	}
	for _, e := range panelExpressions(t) {
		require.Eventually(t, func() bool { return e.quiet() || len(query(t, prometheus, e.text)) > 0 }, time.Minute, time.Second, "%s is empty: %s", e.where, e.text)
	}
	t.Logf("%d expressions of the dashboard were answered", len(panelExpressions(t)))
	require.Empty(t, query(t, prometheus, `ALERTS{alertstate="firing"}`))
	require.Len(t, query(t, prometheus, `up{job="placeops"} == 1`), 1)
}

// startPrometheus runs Prometheus with the rules; "" where there is none.
func startPrometheus(t *testing.T, p placeops) (address string) {
	t.Helper()
	program := os.Getenv("PROMETHEUS")
	if program == "" {
		found, err := exec.LookPath("prometheus")
		if err != nil {
			return ""
		}
		program = found
	}
	rules, err := filepath.Abs(rulesFile)
	require.NoError(t, err)
	dir := t.TempDir()
	config := fmt.Sprintf("global: {scrape_interval: 2s, evaluation_interval: 2s}\nrule_files: [%q]\nscrape_configs:\n  - job_name: placeops\n    static_configs: [{targets: [%q]}]\n", rules, p.metrics)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "prometheus.yml"), []byte(config), 0o600))
	address = "127.0.0.1:" + freePort(t)
	server, output := run(t, dir, os.Environ(), program, "--config.file=prometheus.yml", "--storage.tsdb.path=data", "--web.listen-address="+address)
	go func() { _, _ = io.Copy(io.Discard, output) }()
	require.Eventually(t, func() bool {
		response, err := http.Get("http://" + address + "/-/ready")
		if err != nil {
			return false
		}
		_ = response.Body.Close()
		return response.StatusCode == http.StatusOK
	}, time.Minute, 50*time.Millisecond, "%s", server.log)
	return address
}

func query(t *testing.T, prometheus, text string) (found []json.RawMessage) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+prometheus+"/api/v1/query?query="+url.QueryEscape(text), nil)
	require.NoError(t, err)
	status, answer := do(t, request)
	require.Equal(t, http.StatusOK, status, "%s: %s", text, answer)
	var result struct {
		Data struct {
			Result []json.RawMessage `json:"result"`
		} `json:"data"`
	}
	require.NoError(t, json.Unmarshal(answer, &result))
	return result.Data.Result
}

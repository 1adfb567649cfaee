// Package prometheus_test holds the alert rules against the page that says what to do about them.
package prometheus_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

type rule struct {
	Alert       string            `yaml:"alert"`
	Expr        string            `yaml:"expr"`
	Labels      map[string]string `yaml:"labels"`
	Annotations map[string]string `yaml:"annotations"`
}

func rules(t *testing.T) (found []rule) {
	t.Helper()
	text, err := os.ReadFile("alerts.yml")
	require.NoError(t, err)
	var file struct {
		Groups []struct {
			Rules []rule `yaml:"rules"`
		} `yaml:"groups"`
	}
	require.NoError(t, yaml.Unmarshal(text, &file))
	for _, group := range file.Groups {
		found = append(found, group.Rules...)
	}
	require.Greater(t, len(found), 15)
	return found
}

func TestEveryAlertTellsWhatToDo(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/alerts.md")
	require.NoError(t, err)
	sections := map[string]string{}
	for _, section := range strings.Split(string(page), "\n## ")[1:] {
		title, text, _ := strings.Cut(section, "\n")
		sections[title] = text
	}
	for _, r := range rules(t) {
		require.NotEmpty(t, r.Annotations["summary"], r.Alert)
		require.Greater(t, len(r.Annotations["description"]), 60, "%s says what to do next", r.Alert)
		require.Equal(t, "docs/alerts.md#"+strings.ToLower(r.Alert), r.Annotations["runbook_url"])
		text, ok := sections[r.Alert]
		require.True(t, ok, "docs/alerts.md has no section on %s", r.Alert)
		require.Contains(t, []string{"page", "ticket"}, r.Labels["severity"], r.Alert)
		for _, part := range []string{"*" + strings.ToUpper(r.Labels["severity"][:1]) + r.Labels["severity"][1:] + ".* ", "**Look at:** ", "**Do:** "} {
			require.Contains(t, text, part, r.Alert)
		}
		delete(sections, r.Alert)
	}
	require.Empty(t, sections, "sections on alerts that there are not")
}

func TestEveryAlertIsTried(t *testing.T) {
	t.Parallel()
	examples, err := os.ReadFile("alerts_test.yml")
	require.NoError(t, err)
	for _, r := range rules(t) {
		fires := regexp.MustCompile(`ALERTS\{alertname="` + r.Alert + `",alertstate="firing"[,}]`)
		require.True(t, fires.Match(examples), "%s fires in no example", r.Alert)
		quiet := regexp.MustCompile(`ALERTS\{alertname="` + r.Alert + `",alertstate="firing"\}\n +eval_time: \w+\n +exp_samples: \[\]`)
		require.True(t, quiet.Match(examples), "there is no example of when %s does not fire", r.Alert)
	}
}

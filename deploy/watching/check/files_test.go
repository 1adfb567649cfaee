package check

import (
	"encoding/json"
	"log/slog"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/stretchr/testify/require"
)

const (
	dashboardFile = "../../grafana/placeops.json"
	rulesFile     = "../../prometheus/alerts.yml"
)

// expression is a PromQL expression and where it stands.
type expression struct{ where, text string }

type panel struct {
	ID          int             `json:"id"`
	Type        string          `json:"type"`
	Title       string          `json:"title"`
	Description string          `json:"description"`
	GridPos     map[string]int  `json:"gridPos"`
	Targets     []panelTarget   `json:"targets"`
	FieldConfig json.RawMessage `json:"fieldConfig"`
}

type panelTarget struct {
	Expr string `json:"expr"`
}

type dashboardJSON struct {
	Panels      []panel `json:"panels"`
	Annotations struct {
		List []struct{ Name, Expr string } `json:"list"`
	} `json:"annotations"`
	Templating struct {
		List []struct{ Name, Type, Definition string } `json:"list"`
	} `json:"templating"`
}

func readDashboard(t *testing.T) (raw []byte, decoded dashboardJSON) {
	t.Helper()
	raw, err := os.ReadFile(dashboardFile)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &decoded))
	return raw, decoded
}

// resolved puts values in place of Grafana's variables.
var resolved = strings.NewReplacer("$__rate_interval", "1m", "$job", "placeops", "$instance", ".*")

func panelExpressions(t *testing.T) (found []expression) {
	t.Helper()
	_, board := readDashboard(t)
	for _, p := range board.Panels {
		for _, target := range p.Targets {
			found = append(found, expression{"panel " + p.Title, resolved.Replace(target.Expr)})
		}
	}
	for _, a := range board.Annotations.List {
		found = append(found, expression{"annotation " + a.Name, resolved.Replace(a.Expr)})
	}
	require.Greater(t, len(found), 50)
	return found
}

func alertExpressions(t *testing.T) (found []expression) {
	t.Helper()
	groups, errs := rulefmt.ParseFile(rulesFile, false, model.UTF8Validation, parser.NewParser(parser.Options{}), slog.New(slog.DiscardHandler))
	require.Empty(t, errs)
	for _, group := range groups.Groups {
		for _, rule := range group.Rules {
			found = append(found, expression{"alert " + rule.Alert, rule.Expr})
		}
	}
	require.Greater(t, len(found), 15)
	return found
}

// TestTheDashboardIsOneThatGrafanaImports decodes it with Grafana's own types, which take no field that they do not know.
func TestTheDashboardIsOneThatGrafanaImports(t *testing.T) {
	t.Parallel()
	plugins.RegisterDefaultPlugins()
	raw, board := readDashboard(t)
	var strict dashboard.Dashboard //nolint:staticcheck // the file is in this form, not in the newer one
	for _, err := range []error{strict.UnmarshalJSONStrict(raw), strict.Validate()} {
		if err != nil { // a list, which may be empty
			require.Empty(t, err.Error())
		}
	}
	ids := map[int]bool{}
	for _, p := range board.Panels {
		require.False(t, ids[p.ID], "two panels have the id %d", p.ID)
		ids[p.ID] = true
		require.LessOrEqual(t, p.GridPos["x"]+p.GridPos["w"], 24, p.Title)
		if p.Type == "row" {
			continue
		}
		require.NotEmpty(t, p.Description, "%s says what it shows", p.Title)
		require.NotEmpty(t, p.Targets, p.Title)
		require.Regexp(t, `"unit":\s*"\w+"`, string(p.FieldConfig), p.Title)
	}
	for i, p := range board.Panels {
		for _, q := range board.Panels[:i] {
			require.False(t, overlap(p.GridPos, q.GridPos), "%s lies over %s", p.Title, q.Title)
		}
	}
	var variables []string
	for _, v := range board.Templating.List {
		variables = append(variables, v.Name)
	}
	require.Equal(t, []string{"datasource", "job", "instance"}, variables)
	for _, target := range regexp.MustCompile(`"datasource":\s*(\{[^}]*\})`).FindAllStringSubmatch(string(raw), -1) {
		require.Contains(t, target[1], "${datasource}", "no data source of somebody's own")
	}
}

func overlap(a, b map[string]int) bool {
	return a["x"] < b["x"]+b["w"] && b["x"] < a["x"]+a["w"] && a["y"] < b["y"]+b["h"] && b["y"] < a["y"]+a["h"]
}

// used is a metric with the labels that an expression names.
type used struct {
	where, metric string
	labels        []string
}

// usedIn walks through an expression; labels that it groups by count for all metrics beneath, unless it has made them itself.
func usedIn(t *testing.T, e expression) (found []used) {
	t.Helper()
	parsed, err := parser.NewParser(parser.Options{}).ParseExpr(e.text)
	require.NoError(t, err, "%s: %s", e.where, e.text)
	parser.Inspect(parsed, func(node parser.Node, _ []parser.Node) error {
		selector, ok := node.(*parser.VectorSelector)
		if !ok {
			return nil
		}
		u := used{where: e.where, metric: selector.Name}
		for _, m := range selector.LabelMatchers {
			if m.Name != model.MetricNameLabel {
				u.labels = append(u.labels, m.Name)
			}
		}
		found = append(found, u)
		return nil
	})
	parser.Inspect(parsed, func(node parser.Node, _ []parser.Node) error {
		if sum, ok := node.(*parser.AggregateExpr); ok && !sum.Without {
			for i := range found {
				if strings.Contains(sum.Expr.String(), found[i].metric) {
					found[i].labels = append(found[i].labels, made(sum.Grouping, sum.Expr.String())...)
				}
			}
		}
		return nil
	})
	return found
}

// made leaves out the labels that label_replace makes.
func made(grouping []string, of string) (rest []string) {
	for _, label := range grouping {
		if !strings.Contains(of, `label_replace(`) || !strings.Contains(of, `"`+label+`"`) {
			rest = append(rest, label)
		}
	}
	return rest
}

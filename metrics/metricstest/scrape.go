// Package metricstest reads scrapes in tests, as Prometheus does.
package metricstest

import (
	"bytes"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// Scrape is a page of numbers, by the names of their families.
type Scrape map[string]*dto.MetricFamily

// Parse reads a page and requires that Prometheus's linter has nothing to say about it.
func Parse(t testing.TB, page []byte) Scrape {
	t.Helper()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	scrape, err := parser.TextToMetricFamilies(bytes.NewReader(page))
	if err != nil {
		t.Fatalf("scrape: %v\n%s", err, page)
	}
	problems, err := promlint.New(bytes.NewReader(page)).Lint()
	if err != nil {
		t.Fatalf("scrape: %v\n%s", err, page)
	}
	for _, problem := range problems {
		t.Errorf("%s: %s", problem.Metric, problem.Text)
	}
	return scrape
}

// Len is how many series of a family have these labels, given as names and values in turn.
func (s Scrape) Len(name string, labels ...string) int { return len(s.series(name, labels)) }

// Sum adds up the series of a family that have these labels; of a histogram, its observations.
func (s Scrape) Sum(name string, labels ...string) (sum float64) {
	for _, m := range s.series(name, labels) {
		sum += m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
	}
	return sum
}

// Seconds adds up what a histogram has observed in the series with these labels.
func (s Scrape) Seconds(name string, labels ...string) (sum float64) {
	for _, m := range s.series(name, labels) {
		sum += m.GetHistogram().GetSampleSum()
	}
	return sum
}

// All is the number of all series.
func (s Scrape) All() (n int) {
	for name := range s {
		n += s.Len(name)
	}
	return n
}

func (s Scrape) series(name string, labels []string) (found []*dto.Metric) {
	for _, m := range s[name].GetMetric() {
		if has(m, labels) {
			found = append(found, m)
		}
	}
	return found
}

func has(m *dto.Metric, labels []string) bool {
	given := map[string]string{}
	for _, label := range m.GetLabel() {
		given[label.GetName()] = label.GetValue()
	}
	for i := 0; i < len(labels); i += 2 {
		if value, ok := given[labels[i]]; !ok || value != labels[i+1] {
			return false
		}
	}
	return true
}

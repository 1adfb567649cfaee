package main

import (
	"cmp"
	"os"
	"slices"
	"time"
)

// seen is what one connection has seen.
type seen struct {
	latencies []time.Duration
	statuses  map[int]int
	bytes     int64
	broken    int
	wrong     int
	example   string
	answers   []keptAnswer
}

type keptAnswer struct {
	place int
	body  string
}

func newSeen() seen { return seen{statuses: map[int]int{}} }

func (s *seen) add(a answer, took time.Duration) {
	s.latencies = append(s.latencies, took)
	if s.statuses == nil {
		s.statuses = map[int]int{}
	}
	s.statuses[a.status]++
	s.bytes += a.bytes
	s.broken += a.broken
	if a.wrong {
		if s.wrong == 0 {
			s.example = string(a.body[:min(len(a.body), 500)])
		}
		s.wrong++
	}
}

// summary puts together what all connections have seen.
func summary(walkers []*walker, took time.Duration) loadResult {
	result := loadResult{Seconds: took.Seconds(), Statuses: map[int]int{}}
	var all []time.Duration
	var answers []keptAnswer
	for _, w := range walkers {
		s := w.seen
		all = append(all, s.latencies...)
		answers = append(answers, s.answers...)
		for status, n := range s.statuses {
			result.Statuses[status] += n
		}
		result.Bytes += s.bytes
		result.Broken += s.broken
		result.Wrong += s.wrong
		result.Example = cmp.Or(result.Example, s.example)
	}
	result.Requests, result.Latency = len(all), latencyOf(all)
	slices.SortFunc(answers, func(a, b keptAnswer) int { return cmp.Compare(a.place, b.place) })
	for _, a := range answers {
		result.Answers = append(result.Answers, a.body)
	}
	return result
}

func latencyOf(all []time.Duration) latency {
	if len(all) == 0 {
		return latency{}
	}
	values := make([]float64, len(all))
	for i, d := range all {
		values[i] = milliseconds(d)
	}
	s := newSeries(values)
	return latency{P50: s.percentile(50), P90: s.percentile(90), P99: s.percentile(99), Max: s.max()}
}

// watching adds up the processor time of processes, each with all that descend from it. This process is always among them.
type watching struct {
	pids   map[string]int
	before map[string]float64
}

func startWatching(pids map[string]int) watching {
	w := watching{pids: map[string]int{loadProcess: os.Getpid()}, before: map[string]float64{}}
	for name, pid := range pids {
		w.pids[name] = pid
	}
	now := readProcesses()
	for name, pid := range w.pids {
		w.before[name] = now.processorSeconds(pid)
	}
	return w
}

// loadProcess is the name under which the load itself is watched.
const loadProcess = "load"

func (w watching) cores(during time.Duration) map[string]float64 {
	cores, now := map[string]float64{}, readProcesses()
	for name, pid := range w.pids {
		cores[name] = max(0, now.processorSeconds(pid)-w.before[name]) / during.Seconds()
	}
	return cores
}

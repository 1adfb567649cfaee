package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// people are tokens for n of them.
func people(n int) []string {
	tokens := make([]string, n)
	for i := range tokens {
		tokens[i] = fmt.Sprintf("token-%d", i)
	}
	return tokens
}

// listen starts a server and returns its address.
func listen(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

func TestLoadReadsAnswersOfAllKinds(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("x", 3*answerBuffer)
	address := listen(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/echo": // with a length
			body, _ := io.ReadAll(r.Body)
			w.WriteHeader(http.StatusCreated)
			_, _ = fmt.Fprintf(w, "%s says %s", r.Header.Get("Authorization"), body)
		case "/chunks":
			for range 3 {
				_, _ = io.WriteString(w, large)
				w.(http.Flusher).Flush()
			}
		case "/nothing":
			w.WriteHeader(http.StatusNoContent)
		}
	})
	script := []call{
		{Method: "POST", Path: "/echo", Body: "hello", Has: "hello"}, {Method: "GET", Path: "/chunks", Has: "not that"},
		{Method: "GET", Path: "/nothing"},
	}
	result, err := runLoad(t.Context(), load{
		Connections: 3, Keep: true, HTTP: &httpWork{Addresses: []string{address}, People: people(10), Scripts: [][]call{script}},
	})
	require.NoError(t, err)
	require.Equal(t, 30, result.Requests)
	require.Equal(t, map[int]int{201: 10, 200: 10, 204: 10}, result.Statuses)
	require.Equal(t, 10, result.Wrong, "what does not contain what it should")
	require.Zero(t, result.Broken)
	for i := range 10 {
		require.Equal(t, fmt.Sprintf("Bearer token-%d says hello", i), result.Answers[3*i], "in the order of the work")
		require.Len(t, result.Answers[3*i+1], 3*len(large))
		require.Empty(t, result.Answers[3*i+2])
	}
	require.Equal(t, int64(10*(len("Bearer token-0 says hello")+9*answerBuffer)), result.Bytes)
	require.LessOrEqual(t, result.Latency.P50, result.Latency.P99)
}

func TestLoadGivesEachItsOwnScript(t *testing.T) {
	t.Parallel()
	address := listen(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.URL.Path+r.Header.Get("Authorization"))
	})
	result, err := runLoad(t.Context(), load{Connections: 4, Keep: true, HTTP: &httpWork{
		Addresses: []string{address}, People: []string{"a", "", "c"},
		Scripts: [][]call{{{Method: "GET", Path: "/1"}}, {{Method: "GET", Path: "/2"}}},
	}})
	require.NoError(t, err)
	require.Equal(t, []string{"/1Bearer a", "/2", "/1Bearer c"}, result.Answers)
}

func TestLoadGoesOnForItsTime(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	address := listen(t, func(http.ResponseWriter, *http.Request) { asked.Add(1) })
	result, err := runLoad(t.Context(), load{
		Connections: 2, Seconds: 0.1, WarmUp: 0.1, HTTP: &httpWork{
			Addresses: []string{address}, People: people(3), Scripts: [][]call{{{Method: "GET", Path: "/"}}},
		},
	})
	require.NoError(t, err)
	require.GreaterOrEqual(t, result.Seconds, 0.1)
	require.Greater(t, result.Requests, 3, "again and again")
	require.Greater(t, asked.Load(), int64(result.Requests)+2, "the warm-up does not count")
}

func TestLoadGoesElsewhereWhenAProcessDies(t *testing.T) {
	t.Parallel()
	var served atomic.Int64
	mortal := listen(t, func(http.ResponseWriter, *http.Request) {
		if served.Add(1) > 10 {
			panic(http.ErrAbortHandler) // the connection breaks
		}
	})
	other := listen(t, func(http.ResponseWriter, *http.Request) {})
	work := httpWork{Addresses: []string{mortal, other}, People: people(100), Scripts: [][]call{{{Method: "GET", Path: "/"}}}}
	result, err := runLoad(t.Context(), load{Connections: 4, HTTP: &work})
	require.NoError(t, err)
	require.Equal(t, map[int]int{200: 100}, result.Statuses)
	require.Equal(t, 2, result.Broken, "half of the connections began on the one that died")

	work.Addresses = []string{mortal}
	_, err = runLoad(t.Context(), load{Connections: 4, HTTP: &work})
	require.ErrorContains(t, err, "EOF", "with nowhere to go it fails")
}

func TestChildrenReturnWhatTheyFind(t *testing.T) {
	t.Parallel()
	address := listen(t, func(http.ResponseWriter, *http.Request) {})
	l := load{Connections: 1, HTTP: &httpWork{Addresses: []string{address}, People: people(5), Scripts: [][]call{{{Method: "GET", Path: "/"}}}}}
	result, err := inChild[load, loadResult](t.Context(), "load", l)
	require.NoError(t, err)
	require.True(t, result.all(200, 5), result.String())
	require.Contains(t, result.Cores, loadProcess)

	_, err = inChild[load, loadResult](t.Context(), "load", load{Connections: 1})
	require.ErrorContains(t, err, "a load without work")
}

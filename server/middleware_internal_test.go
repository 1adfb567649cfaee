package server

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"

	"placeops/metrics"
)

func TestAPanicIsA500ThatTellsTheRequestIDAndNothingElse(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := &Server{logger: slog.New(slog.NewJSONHandler(&log, nil)), metrics: metrics.New(metrics.Options{})}
	router := echo.New()
	router.HTTPErrorHandler = unrouted
	s.useMiddleware(router, nil)
	router.GET("/panics", func(echo.Context) error { panic("the inner cause") })
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/panics", nil)
	request.Header.Set("X-Request-Id", "of-the-client")
	answer := httptest.NewRecorder()
	router.ServeHTTP(answer, request)
	require.Equal(t, http.StatusInternalServerError, answer.Code)
	require.Equal(t, "application/problem+json", answer.Header().Get("Content-Type"))
	var problem Problem
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &problem))
	require.Equal(t, "something went wrong on our side; if it happens again, report request of-the-client", problem.Detail)
	require.Equal(t, problem.Detail, problem.Message)
	require.Equal(t, "/api/panics", problem.Instance)
	require.NotContains(t, answer.Body.String(), "inner cause")
	require.Contains(t, log.String(), "the inner cause")
	require.Contains(t, log.String(), "middleware_internal_test.go", "the stack is in the log")
	require.Contains(t, log.String(), `"level":"ERROR"`)
}

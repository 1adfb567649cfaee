package server

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestASenderWhoStopsSendingIsCutOff(t *testing.T) {
	t.Parallel()
	router := echo.New()
	op := huma.Operation{OperationID: "read", Method: http.MethodPost, Path: "/", BodyReadTimeout: 50 * time.Millisecond}
	huma.Register(humaecho.New(router, huma.DefaultConfig("test", "1")), op, func(_ context.Context, in *RawInput) (*struct{}, error) {
		_, err := io.ReadAll(in.body)
		assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
		return nil, nil //nolint:nilnil // no content
	})
	server := httptest.NewServer(router)
	t.Cleanup(server.Close)
	body, sender := io.Pipe()
	t.Cleanup(func() { assert.NoError(t, sender.Close()) })
	go func() { _, _ = io.WriteString(sender, "the beginning") }()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, body)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusNoContent, response.StatusCode)
}

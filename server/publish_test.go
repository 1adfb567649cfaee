package server_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPublishedDriveCanBeRegisteredFor(t *testing.T) {
	t.Parallel()
	h := start(t)
	drive := h.posted(map[string]any{"min_cgpa": 7.5})
	h.post("student", "/registrations", map[string]any{"drive_id": drive}).is(http.StatusCreated)
	list := h.get("staff", at("/registrations/%d/list", drive)).is(http.StatusOK).list()
	require.Len(t, list, 1)
}

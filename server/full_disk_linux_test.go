package server_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"placeops/server"
	"placeops/uploads"
)

// What does not fit on the disk is refused as "not now", in words that help, and leaves no part of a file behind.
func TestAFullDiskOfUploadsIsNamedAndLeavesNothing(t *testing.T) {
	t.Parallel()
	small := t.TempDir()
	if err := unix.Mount("tmpfs", small, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("this user cannot mount a tmpfs: %v", err)
	}
	t.Cleanup(func() { require.NoError(t, unix.Unmount(small, unix.MNT_DETACH)) })
	files, err := uploads.Open(t.Context(), small)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, files.Close()) })
	h := start(t, func(d *server.Deps) { d.Uploads = files })
	h.uploads = small
	sheet := "roll_number,name,email\n" + strings.Repeat("R1,Name,r1@college.example\n", 10_000)

	answer := h.importFile("head", "", []byte(sheet)).is(http.StatusServiceUnavailable)
	require.Contains(t, answer.value("message"), "disk is full")
	require.NotEmpty(t, answer.header.Get("Retry-After"))
	require.Zero(t, h.storedFiles())
	h.importFile("head", "", []byte("roll_number,name,email\nR1,Name,r1@college.example\n")).is(http.StatusAccepted)
}

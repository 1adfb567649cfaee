package config_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/config"
)

func TestUploadsURLIsAFolderOrABucket(t *testing.T) {
	t.Parallel()

	for _, value := range []string{
		"", "file:///srv/uploads", "s3://bucket", "s3://bucket/?region=ap-south-1", "s3://bucket?endpoint=http://localhost:7070&use_path_style=true",
	} {
		require.Equal(t, value, load(t, map[string]string{"PLACEOPS_UPLOADS_URL": value}).UploadsURL)
	}
	for _, value := range []string{
		"bucket", "/srv/uploads", "file://srv/uploads", "file:uploads", "s3://", "s3:///bucket", "s3://bucket/folder", "gs://bucket", "s3://%zz",
		"s3://key:geheim@bucket",
	} {
		_, err := config.Load(options(t, map[string]string{"PLACEOPS_UPLOADS_URL": value}))
		var faults config.Faults
		require.ErrorAs(t, err, &faults, value)
		require.Len(t, faults, 1, value)
		require.Contains(t, err.Error(), "PLACEOPS_UPLOADS_URL must be s3://", value)
		require.NotContains(t, err.Error(), "geheim")
	}
}

package config_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"placeops/config"
)

func TestTracesAreOffUnlessACollectorIsNamed(t *testing.T) {
	t.Parallel()
	const here = "http://127.0.0.1:4318"
	require.Nil(t, load(t, nil).Tracing())
	require.Nil(t, load(t, map[string]string{"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}).Tracing(), "nor does it matter then what others are told")
	for _, off := range []map[string]string{{"OTEL_SDK_DISABLED": "true"}, {"OTEL_TRACES_EXPORTER": "none"}} {
		off["OTEL_EXPORTER_OTLP_ENDPOINT"] = here
		require.Nil(t, load(t, off).Tracing())
	}
	on := load(t, map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": here, "OTEL_BSP_MAX_QUEUE_SIZE": "100"})
	require.Equal(t, here, on.Tracing()["OTEL_EXPORTER_OTLP_ENDPOINT"])
	require.Equal(t, "100", on.Tracing()["OTEL_BSP_MAX_QUEUE_SIZE"], "also what is not among our settings")
	require.Equal(t, "placeops", on.Tracing()["OTEL_SERVICE_NAME"])
	require.NotNil(t, load(t, map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": here + "/v1/traces"}).Tracing())
	require.Empty(t, on.Warnings)
}

func TestSettingsOfTracesThatCannotBe(t *testing.T) {
	t.Parallel()
	for name, values := range map[string][]string{
		"OTEL_EXPORTER_OTLP_ENDPOINT":        {"collector:4318", "ftp://collector", "http://", "http://user:pass-word@collector:4318"},
		"OTEL_EXPORTER_OTLP_PROTOCOL":        {"grpc", "http/json"},
		"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": {"grpc"},
		"OTEL_TRACES_SAMPLER":                {"sometimes"},
		"OTEL_TRACES_SAMPLER_ARG":            {"many", "1.5", "-1"},
	} {
		for _, value := range values {
			settings := map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}
			settings[name] = value
			_, err := config.Load(options(t, settings))
			var faults config.Faults
			require.ErrorAs(t, err, &faults, "%s=%s", name, value)
			require.Len(t, faults, 1)
			require.Contains(t, faults[0].Error(), name)
			require.NotContains(t, err.Error(), "pass-word")
		}
	}
}

func TestTheHeadersOfTracesAreSecret(t *testing.T) {
	t.Parallel()
	c := load(t, map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "https://collector", "OTEL_EXPORTER_OTLP_HEADERS": "Authorization=pass-word"})
	require.NotContains(t, c.String(), "pass-word")
	require.Equal(t, "Authorization=pass-word", c.Tracing()["OTEL_EXPORTER_OTLP_HEADERS"])
}

func TestProfilesAreForThisMachineOnly(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"127.0.0.1:6060", "[::1]:6060", "localhost:0", "127.8.9.1:6060"} {
		require.Equal(t, address, load(t, map[string]string{"PLACEOPS_PPROF_ADDR": address}).PprofAddr)
	}
	for _, address := range []string{":6060", "0.0.0.0:6060", "[::]:6060", "10.0.0.1:6060", "192.0.2.1:6060", "placeops.example:6060", "localhost.example:6060", "6060", "127.0.0.1", "127.0.0.1:pprof"} {
		_, err := config.Load(options(t, map[string]string{"PLACEOPS_PPROF_ADDR": address}))
		require.ErrorContains(t, err, "PLACEOPS_PPROF_ADDR must be", address)
	}
	require.Empty(t, load(t, nil).PprofAddr)
}

package config

import (
	"fmt"
	"maps"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// The names that OpenTelemetry has given its settings. Those that are not listed among ours work as well, from the environment.
const (
	otelPrefix   = "OTEL_"
	otelEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT"
	otelProtocol = "OTEL_EXPORTER_OTLP_PROTOCOL"
	onlyProtocol = "http/protobuf"
)

var samplers = []string{
	"always_on", "always_off", "traceidratio", "parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio",
}

// Tracing returns OpenTelemetry's settings, its own and those of ours that have its names; nil where no traces are wanted.
func (c Config) Tracing() map[string]string {
	if c.otel[otelEndpoint] == "" && c.otel[otelEndpointOfTraces] == "" || c.otel["OTEL_SDK_DISABLED"] == "true" ||
		c.otel["OTEL_TRACES_EXPORTER"] == "none" {
		return nil
	}
	return maps.Clone(c.otel)
}

const (
	otelEndpointOfTraces = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
	otelProtocolOfTraces = "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"
)

// keepOtel keeps what the SDK will read: it is told through the environment.
func (c *Config) keepOtel(values map[string]string) {
	c.otel = map[string]string{}
	for name, value := range values {
		if strings.HasPrefix(name, otelPrefix) && value != "" {
			c.otel[name] = value
		}
	}
}

func (c *Config) checkTracing() (faults Faults) {
	if c.Tracing() == nil {
		return nil // an environment may hold settings for other programs
	}
	for _, name := range []string{otelEndpoint, otelEndpointOfTraces} {
		if value := c.otel[name]; value != "" && !isCollector(value) {
			faults = append(faults, Fault{Setting: otelEndpoint, Detail: orOfTraces(name) + "must be " + settingNamed(otelEndpoint).Allowed})
		}
	}
	for _, name := range []string{otelProtocol, otelProtocolOfTraces} {
		if value := c.otel[name]; value != "" && value != onlyProtocol {
			faults = append(faults, Fault{Setting: otelProtocol, Detail: fmt.Sprintf(
				"%smust be %s: placeops speaks nothing else, and collectors take it on port 4318", orOfTraces(name), onlyProtocol)})
		}
	}
	if !slices.Contains(samplers, c.TracesSampler) {
		faults = append(faults, Fault{Setting: "OTEL_TRACES_SAMPLER"})
	}
	if c.TracesSamplerArg != "" && !isRatio(c.TracesSamplerArg) {
		faults = append(faults, Fault{Setting: "OTEL_TRACES_SAMPLER_ARG"})
	}
	return faults
}

// orOfTraces names the setting that stands in for one of ours.
func orOfTraces(name string) string {
	if name == otelEndpointOfTraces || name == otelProtocolOfTraces {
		return "(given as " + name + ") "
	}
	return ""
}

func isCollector(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil
}

func isRatio(text string) bool {
	ratio, err := strconv.ParseFloat(text, 64)
	return err == nil && ratio >= 0 && ratio <= 1
}

// isLoopback wants an address that no other machine can reach, whatever a name server says.
func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil || !isHostPort(address) {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}

package deploy_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/joho/godotenv"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// container is one that runs placeops: what a file says of it.
type container struct {
	where       string // file and name
	args        []string
	environment map[string]string
	outside     bool // it gets a DATABASE_URL from a secret
	writable    []string
	ports       []string
	user        string // empty = the image's
	health      [][]string
	probes      map[string]string // Kubernetes' kind of probe → path
	grace       time.Duration     // until it is killed, without what comes before the signal
}

// image is what the Dockerfile says.
type image struct {
	goVersion   string
	nodeVersion string
	user        string
	entrypoint  []string
	command     []string
	health      []string
	environment map[string]string
	volume      string
	port        string
	signal      string
	run         string // all RUN lines together
}

type object = map[string]any

var continued = regexp.MustCompile(`\\\n`)

func readImage(t *testing.T, files fs.FS) image {
	t.Helper()
	text, err := fs.ReadFile(files, "Dockerfile")
	require.NoError(t, err)
	i := image{environment: map[string]string{}}
	for line := range strings.Lines(continued.ReplaceAllString(string(text), " ")) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch rest = strings.TrimSpace(rest); word {
		case "FROM":
			if version, ok := strings.CutPrefix(rest, "golang:"); ok {
				i.goVersion, _, _ = strings.Cut(version, "-")
			}
			if version, ok := strings.CutPrefix(rest, "node:"); ok {
				i.nodeVersion, _, _ = strings.Cut(version, "-")
			}
		case "RUN":
			i.run += rest + "\n"
		case "USER":
			i.user = rest
		case "ENV":
			for _, pair := range strings.Fields(rest) {
				name, value, _ := strings.Cut(pair, "=")
				i.environment[name] = value
			}
		case "VOLUME":
			i.volume = rest
		case "EXPOSE":
			i.port = rest
		case "STOPSIGNAL":
			i.signal = rest
		case "ENTRYPOINT":
			i.entrypoint = words(t, rest)
			if tini := []string{"tini", "--"}; len(i.entrypoint) > 2 && slices.Equal(i.entrypoint[:2], tini) {
				i.entrypoint = i.entrypoint[2:]
			}
		case "CMD":
			i.command = words(t, rest)
		case "HEALTHCHECK":
			_, command, _ := strings.Cut(rest, "CMD ")
			i.health = words(t, command)
		}
	}
	return i
}

func words(t *testing.T, list string) (found []string) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(list), &found), "%s", list)
	return found
}

// documents are the YAML documents of a file.
func documents(t *testing.T, files fs.FS, name string) (found []object) {
	t.Helper()
	text, err := fs.ReadFile(files, name)
	require.NoError(t, err)
	for decoder := yaml.NewDecoder(bytes.NewReader(text)); ; {
		var document object
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			return found
		}
		require.NoError(t, err, "%s", name)
		found = append(found, document)
	}
}

// composed are the containers of a compose file.
func composed(t *testing.T, files fs.FS, name string) (found []container) {
	t.Helper()
	services := at[object](documents(t, files, name)[0], "services")
	for _, service := range slices.Sorted(maps.Keys(services)) {
		s := at[object](services, service)
		if !strings.HasPrefix(at[string](s, "image"), "placeops:") {
			continue
		}
		c := container{
			where: name + " " + service, args: texts(s["command"]), environment: map[string]string{}, user: at[string](s, "user"),
		}
		for name, value := range at[object](s, "environment") {
			c.environment[name] = text(value)
		}
		c.outside = slices.Contains(c.args, "--env-file")
		for _, mount := range slices.Concat(texts(s["volumes"]), texts(s["tmpfs"])) {
			parts := strings.Split(mount, ":")
			if len(parts) > 1 && !strings.HasPrefix(mount, "/") { // source:target
				parts = parts[1:]
			}
			c.writable = append(c.writable, parts[0])
		}
		for _, port := range texts(s["ports"]) {
			c.ports = append(c.ports, port[strings.LastIndex(port, ":")+1:])
		}
		if test := texts(at[object](s, "healthcheck")["test"]); len(test) > 0 {
			c.health = append(c.health, test[1:]) // after CMD
		}
		if grace := at[string](s, "stop_grace_period"); grace != "" {
			var err error
			c.grace, err = time.ParseDuration(grace)
			require.NoError(t, err)
		}
		found = append(found, c)
	}
	return found
}

// orchestrated are the containers of the manifests of one folder.
func orchestrated(t *testing.T, files fs.FS, folder string) (found []container) {
	t.Helper()
	names, err := fs.Glob(files, folder+"/*.yaml")
	require.NoError(t, err)
	for _, name := range names {
		for _, document := range documents(t, files, name) {
			pod := at[object](document, "spec", "template", "spec")
			for _, c := range list(pod["containers"]) {
				found = append(found, orchestratedContainer(t, files, folder, name, pod, c))
			}
		}
	}
	return found
}

func orchestratedContainer(t *testing.T, files fs.FS, folder, name string, pod, c object) container {
	t.Helper()
	security := at[object](pod, "securityContext")
	made := container{
		where: name + " " + at[string](c, "name"), args: texts(c["args"]), environment: map[string]string{}, probes: map[string]string{},
		user:  text(security["runAsUser"]) + ":" + text(security["runAsGroup"]),
		grace: time.Duration(at[int](pod, "terminationGracePeriodSeconds")-at[int](c, "lifecycle", "preStop", "sleep", "seconds")) * time.Second,
	}
	for _, source := range list(c["envFrom"]) {
		if at[string](source, "configMapRef", "name") != "" {
			settings, err := fs.ReadFile(files, path.Join(folder, "placeops.env"))
			require.NoError(t, err)
			made.environment, err = godotenv.UnmarshalBytes(settings)
			require.NoError(t, err)
		}
		if secret := at[object](source, "secretRef"); secret["name"] != nil && secret["optional"] == nil {
			made.outside = true
		}
	}
	for _, variable := range list(c["env"]) {
		made.environment[at[string](variable, "name")] = at[string](variable, "value")
	}
	for _, mount := range list(c["volumeMounts"]) {
		made.writable = append(made.writable, at[string](mount, "mountPath"))
	}
	for _, port := range list(c["ports"]) {
		if at[string](port, "name") == "http" {
			made.ports = append(made.ports, text(port["containerPort"]))
		}
	}
	for _, probe := range []string{"startupProbe", "livenessProbe", "readinessProbe"} {
		made.probes[probe] = at[string](c, probe, "httpGet", "path")
	}
	return made
}

// at is the value below some keys, or nothing.
func at[V any](of object, keys ...string) (found V) {
	var value any = of
	for _, key := range keys {
		inner, _ := value.(object)
		value = inner[key]
	}
	found, _ = value.(V)
	return found
}

func list(value any) (found []object) {
	items, _ := value.([]any)
	for _, item := range items {
		o, _ := item.(object)
		found = append(found, o)
	}
	return found
}

func texts(value any) (found []string) {
	items, _ := value.([]any)
	for _, item := range items {
		found = append(found, text(item))
	}
	return found
}

func text(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case int:
		return strconv.Itoa(v)
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

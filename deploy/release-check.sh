#!/bin/sh
# Makes the release of the last commit twice, from two checkouts and in two environments, and compares every byte; then looks at
# the package and, as root and with debootstrap, installs and runs it in a Debian of its own. `make release-check` runs it.
set -eu
tools=$1
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"

# The first has the PostgreSQL of this folder, if any; the second fetches and packs its own.
git clone --quiet "$here" "$work/first"
git clone --quiet "$here" "$work/a/second"
for arch in amd64 arm64; do
	cp -p "$here/postgres/bundle/linux-$arch/"postgres.* "$work/first/postgres/bundle/linux-$arch/" 2>/dev/null || true
done
echo "== first"
(umask 022 && cd "$work/first" && TZ=UTC make --no-print-directory TOOLS="$tools" release)
echo "== second"
(umask 077 && cd "$work/a/second" && TZ=Asia/Kolkata LC_ALL=C.UTF-8 SOURCE_DATE_EPOCH=1 GOFLAGS=-buildvcs=auto \
	make --no-print-directory TOOLS="$tools" release)
diff -r "$work/first/dist" "$work/a/second/dist"
(cd "$work/first/dist" && sha256sum --quiet -c SHA256SUMS)
echo "== both have the same bytes:"
cat "$work/first/dist/SHA256SUMS"

if ! command -v dpkg-deb >/dev/null; then
	echo "== no dpkg here: nothing was tried of the packages"
	exit 0
fi
for deb in "$work"/first/dist/*.deb; do
	if dpkg-deb -c "$deb" | grep -E ' \./(usr/local|var)/'; then
		echo "$deb puts files where a package must not"
		exit 1
	fi
done
if command -v lintian >/dev/null; then
	# The address is for who releases to give: make release MAINTAINER='…'.
	lintian --allow-root --fail-on error --suppress-tags bogus-mail-host,bogus-mail-host-in-debian-changelog "$work"/first/dist/*.deb
	echo "== lintian has no error"
else
	echo "== no lintian here: left out"
fi

if [ "$(id -u)" != 0 ] || ! command -v debootstrap >/dev/null; then
	echo "== installing it needs root and debootstrap: left out"
	exit 0
fi
"$here/deploy/release-install.sh" "$work"/first/dist/placeops_*_"$(dpkg --print-architecture)".deb

#!/bin/sh
# Sees to a browser for the tests: the one that PLACEOPS_CHROMIUM names, one that is installed, or, as root on Debian, Debian's.
set -eu
if [ -n "${PLACEOPS_CHROMIUM:-}" ]; then
	[ -x "$PLACEOPS_CHROMIUM" ] && exit
	echo "PLACEOPS_CHROMIUM names $PLACEOPS_CHROMIUM, which is no program: name the file of a Chromium or Chrome" >&2
	exit 1
fi
# The same list as in playwright.config.ts.
for browser in /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome; do
	[ -x "$browser" ] && exit
done
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
	echo "The console's tests need a Chromium: install it (Debian: apt-get install chromium; Fedora: dnf install chromium), or name one in PLACEOPS_CHROMIUM" >&2
	exit 1
fi
echo "installing chromium for the console's tests"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() { apt-get install --yes --no-install-recommends chromium >"$log" 2>&1; }
# What is known of the packages may be missing, or too old to fetch by.
install || { apt-get update >"$log" 2>&1 && install; } || {
	tail -5 "$log" >&2
	echo "Chromium could not be installed (apt-get says why, above): install it by hand, or name one in PLACEOPS_CHROMIUM" >&2
	exit 1
}

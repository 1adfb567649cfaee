#!/bin/sh
# The data and their user stay, whatever happens: dpkg removes /etc/placeops, and /var/lib/placeops is for a person to remove.
set -e

if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
	systemctl --system daemon-reload >/dev/null || true
fi

if [ "$1" = purge ]; then
	if command -v deb-systemd-helper >/dev/null; then
		deb-systemd-helper purge placeops.service >/dev/null || true
	fi
	if [ -d /var/lib/placeops ]; then
		echo "placeops: the data are kept in /var/lib/placeops, and their user placeops: remove both yourself if nobody needs them"
	fi
fi

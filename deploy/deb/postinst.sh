#!/bin/sh
# A first installation neither enables nor starts the service: the office sets it up first. An upgrade restarts what runs.
set -e

case "$1" in
configure)
	systemd-sysusers placeops.conf

	# The settings may hold secrets. Who has them is set once; afterwards it is the administrator's to change.
	if [ -z "$2" ] && ! dpkg-statoverride --list /etc/placeops/placeops.env >/dev/null; then
		chown root:placeops /etc/placeops/placeops.env
		chmod 640 /etc/placeops/placeops.env
	fi
	if [ -z "$2" ] && [ ! -e /etc/systemd/system/multi-user.target.wants/placeops.service ]; then
		echo "placeops is installed. Settings: /etc/placeops/placeops.env. Start it with: systemctl enable --now placeops"
	fi
	# What an installation by hand has left wins over the package.
	for old in /usr/local/bin/placeops /etc/systemd/system/placeops.service; do
		if [ -e "$old" ]; then
			echo "placeops: $old is used instead of the package's file; remove it if that is not meant" >&2
		fi
	done
	;;
abort-upgrade | abort-remove | abort-deconfigure) ;;
*)
	echo "postinst called with unknown argument '$1'" >&2
	exit 1
	;;
esac

# Keeps the enabled service enabled when the unit's [Install] changes, and remembers what a purge has to take away.
if deb-systemd-helper debian-installed placeops.service && deb-systemd-helper --quiet was-enabled placeops.service; then
	deb-systemd-helper enable placeops.service >/dev/null || true
fi
deb-systemd-helper update-state placeops.service >/dev/null || true

if [ -d /run/systemd/system ]; then
	systemctl --system daemon-reload >/dev/null || true
	if [ -n "$2" ]; then
		deb-systemd-invoke try-restart placeops.service >/dev/null || true
	fi
fi

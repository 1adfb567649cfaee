#!/bin/sh
# Installs a Debian package of placeops in a new Debian 12, runs it there as its user without any network, upgrades, removes and
# purges it. It needs root, debootstrap and unshare; ROOT may name a root that debootstrap has made, which is not changed.
set -eu
deb=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
root=$work/root
if [ -n "${ROOT:-}" ]; then
	cp -a "$ROOT" "$root"
else
	debootstrap --variant=minbase --include=systemd,libstdc++6,ca-certificates bookworm "$root" >"$work/log" || { tail "$work/log"; exit 1; }
fi
cp "$deb" "$root/root/placeops.deb"
cat >"$root/root/try.sh" <<'TRY'
set -eu
say() { echo "== $*"; }
as_placeops() { setpriv --reuid placeops --regid placeops --clear-groups "$@"; }

dpkg -i /root/placeops.deb
say "installed: $(getent passwd placeops)"
[ "$(stat -c '%a %U %G' /etc/placeops/placeops.env)" = '640 root placeops' ]
dpkg --verify placeops
[ ! -e /etc/systemd/system/multi-user.target.wants/placeops.service ]
systemd-analyze verify /usr/lib/systemd/system/placeops.service
as_placeops placeops version

# What StateDirectory= does when systemd starts the unit.
install -d -m 700 -o placeops -g placeops /var/lib/placeops
exec setpriv --reuid placeops --regid placeops --clear-groups env PLACEOPS_DATA_DIR=/var/lib/placeops PLACEOPS_HOST=127.0.0.1 \
	placeops --env-file /etc/placeops/placeops.env serve >/root/log 2>&1 &
serve=$!
began=$(date +%s)
until as_placeops placeops --env-file /etc/placeops/placeops.env health --host 127.0.0.1; do
	kill -0 $serve || { cat /root/log; exit 1; }
	[ $(($(date +%s) - began)) -lt 120 ] || { cat /root/log; exit 1; }
	sleep 0.2
done 2>/dev/null
say "ready after $(($(date +%s) - began)) s"
fetched() { bash -c 'exec 3<>/dev/tcp/127.0.0.1/5000 && printf "GET %s HTTP/1.0\r\n\r\n" "$1" >&3 && cat <&3' fetched "$1"; }
script=$(fetched /app/ | grep -oE '/app/assets/[^"]+\.js' | sed -n 1p)
fetched "$script" | grep -qi '^Content-Type: text/javascript'
say "the console is in it: $script"
kill -TERM $serve
wait $serve
say "stopped in order"

echo 'PORT=5001' >>/etc/placeops/placeops.env
systemctl enable placeops 2>/dev/null
dpkg -i /root/placeops.deb
grep -q '^PORT=5001' /etc/placeops/placeops.env
[ "$(stat -c '%a %U %G' /etc/placeops/placeops.env)" = '640 root placeops' ]
say "installed again: the settings are kept"
dpkg -r placeops
[ -e /etc/placeops/placeops.env ] && [ ! -e /usr/bin/placeops ]
say "removed: the settings are kept"
dpkg -P placeops
[ ! -e /etc/placeops ]
[ -n "$(ls /var/lib/placeops)" ]
[ ! -L /etc/systemd/system/multi-user.target.wants/placeops.service ]
getent passwd placeops >/dev/null
say "purged: the settings are gone, the data and their user are kept"
TRY
unshare --mount --pid --fork --net --kill-child sh -eu -c '
	mount -t proc proc "$1/proc"
	mount -t tmpfs tmpfs "$1/tmp"
	mount --rbind /dev "$1/dev"
	mount -t tmpfs -o mode=1777 tmpfs "$1/dev/shm"
	'"$(command -v ip || echo :)"' link set lo up
	exec chroot "$1" sh /root/try.sh' sh "$root"
echo "== the package installs, runs, upgrades, goes and leaves the data"

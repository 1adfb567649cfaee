#!/bin/sh
# Tries the shapes of docs/scaling.md with the real program, on loopback, on a Debian (12 was tried): three placeops and what stands
# before or behind them are started in a temporary folder, put under load and under faults, and everything that was answered is
# compared with what is there. It ends only what it has started.
#
#   deploy/scaling/try.sh haproxy|nginx|pgbouncer|replica|patroni|s3|all     (TIME=60s, SEED=0)
#
# As root it installs the Debian packages that are missing, and says which; as another user they have to be there. What PostgreSQL
# and the others refuse to do as root is done as user placeops or nobody.
set -eu
cd "$(dirname "$0")/../.."
what=${1:-}

packages_of() {
    case $1 in
    haproxy) echo postgresql haproxy ;;
    nginx) echo postgresql nginx-light ;;
    pgbouncer) echo postgresql pgbouncer ;;
    replica) echo postgresql ;;
    patroni) echo postgresql patroni etcd-server ;;
    s3) echo postgresql ;;
    all) echo postgresql haproxy nginx-light pgbouncer patroni etcd-server ;;
    *) sed -n 's/^#   deploy/usage: deploy/p' "$0" >&2; exit 2 ;;
    esac
}

installed() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }

missing=
for package in $(packages_of "$what"); do
    installed "$package" || { [ "$package" = nginx-light ] && installed nginx; } || missing="$missing $package"
done
if [ -n "$missing" ]; then
    if [ "$(id -u)" != 0 ]; then
        echo "not installed:$missing (apt-get install$missing)" >&2
        exit 1
    fi
    echo "installing:$missing"
    apt-get update -q
    # No service of theirs is wanted; RUNLEVEL keeps Debian from starting some.
    RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
fi

case $what in s3 | all) make versitygw ;; esac
shape=$what
[ "$what" = all ] && shape=scaling
exec go run ./chaos -shape "$shape" -time "${TIME:-60s}" -seed "${SEED:-0}"

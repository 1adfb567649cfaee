#!/usr/bin/env bash
# Runs placeops as the Dockerfile and the compose files say, without a container engine: the image is built by its own steps
# (container-build.sh), and each container is namespaces, an overlay that is then read-only, and an ordinary user without a
# capability. `make container-check` runs it. It needs root and debootstrap, and takes some minutes; for compose.outside.yaml it also
# needs an installed PostgreSQL and VERSITYGW, the program of the store. IMAGE may name a folder that container-build.sh has left.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
say() { echo "== $*"; }
fail() {
	echo "container-check: $*" >&2
	for log in "$work"/containers/*/log; do echo "-- $log" && tail -20 "$log"; done >&2 2>/dev/null
	exit 1
}

if [ "$(id -u)" != 0 ] || ! command -v debootstrap >/dev/null || ! command -v unshare >/dev/null; then
	say "SKIPPED: building and running containers by hand needs root, debootstrap and unshare"
	exit 0
fi
if [ -z "${INSIDE:-}" ]; then
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	chmod 755 "$work"
	(cd "$here/check" && go build -o "$work/show" ./show)
	if [ -n "${IMAGE:-}" ]; then
		ln -s "$IMAGE" "$work/image"
	else
		began=$(date +%s)
		"$here/container-build.sh" "$here/.." "$work/image"
		say "the image is built after $(($(date +%s) - began)) s: $(du -sh "$work/image/root" | cut -f1)"
	fi
	# Loopback and nothing else; all that was started ends with this.
	INSIDE=$work unshare --net --mount --pid --mount-proc --fork --kill-child "$0"
	exit
fi

work=$INSIDE
ip link set lo up
mkdir -p "$work"/{containers,volumes}
printf '127.0.0.1 localhost database store\n' >"$work/hosts"
declare -A parents users bounds
image_user=$(sed -n 's/^USER //p' "$work/image/config")
image_env=$(sed -n 's/^ENV //p' "$work/image/config")
path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# contain starts a service of a compose file: NAME FILE SERVICE [NAME=VALUE …]. What it prints goes into a log.
contain() {
	local name=$1 file=$2 service=$3 place=$work/containers/$1 kind value bound=-all user=$image_user args=() settings=(PATH="$path")
	local entrypoint=() replaced=
	while read -r value; do entrypoint+=("$value"); done < <(sed -n 's/^ENTRYPOINT //p' "$work/image/config" | tr -d '[]"' | tr ',' '\n' | sed 's/^ //')
	shift 3
	mkdir -p "$place"/{upper,work,root}
	touch "$place/log"
	"$work/show" "$here/$file" "$service" >"$place/spec"
	for value in $image_env; do settings+=("$value"); done
	while read -r kind value; do
		case $kind in
		user) user=$value ;;
		entrypoint)
			[ -n "$replaced" ] || entrypoint=()
			replaced=yes
			entrypoint+=("$value")
			;;
		arg) args+=("$value") ;;
		env) settings+=("$value") ;;
		cap) bound+=,+${value,,} ;;
		esac
	done <"$place/spec"
	[ ${#args[@]} -gt 0 ] || [ -n "$replaced" ] || args=(serve)
	settings+=("$@")
	users[$name]=$user bounds[$name]=$bound
	printf '%s\n' "${settings[@]}" >"$place/environment"
	PLACE=$place WORK=$work LOWER=${lower:-$work/image/root} SECRETS=${secrets:-} RIGHTS=$(rights "$name") \
		unshare --mount --pid --ipc --uts --fork --kill-child bash -euc '
		root=$PLACE/root
		mount -t overlay -o "lowerdir=$LOWER,upperdir=$PLACE/upper,workdir=$PLACE/work" overlay "$root"
		mount -t proc proc "$root/proc"
		mount -t tmpfs -o nosuid,mode=755 tmpfs "$root/dev"
		for device in null zero full random urandom; do touch "$root/dev/$device" && mount --bind "/dev/$device" "$root/dev/$device"; done
		mkdir "$root/dev/shm" && mount -t tmpfs -o mode=1777,nosuid,nodev,noexec,size=64m tmpfs "$root/dev/shm"
		touch "$root/etc/hosts" && mount --bind "$WORK/hosts" "$root/etc/hosts"
		while read -r kind value; do
			case $kind in
			tmpfs)
				mkdir -p "$root${value%%:*}"
				mount -t tmpfs -o "noexec,nosuid,nodev,${value#*:}" tmpfs "$root${value%%:*}"
				;;
			volume) # a new one begins as what the image has there
				source=$WORK/volumes/${value%%:*} target=$root${value#*:}
				mkdir -p "$target"
				[ -d "$source" ] || cp -a "$target" "$source"
				mount --bind "$source" "$target"
				;;
			secret)
				mkdir -p "$root/run/secrets" && touch "$root/run/secrets/$value"
				mount --bind "$SECRETS/$value" "$root/run/secrets/$value"
				mount -o remount,bind,ro "$root/run/secrets/$value"
				;;
			esac
		done <"$PLACE/spec"
		mount -o remount,bind,ro "$root/etc/hosts"
		mount -o remount,bind,ro "$root/dev"
		mount -o remount,bind,ro "$root"
		cd "$root"
		pivot_root . .
		umount --lazy .
		exec chroot . setpriv $RIGHTS env --ignore-environment "$@"' \
		container "${settings[@]}" "${entrypoint[@]}" "${args[@]}" >"$place/out" 2>"$place/log" </dev/null &
	parents[$name]=$!
}

rights() { # those of a container's user, for setpriv
	local gid=${users[$1]#*:}
	echo "--reuid ${users[$1]%:*} --regid $gid --clear-groups --no-new-privs --inh-caps=-all --ambient-caps=-all --bounding-set=${bounds[$1]}"
}

first() { # the process 1 of a container, as it is known here
	local parent=${parents[$1]} child
	child=$(cat "/proc/$parent/task/$parent/children" 2>/dev/null) || return 1
	[ -n "$child" ] && echo "${child%% *}"
}

within() { # what `docker exec` does: NAME COMMAND …
	local name=$1 settings pid
	shift
	mapfile -t settings <"$work/containers/$name/environment"
	pid=$(first "$name")
	# shellcheck disable=SC2046 # words
	nsenter --target "$pid" --mount --pid --ipc --uts --root --wdns=/ setpriv $(rights "$name") env --ignore-environment "${settings[@]}" "$@"
}

await_health() { # NAME
	local began
	began=$(date +%s%N)
	until within "$1" placeops health >/dev/null 2>&1; do
		kill -0 "${parents[$1]}" 2>/dev/null || fail "$1 has ended"
		[ $((($(date +%s%N) - began) / 1000000000)) -lt 120 ] || fail "$1 is not healthy: $(within "$1" placeops health 2>&1)"
		sleep 0.2
	done
	say "$1 is healthy after $((($(date +%s%N) - began) / 1000000)) ms"
}

stop() { # NAME: by the signal and within the time of the compose file
	local grace began code=0 took
	grace=$(sed -n 's/^grace //p' "$work/containers/$1/spec")
	began=$(date +%s%N)
	kill -TERM "$(first "$1")"
	(sleep "$grace" && kill -KILL "${parents[$1]}") &
	wait "${parents[$1]}" || code=$?
	kill $! 2>/dev/null
	took=$((($(date +%s%N) - began) / 1000000))
	[ $code = 0 ] || fail "$1 stopped with status $code"
	grep -q '"msg":"PostgreSQL is running"' "$work/containers/$1/log" && ! grep -q '"msg":"PostgreSQL has stopped"' "$work/containers/$1/log" &&
		fail "$1 has left its PostgreSQL"
	! grep -E '"level":"(WARN|ERROR)"' "$work/containers/$1/log" | grep -vE "${expected:-waiting for the database}" || fail "$1 has complained"
	say "$1 stopped in order after $took ms, of $grace s"
}

confined() { # NAME FOLDER …: process 1 is nobody special, and can write to these folders alone
	local name=$1 pid status folder
	pid=$(first "$name")
	shift
	status=$(cat "/proc/$pid/status")
	for want in "Uid:	10001	10001	10001	10001" "Gid:	10001	10001	10001	10001" "CapEff:	0000000000000000" "CapBnd:	0000000000000000" "NoNewPrivs:	1"; do
		grep -qx "$want" <<<"$status" || fail "$name: it is not so that $want"
	done
	[ "$(within "$name" cat /proc/1/comm)" = tini ] || fail "$name: process 1 is $(within "$name" cat /proc/1/comm)"
	diff <(printf '%s\n' "$@" | sort) <(awk '$5 != "/proc" && $6 ~ /(^|,)rw(,|$)/ && $5 !~ "^/dev/(null|zero|full|random|urandom)$" {print $5}' "/proc/$pid/mountinfo" | sort) ||
		fail "$name can write elsewhere"
	for folder in / /etc /usr /var /root; do # not even root could
		! nsenter --target "$pid" --mount --root touch "$folder/written" 2>/dev/null || fail "$name: $folder can be written to"
	done
}

ask() { curl --silent --show-error --fail-with-body --max-time 20 "$@"; }
sign_in() { # PORT EMAIL PASSWORD → token
	ask "http://127.0.0.1:$1/auth/login" --header 'Content-Type: application/json' --data "{\"email\":\"$2\",\"password\":\"$3\"}" | sed -E 's/.*"token":"([^"]*)".*/\1/'
}

say "compose.yaml: placeops with its own PostgreSQL"
contain placeops compose.yaml placeops
await_health placeops
confined placeops /var/lib/placeops /tmp /dev/shm
password=$(within placeops placeops user add --role HEAD --name 'Head of Placement' --email head@college.example | sed -n 's/^password: //p')
token=$(sign_in 5000 head@college.example "$password")
[ "$(ask http://127.0.0.1:5000/me --header "Authorization: Bearer $token" | grep -c '"role":"HEAD"')" = 1 ] || fail "nobody can sign in"
# A program without its console has a page there, too; only what was built names files of a build.
read -r script < <(ask http://127.0.0.1:5000/app/ | grep -oE '/app/assets/[^"]+\.js') || fail "the page at /app/ is not the console"
ask --output "$work/script" --write-out '%{content_type}' "http://127.0.0.1:5000$script" | grep -q '^text/javascript' || fail "the console's $script is not there"
say "the console is in the image: $script, $(stat -c %s "$work/script") bytes"
within placeops placeops check >/dev/null || fail "placeops check says no"
within placeops placeops backup - >"$work/archive" 2>/dev/null
within placeops placeops backup verify - <"$work/archive" >/dev/null || fail "the backup is not whole"
# Process 1 of a container inherits what a dead parent leaves, and must not keep it.
postmaster=$(within placeops sh -c 'head -1 "$PLACEOPS_DATA_DIR/data/postmaster.pid"')
within placeops sh -c "kill -KILL $postmaster"
until [ "$(within placeops sh -c 'head -1 "$PLACEOPS_DATA_DIR/data/postmaster.pid"' 2>/dev/null)" != "$postmaster" ]; do sleep 0.1; done
await_health placeops
sign_in 5000 head@college.example "$password" >/dev/null || fail "the data are gone"
left=$(within placeops sh -c 'cat /proc/[0-9]*/stat' 2>/dev/null | grep -c ') Z ' || true)
[ "$left" = 0 ] || fail "$left dead processes are kept"
say "PostgreSQL, killed, is there again"
expected=. stop placeops
contain again compose.yaml placeops # as after `docker compose up` with a new image: another container, the same volume
await_health again
sign_in 5000 head@college.example "$password" >/dev/null || fail "the data are gone"
stop again
say "the work of yesterday is there in a new container"

say "the StatefulSet's volume: Kubernetes' own folder, with the group of the pod"
mkdir -p "$work/volumes/data.before" && mv "$work/volumes/data" "$work/volumes/data.before/"
install -d -m 2775 -o root -g 10001 "$work/volumes/data"
install -d -m 700 "$work/volumes/data/lost+found"
contain stateful compose.yaml placeops PLACEOPS_DATA_DIR=/var/lib/placeops/data
await_health stateful
stop stateful
[ "$(stat -c '%a %u %g' "$work/volumes/data")" = '2775 0 10001' ] || fail "the volume's folder has changed: Kubernetes would open all files in it to the group"

pg=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
if [ -z "$pg" ] || [ ! -x "${VERSITYGW:-}" ]; then
	say "LEFT OUT: compose.outside.yaml needs an installed PostgreSQL and VERSITYGW, the program of the store"
	exit 0
fi
say "compose.outside.yaml: secrets, PostgreSQL $("$pg/postgres" --version | grep -oE '[0-9.]+' | head -1), store, migration, two that serve"
secrets=$work/secrets
"$here/compose-secrets.sh" "$secrets" >"$work/containers/told"
chmod 755 "$secrets" # in a container, only the files count

install -d -o postgres "$work/database"
as_postgres() { setpriv --reuid postgres --regid postgres --init-groups env PATH="$pg:$PATH" PGHOST="$work/database" "$@"; }
as_postgres "$pg/initdb" --auth-local trust --auth-host scram-sha-256 --pgdata "$work/database/data" >/dev/null
mkdir -p "$work/containers/database" && touch "$work/containers/database/out"
as_postgres "$pg/postgres" -D "$work/database/data" -k "$work/database" -c listen_addresses=127.0.0.1 -c log_statement=ddl \
	>"$work/containers/database/log" 2>&1 &
database=$!
until as_postgres "$pg/pg_isready" --quiet; do kill -0 $database && sleep 0.1; done
SECRETS=$secrets unshare --mount bash -euc 'mount -t tmpfs tmpfs /run && mkdir /run/secrets && cp "$SECRETS"/*-password /run/secrets && exec "$@"' sh \
	setpriv --reuid postgres --regid postgres --init-groups env PATH="$pg:$PATH" PGHOST="$work/database" "$here/compose-database.sh"

lower=$work/store:$work/image/stages/debian-bookworm
install -D "$VERSITYGW" "$work/store/usr/local/bin/versitygw"
contain bucket compose.outside.yaml bucket
wait "${parents[bucket]}" || fail "the bucket is not made"
[ "$(stat -c '%u' "$work/volumes/buckets/placeops")" = 10002 ] || fail "the bucket is not the store's"
contain store compose.outside.yaml store
until ask http://127.0.0.1:7070/health >/dev/null 2>&1; do kill -0 "${parents[store]}" 2>/dev/null || fail "the store has ended"; sleep 0.1; done
unset lower

contain one compose.outside.yaml placeops # before the migration, as pods may be: it waits
until grep -q 'waiting for the database' "$work/containers/one/log"; do kill -0 "${parents[one]}" && sleep 0.1; done
contain migrate compose.outside.yaml migrate
wait "${parents[migrate]}" || fail "the migration failed"
grep -q 'granted to *placeops_serve' "$work/containers/migrate/out" || fail "nothing was granted"
contain two compose.outside.yaml placeops PORT=5001
await_health one
await_health two
confined one /var/lib/placeops /tmp /dev/shm
! PGPASSWORD=$(cat "$secrets/serve-password") psql --quiet --host 127.0.0.1 --username placeops_serve --dbname placeops --command 'CREATE TABLE mine ()' 2>/dev/null ||
	fail "the role that serves can change the schema"
within one placeops --env-file /run/secrets/serve.env check >/dev/null || fail "placeops check says no"
password=$(within one placeops --env-file /run/secrets/serve.env user add --role HEAD --name 'Head of Placement' --email head@college.example | sed -n 's/^password: //p')
token=$(sign_in 5000 head@college.example "$password")
printf '%%PDF-1.4\n%%%%EOF\n' >"$work/job.pdf"
drive=$(ask http://127.0.0.1:5000/drives --header "Authorization: Bearer $token" --form company_name=Acme --form job_title=Engineer --form "pdf=@$work/job.pdf")
link=$(ask "http://127.0.0.1:5001/drives/$(sed -E 's/.*"drive_id":([0-9]+).*/\1/' <<<"$drive")" --header "Authorization: Bearer $token" | sed -E 's/.*"pdf_path":"([^"]*)".*/\1/; s/\\u0026/\&/g')
ask "http://127.0.0.1:5001$link" | cmp - "$work/job.pdf" || fail "what was uploaded to one is not what the other has"
[ -n "$(find "$work/volumes/buckets/placeops" -type f)" ] || fail "the bucket is empty"
say "what was uploaded to one comes from the other"
contain backup compose.outside.yaml backup
wait "${parents[backup]}" || fail "there is no backup"
within one placeops backup verify - <"$work/containers/backup/out" | grep -q 'files *1 with' || fail "the backup is not whole"
stop one
ask http://127.0.0.1:5001/readyz >/dev/null || fail "two does not work without one"
stop two
kill -INT $database
kill -TERM "$(first store)"
for secret in $(cat "$secrets"/*-password "$secrets"/store.env "$secrets"/serve.env | grep -oE '[0-9a-f]{20,}'); do
	! grep -qF "$secret" "$work/containers"/*/{log,out} "$work/containers/told" || fail "a secret is in a log"
done
say "no secret is in any log"
say "the image builds, and runs as both compose files say"

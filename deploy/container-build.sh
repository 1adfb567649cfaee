#!/usr/bin/env bash
# Does what the Dockerfile says without a container engine: each stage in a Debian root that debootstrap makes. It needs root.
#
#   container-build.sh CHECKOUT FOLDER    leaves FOLDER/root, the last stage, and FOLDER/config, what the image says of itself
#
# What differs from an engine: a stage that is FROM golang:… gets the Go of this machine, one that is FROM node:… its Node.js, and the
# cache of Go is shared.
set -euo pipefail
context=$(cd "$1" && pwd)
folder=$2
mkdir -p "$folder/stages" "$folder/context"
config=$folder/config
: >"$config"
fail() { echo "container-build: $*" >&2; exit 1; }

# The build context: what git knows of.
(cd "$context" && git ls-files -z --cached --others --exclude-standard -- . ':!:deploy/secrets' ':!:*.env' | xargs -0 ls -d 2>/dev/null |
	tar -c -T -) | tar -x -C "$folder/context"

new_root() { # SUITE ROOT
	if [ ! -d "$folder/stages/debian-$1" ]; then
		debootstrap --variant=minbase "$1" "$folder/stages/debian-$1" >"$folder/debootstrap.log" </dev/null || { tail "$folder/debootstrap.log"; exit 1; }
		cp /etc/apt/apt.conf.d/* "$folder/stages/debian-$1/etc/apt/apt.conf.d/"
	fi
	cp -a "$folder/stages/debian-$1" "$2"
}

# in_root runs a shell command as the stage's user in its root, with the network and the certificates of this machine.
in_root() {
	local settings=(PATH="$path" HOME=/root DEBIAN_FRONTEND=noninteractive "${variables[@]}") name
	for name in $(compgen -e | grep -iE '^(https?_proxy|no_proxy|ssl_cert_(file|dir)|node_extra_ca_certs)$' || true); do
		settings+=("$name=${!name}")
	done
	[ -z "$go" ] || settings+=(GOPROXY="$(go env GOPROXY)" GOSUMDB="$(go env GOSUMDB)" GOFLAGS="$(go env GOFLAGS)" GOTOOLCHAIN=local)
	ROOT=$root GO=$go NODE=$node MODULES=$(go env GOMODCACHE) CACHE=$(go env GOCACHE) NPM=$npm NPMRC=${HOME:-/root}/.npmrc unshare --mount --pid --fork --kill-child sh -euc '
		mount -t proc proc "$ROOT/proc"
		mount --rbind /dev "$ROOT/dev"
		mount -t tmpfs -o mode=1777 tmpfs "$ROOT/tmp"
		touch "$ROOT/etc/resolv.conf"
		mount --bind /etc/resolv.conf "$ROOT/etc/resolv.conf"
		if [ -n "$GO" ]; then
			mkdir -p "$ROOT/usr/local/go" "$ROOT/root/go/pkg/mod" "$ROOT/root/.cache/go-build"
			mount --bind "$GO" "$ROOT/usr/local/go"
			mount --bind "$MODULES" "$ROOT/root/go/pkg/mod"
			mount --bind "$CACHE" "$ROOT/root/.cache/go-build"
		fi
		if [ -n "$NODE" ]; then
			mkdir -p "$ROOT/usr/local/lib/node_modules/npm"
			touch "$ROOT/usr/local/bin/node"
			mount --bind "$NODE" "$ROOT/usr/local/bin/node"
			mount --bind "$NPM" "$ROOT/usr/local/lib/node_modules/npm"
			ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$ROOT/usr/local/bin/npm"
		fi
		if [ -n "$GO$NODE" ]; then
			# A copy: what apt-get installs writes there.
			mkdir -p "$ROOT/etc/ssl/certs"
			mount -t tmpfs tmpfs "$ROOT/etc/ssl/certs"
			cp -rL /etc/ssl/certs/. "$ROOT/etc/ssl/certs" 2>/dev/null || true # some links lead nowhere
			if [ -e "$NPMRC" ]; then touch "$ROOT/root/.npmrc"; mount --bind "$NPMRC" "$ROOT/root/.npmrc"; fi
		fi
		exec chroot "$ROOT" env --ignore-environment "$@"' sh "${settings[@]}" sh -c "cd '$dir' && $1"
}

# Instructions, one a line: without comments, and with what is continued on the next line.
instructions=$(sed -e '/^[[:space:]]*#/d' -e :a -e '/\\$/{N;s/\\\n//;ba}' "$context/Dockerfile" | sed '/^[[:space:]]*$/d')
stage=0
while read -r word rest; do
	case $word in
	FROM)
		stage=$((stage + 1))
		root=$folder/stages/$stage variables=() dir=/ go= node= npm= path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
		read -r image _ name <<<"$rest"
		case $image in
		golang:*-bookworm | node:*-bookworm-slim | debian:12.*-slim) suite=bookworm ;;
		*) fail "no Debian is known for FROM $image" ;;
		esac
		case $image in golang:*)
			go=$(go env GOROOT) path=/root/go/bin:/usr/local/go/bin:$path
			[ "golang:$(cd / && GOTOOLCHAIN=local go env GOVERSION | sed s/go//)-bookworm" = "$image" ] || fail "this machine has $(go version), not $image"
			;;
		esac
		case $image in node:*)
			node=$(readlink -f "$(command -v node)") npm=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
			[ "node:$(node --version | sed s/v//)-bookworm-slim" = "$image" ] || fail "this machine has Node.js $(node --version), not $image"
			;;
		esac
		new_root "$suite" "$root"
		[ -z "${name:-}" ] || ln -sfn "$stage" "$folder/stages/$name"
		: >"$config"
		;;
	RUN)
		echo "== RUN $rest" | cut -c1-120
		in_root "$rest" >"$folder/run.log" 2>&1 </dev/null || { tail -30 "$folder/run.log"; fail "that failed"; }
		;;
	COPY)
		from=$folder/context
		case $rest in --from=*)
			from=$folder/stages/${rest#--from=} && from=${from%% *}
			rest=${rest#* }
			;;
		esac
		read -ra files <<<"$rest"
		target=${files[-1]}
		case $target in /*) target=$root$target ;; *) target=$root$dir/$target ;; esac
		case ${files[-1]} in */ | . | ./) mkdir -p "$target" ;; esac
		for file in "${files[@]:0:${#files[@]}-1}"; do
			if [ -d "$from/$file" ]; then cp -a "$from/$file/." "$target"; else cp "$from/$file" "$target"; fi
		done
		;;
	WORKDIR) dir=$rest && mkdir -p "$root$dir" ;;
	ARG) variables+=("$rest") ;;
	ENV)
		read -ra pairs <<<"$rest"
		variables+=("${pairs[@]}")
		echo "ENV $rest" >>"$config"
		;;
	USER | VOLUME | EXPOSE | STOPSIGNAL | HEALTHCHECK | ENTRYPOINT | CMD) echo "$word $rest" >>"$config" ;;
	*) fail "what does $word mean?" ;;
	esac
done <<<"$instructions"
mv "$root" "$folder/root"

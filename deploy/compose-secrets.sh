#!/bin/sh
# Makes the secrets of compose.outside.yaml, once, and shows none. In a folder that only you may enter the files themselves are
# readable for all: each container sees its own files alone, and its user is another one than you.
set -eu
folder=${1:-$(dirname "$0")/secrets}
umask 077
if ! mkdir "$folder" 2>/dev/null; then
	echo "$folder is there already, or cannot be made: nothing was changed" >&2
	exit 1
fi
random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
owner=$(random)
serve=$(random)
key=$(random | cut -c1-20)
secret=$(random)

random >"$folder/postgres-password"
printf %s "$owner" >"$folder/owner-password"
printf %s "$serve" >"$folder/serve-password"
echo "DATABASE_URL=postgres://placeops_owner:$owner@database:5432/placeops" >"$folder/owner.env"
cat >"$folder/serve.env" <<END
DATABASE_URL=postgres://placeops_serve:$serve@database:5432/placeops
JWT_SECRET=$(random)
END
cat >"$folder/s3-keys" <<END
[default]
aws_access_key_id = $key
aws_secret_access_key = $secret
END
cat >"$folder/store.env" <<END
export ROOT_ACCESS_KEY_ID=$key
export ROOT_SECRET_ACCESS_KEY=$secret
END
chmod 444 "$folder"/*
echo "the secrets are in $folder: keep a copy of it where your backups are, and show it to nobody"

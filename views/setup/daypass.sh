#!/bin/sh
# Credentials from Daypass at {{baseUrl}}, as the AWS CLI and SDKs take them from a credential_process:
#   sh daypass.sh ROLE
# The token stands in daypass-token beside this file, as a header: "Authorization: Bearer ...".
# Credentials are kept in daypass-cache until five minutes before they expire.
set -eu
umask 077
LC_ALL=C
export LC_ALL

role=${1:-}
here=${0%.sh}
token=$here-token
cache=$here-cache/$role.json
answer=$cache.$$

fail() {
  printf 'daypass: %s\n' "$1" >&2
  exit 1
}

# Whether the kept credentials are younger than the token, and live for this many seconds yet.
lasts() {
  [ -n "$(find "$cache" -newer "$token" 2>/dev/null)" ] || return 1
  limit=$(($(date +%s) + $1))
  limit=$(date -u -d "@$limit" +%Y-%m-%dT%H:%M:%S 2>/dev/null || date -u -r "$limit" +%Y-%m-%dT%H:%M:%S)
  expires=$(sed -n 's/.*"Expiration":"\([0-9T:-]*\).*/\1/p' "$cache")
  expr "$expires" \> "$limit" >/dev/null
}

case $role in
'' | *[!a-z0-9-]*) fail 'name a role by its id, such as: sh daypass.sh development-readonly' ;;
esac
[ -r "$token" ] || fail "there is no token in $token; make one at {{baseUrl}}/tokens/new"

if lasts 300; then
  exec cat "$cache"
fi

mkdir -p "$here-cache"
trap 'rm -f "$answer"' EXIT
status=$(curl -sS --max-time 30 -X POST -H "@$token" \
  -H 'Accept: application/vnd.daypass.credential-process+json' \
  -o "$answer" -w '%{http_code}' "{{baseUrl}}/api/v1/roles/$role/credentials") || status=000

case $status in
200)
  mv -f "$answer" "$cache"
  cat "$cache"
  ;;
000 | 429 | 5??)
  lasts 30 || fail "no credentials for $role: Daypass at {{baseUrl}} did not hand any out ($status)"
  cat "$cache"
  ;;
*)
  rm -f "$cache"
  why=$(sed -n 's/.*"title":"\([^"]*\)".*/\1/p' "$answer" 2>/dev/null || :)
  fail "no credentials for $role: ${why:-refused} ($status); see {{baseUrl}}/roles/$role"
  ;;
esac

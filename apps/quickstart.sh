#!/bin/bash
# From a fresh checkout to a chat over TLS: installs what is missing, builds, makes certificates
# for development in certs/, starts the daemon and tells how to join.
#   apps/quickstart.sh            the daemon in this terminal, until Ctrl-C
#   apps/quickstart.sh --demo     three people talk for a moment, then it ends
set -euo pipefail
cd "$(dirname "$0")/.."

case ${1:-} in
  '' | --demo) ;;
  -h | --help) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 0 ;;
  *) echo "usage: apps/quickstart.sh [--demo]" >&2; exit 2 ;;
esac

apps/setup.sh release
bin=$PWD/build/bin

if [ ! -f certs/ca-cert.pem ]; then
  "$bin/asio-chat-certs" ca --out certs >&2
fi
if [ ! -f certs/server-cert.pem ]; then
  "$bin/asio-chat-certs" server --dns localhost --ip 127.0.0.1 --ip ::1 --out certs >&2
fi
identity=(--cert certs/server-cert.pem --key certs/server-key.pem)

if [ "${1:-}" != --demo ]; then
  cat <<TEXT

The chat runs in this terminal until you press Ctrl-C. Join from a second and a third one:

  cd $PWD
  build/bin/asio-chat --ca certs/ca-cert.pem alice@localhost

TEXT
  exec "$bin/asio-chatd" "${identity[@]}" --listen 127.0.0.1:8443
fi

# The demonstration: a daemon on a free port, three clients fed line by line.
here=$(mktemp -d)
names=(alice bob carol)
end() {
  jobs -p | xargs -r kill 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$here"
}
trap end EXIT

wait_for() { # FILE TEXT
  for _ in $(seq 200); do
    grep -qF -- "$2" "$1" 2>/dev/null && return 0
    sleep 0.05
  done
  echo "the demonstration waited in vain for «$2»:" >&2
  cat "$here"/*.err "$1" >&2
  exit 1
}

"$bin/asio-chatd" "${identity[@]}" --data "$here/data" --listen 127.0.0.1:0 \
  >"$here/daemon.out" 2>"$here/daemon.err" &
wait_for "$here/daemon.out" 'listening on '
address=$(sed -n 's/^listening on 127.0.0.1://p' "$here/daemon.out")

for name in "${names[@]}"; do
  mkfifo "$here/$name.in"
  "$bin/asio-chat" --ca certs/ca-cert.pem "$name@localhost:$address" \
    <"$here/$name.in" >"$here/$name.out" 2>"$here/$name.err" &
  exec {descriptor}>"$here/$name.in"
  declare "in_$name=$descriptor"
  wait_for "$here/$name.err" '[in #lobby'
done

says() { # NAME LINE, and what the last of the others has to hear of it
  local descriptor=in_$1 heard_by=carol
  [ "$1" != carol ] || heard_by=bob
  printf '%s\n' "$2" >&"${!descriptor}"
  [ -z "$3" ] || wait_for "$here/$heard_by.out" "$3"
}
says alice 'hello, anybody here?' 'alice: hello, anybody here?'
says bob 'yes, over TLS' 'bob: yes, over TLS'
says carol '/me waves' '~ carol: waves'
says bob '/nick robert' '* bob is now known as robert *'
says alice '/who' ''
wait_for "$here/alice.out" 'online: alice, carol, robert'
says alice '/quit' '* alice left *'

for name in "${names[@]}"; do
  head -n 1 "$here/$name.err" | sed "s/^/[$name] /"
  sed "s/^/[$name]   /" "$here/$name.out"
  echo
done

#!/bin/sh
# Installs what is missing (Debian packages) and builds a preset. Used by quickstart.sh and by
# test/run.sh; quick when there is nothing to do.
#   apps/setup.sh [--with-tests] [--no-build] [PRESET]
# With the tests comes asio-chat-bench, which some of them run.
set -eu
cd "$(dirname "$0")/.."

tests=OFF
if [ "${1:-}" = --with-tests ]; then tests=ON; shift; fi
build=yes
if [ "${1:-}" = --no-build ]; then build=no; shift; fi
preset=${1:-release}
case $preset in
  release) directory=build ;;
  thread-sanitize) directory=build-tsan ;;
  *) directory=build-$preset ;;
esac
# A build that has them keeps them.
has() { grep -qs "^$1:BOOL=ON$" "$directory/CMakeCache.txt"; }
is_configured() {
  [ -f "$directory/build.ninja" ] && { [ $tests = OFF ] || { has ASIO_CHAT_TESTS && has ASIO_CHAT_BENCH; }; }
}

say() { printf '%s\n' "$*" >&2; }
is_installed() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }
is_offered() { apt-cache show "$1" >/dev/null 2>&1; }

install_missing() {
  command -v dpkg-query >/dev/null || {
    say "This is not Debian: install what docs/building.md lists, then run cmake yourself."
    exit 1
  }
  # 1.81 is the oldest Boost that will do; in Debian 12 it has a name of its own.
  boost='libboost1.81-dev libboost-json1.81-dev'
  if ! is_installed libboost1.81-dev && is_installed libboost-json-dev; then
    boost='libboost-dev libboost-json-dev'
  fi
  packages="g++ cmake ninja-build pkgconf libssl-dev libfmt-dev libspdlog-dev libcli11-dev
            libicu-dev libncurses-dev libprotozero-dev libutfcpp-dev libsodium-dev liboath-dev libqrencode-dev
            libjose-dev libseccomp-dev
            libcap-ng-dev libsqlite3-dev libsqlitecpp-dev $boost"
  [ $tests = OFF ] || packages="$packages catch2 clang clang-format python3 python3-pytest
            python3-ldap3 python3-pexpect python3-precis-i18n python3-protobuf python3-pyte protobuf-compiler openssl procps sslscan
            strace testssl.sh tshark valgrind netcat-openbsd gnuplot-nox apache2-utils libpam-wrapper pamtester"
  [ "$preset" != clang ] || packages="$packages clang"
  missing=
  for p in $packages; do is_installed "$p" || missing="$missing $p"; done
  [ -n "$missing" ] || return 0

  as_root=
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { say "Run as root: apt-get install$missing"; exit 1; }
    as_root=sudo
  fi
  say "Installing:$missing"
  $as_root apt-get update -q >&2
  # Newer releases have left 1.81 behind; theirs is new enough.
  is_offered libboost1.81-dev ||
    missing=$(printf '%s' "$missing" | sed 's/libboost1.81-dev/libboost-dev/; s/libboost-json1.81-dev/libboost-json-dev/')
  # shellcheck disable=SC2086  # a list of words
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >&2
}

install_missing
is_configured || cmake --preset "$preset" -DASIO_CHAT_TESTS=$tests -DASIO_CHAT_BENCH=$tests >&2
[ $build = no ] || cmake --build "$directory" >&2

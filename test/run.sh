#!/bin/sh
# Installs what is missing, builds, and runs every test as released (without testssl.sh); then builds
# a stranger's project that has this one in it, with AddressSanitizer and UndefinedBehaviorSanitizer,
# and runs in there what talks over TLS in one process, the contract of the journals and the corpora
# of the fuzzers. Says at the end where the time went.
#   test/run.sh            that: half an hour on two cores
#   test/run.sh --quick    as released only
#   test/run.sh --clang    as --quick, with clang
#   test/run.sh --all      with testssl.sh, then everything under the sanitizers, each file compiled by itself
#                          and without precompiled headers, a stranger's project in all combinations, and
#                          the flow tests under ThreadSanitizer: two hours more
set -eu
cd "$(dirname "$0")/.."

case ${1:-} in
  '' | --quick | --clang | --all) ;;
  *) echo "usage: test/run.sh [--quick | --clang | --all]" >&2; exit 2 ;;
esac

steps=
beside= # a process that builds while tests run
finish() {
  if [ -n "$beside" ] && kill "$beside" 2>/dev/null; then wait "$beside" || true; fi
  printf "Seconds of each step:\n%s" "$steps"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# Runs a command and notes how long it took. Arguments: what it is, the command
step() {
  name=$1
  shift
  begin=$(date +%s)
  failed=0
  "$@" || failed=$?
  steps="$steps$(printf '%6d  %s' $(($(date +%s) - begin)) "$name")
"
  [ $failed = 0 ] || exit $failed
}

# Runs ctest, and says which tests took longest. Arguments: directory, those of ctest
tests() {
  directory=$1
  shift
  passed=0
  ctest --test-dir "$directory" --output-on-failure -j 2 "$@" || passed=$?
  echo "The slowest, in seconds:"
  sed '/^---/,$d' "$directory/Testing/Temporary/CTestCostData.txt" |
    awk '{ cost = $NF; $NF = $(NF - 1) = ""; printf "%8.1f  %s\n", cost, $0 }' | sort -rn | head -n 12
  return "$passed"
}

# Builds a preset whole, with its tests. Arguments: preset, directory
build() {
  step "$1: packages, configure" apps/setup.sh --with-tests --no-build "$1"
  step "$1: build" cmake --build "$2"
}

shared_library() {
  cmake -S . -B build-shared -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=ON >/dev/null &&
    cmake --build build-shared && cmake --install build-shared --prefix build-shared/installed >/dev/null
}
# Waits for what builds beside the tests, and says what it has said. Arguments: its log
await() {
  built=0
  wait "$beside" || built=$?
  beside=
  cat "$1"
  return "$built"
}

# A stranger's project with each compiler, standard and type of build. Arguments: directory, package
strangers() {
  for compiler in c++ clang++; do
    for standard in 20 23; do
      for type in Release Debug; do
        ctest --build-and-test test/embed/find_package "$1/strangers/$compiler-$standard-$type" --build-generator Ninja \
          --build-options -DCMAKE_CXX_COMPILER=$compiler -DCMAKE_CXX_STANDARD=$standard -DCMAKE_BUILD_TYPE=$type \
          -DCMAKE_PREFIX_PATH="$PWD/$2" --test-command ctest --output-on-failure || return
      done
    done
  done
}

# The project in a stranger's, as test/embed/add_subdirectory has it. Tests that wait leave most of a
# processor to it.
embedded() {
  (cd test/embed/add_subdirectory && cmake --preset embedded >/dev/null) &&
    exec nice -n 19 ninja -C build-embedded stranger operations client_only flow_tests wrong_thread contract_tests frame_fuzz text_fuzz native_fuzz compact_fuzz proxy_fuzz
}

if [ "${1:-}" = --clang ]; then
  build clang build-clang
  step "clang: tests" tests build-clang -LE slow
  exit 0
fi

build release build
if [ "${1:-}" != --quick ]; then
  embedded >build/embedded.log 2>&1 &
  beside=$!
fi
if [ "${1:-}" = --all ]; then
  step "release: tests" tests build
else
  step "release: tests" tests build -LE slow
fi
[ "${1:-}" != --quick ] || exit 0

export ASIO_CHAT_SANITIZED=1
step "embedded, sanitizers: the rest of its build" await build/embedded.log
step "embedded, sanitizers: tests" tests build-embedded -R '^(flow|contract|fuzz|embed):'
[ "${1:-}" = --all ] || exit 0

build sanitize build-sanitize
# testssl.sh looks at what is spoken, which is the same.
step "sanitizers: tests" tests build-sanitize -LE slow
step "shared library: build" shared_library
step "a stranger's project, all combinations" strangers build build/test/embed/installed
step "shared library: a stranger's project, all combinations" strangers build-shared build-shared/installed
step "ThreadSanitizer: configure" cmake --preset thread-sanitize
step "ThreadSanitizer: build" cmake --build build-tsan --target flow_tests wrong_thread
step "ThreadSanitizer: tests" tests build-tsan -R '^flow:'

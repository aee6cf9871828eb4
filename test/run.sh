#!/bin/sh
# Installs what is missing, builds, and runs every test as released, and what talks over TLS in one
# process, the journal's contract and the fuzzers' corpora under AddressSanitizer and
# UndefinedBehaviorSanitizer as well.
#   test/run.sh            that
#   test/run.sh --quick    as released only
#   test/run.sh --all      every test under the sanitizers, the flow tests under ThreadSanitizer too;
#                          that builds everything twice more, which takes an hour on two cores
set -eu
cd "$(dirname "$0")/.."

case ${1:-} in
  '' | --quick | --all) ;;
  *) echo "usage: test/run.sh [--quick | --all]" >&2; exit 2 ;;
esac

apps/setup.sh --with-tests release
ctest --preset release -j 2
[ "${1:-}" != --quick ] || exit 0

if [ "${1:-}" != --all ]; then
  cmake --preset sanitize >/dev/null
  cmake --build build-sanitize --target flow_tests contract_tests frame_fuzz text_fuzz native_fuzz
  ctest --preset sanitize -R '^(flow|contract|fuzz):' -j 2
  exit 0
fi

# Scanners look at what is spoken, which is the same.
apps/setup.sh --with-tests sanitize
ctest --preset sanitize -j 2 -LE slow
cmake --preset thread-sanitize >/dev/null
cmake --build build-tsan --target flow_tests
ctest --preset thread-sanitize -R '^flow:' -j 2

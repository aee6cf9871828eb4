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

# Runs ctest, and says afterwards where the time went. Arguments: directory, those of ctest
tests() {
  directory=$1
  shift
  failed=0
  ctest "$@" -j 2 || failed=$?
  echo "The slowest, in seconds:"
  sed '/^---/,$d' "$directory/Testing/Temporary/CTestCostData.txt" |
    awk '{ cost = $NF; $NF = $(NF - 1) = ""; printf "%8.1f  %s\n", cost, $0 }' | sort -rn | head -n 12
  return "$failed"
}

apps/setup.sh --with-tests release
tests build --preset release
[ "${1:-}" != --quick ] || exit 0

if [ "${1:-}" != --all ]; then
  cmake --preset sanitize >/dev/null
  cmake --build build-sanitize --target flow_tests contract_tests frame_fuzz text_fuzz native_fuzz
  tests build-sanitize --preset sanitize -R '^(flow|contract|fuzz):'
  exit 0
fi

# Scanners look at what is spoken, which is the same.
apps/setup.sh --with-tests sanitize
tests build-sanitize --preset sanitize -LE slow
cmake --preset thread-sanitize >/dev/null
cmake --build build-tsan --target flow_tests
tests build-tsan --preset thread-sanitize -R '^flow:'

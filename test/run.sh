#!/bin/sh
# Installs what is missing, builds, and runs every test as released, then again under
# AddressSanitizer and UndefinedBehaviorSanitizer, and the flow tests under ThreadSanitizer.
#   test/run.sh            that
#   test/run.sh --quick    as released only
set -eu
cd "$(dirname "$0")/.."

case ${1:-} in
  '' | --quick) ;;
  *) echo "usage: test/run.sh [--quick]" >&2; exit 2 ;;
esac

apps/setup.sh --with-tests release
ctest --preset release -j 2
[ "${1:-}" != --quick ] || exit 0

# Scanners look at what is spoken, which is the same.
apps/setup.sh --with-tests sanitize
ctest --preset sanitize -j 2 -LE slow
cmake --preset thread-sanitize >/dev/null
cmake --build build-tsan --target flow_tests
ctest --preset thread-sanitize -R '^flow:' -j 2

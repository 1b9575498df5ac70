#!/usr/bin/env bash
# Installs what is missing, builds, and runs the tests.
#   tests/run.sh         release build with warnings as errors, all fast tests
#   tests/run.sh --all   also: slow tests (200 random kills, a minute of hostile datasets), AddressSanitizer and UBSan, ThreadSanitizer, clang-tidy
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

all=no
case "${1:-}" in
  "") ;;
  --all) all=yes ;;
  *) echo "tests/run.sh: unknown argument '$1' (known: --all)" >&2; exit 2 ;;
esac

apps/install_packages.sh

# Tests run on the CPU driver, so that they mean the same everywhere; validation is on in all of them.
export VK_DRIVER_FILES=${VK_DRIVER_FILES:-/usr/share/vulkan/icd.d/lvp_icd.x86_64.json}
export DIORAMA_VALIDATION=1
export LSAN_OPTIONS=suppressions=$root/tests/support/lsan.supp:print_suppressions=0
# The bench runs its peer as a pipeline of forked processes, which start threads of their own.
export TSAN_OPTIONS=suppressions=$root/tests/support/tsan.supp:ignore_noninstrumented_modules=1:halt_on_error=1:die_after_fork=0
export UBSAN_OPTIONS=print_stacktrace=1

lane() { # lane PRESET
  echo "== $1" >&2
  cmake --preset "$1" -DDIORAMA_WERROR=ON -DDIORAMA_TESTS=ON
  cmake --build --preset "$1"
  ctest --preset "$1"
}

lane release
if [ "$all" = yes ]; then
  ctest --test-dir build/release --label-regex '^slow$' --output-on-failure
  lane asan
  ctest --test-dir build/asan --label-regex '^fuzz$' --output-on-failure
  lane tsan
  tests/tidy.sh
fi

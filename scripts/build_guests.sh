#!/usr/bin/env bash
# Builds guests, and the headers and skeletons that they need. Builds only outputs that are older than their sources,
# with a line for each step.
#   scripts/build_guests.sh            the examples and the tests
#   scripts/build_guests.sh GOAL...    some of:
#     NAME        examples/NAME/, beside the sources
#     examples    all examples
#     tests       tests/guests/, tests/conformance/guests/ and the objects of tests/kernel/, in .build/guests/
#     arm64       the example that depends on the machine, for arm64, in .build/guests/arm64/
#     languages   tests/guests/languages/, in .build/guests/languages/; skips languages without a compiler
#     bench       the benchmarks' guests and their native twins, in .build/bench/
#     clean       removes all of these
# V=1 shows the commands. The rules are in scripts/guests.mk. scripts/setup.sh installs the tools for the examples,
# `scripts/setup.sh tests` those for all goals.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/pins.sh
use_deno "$DENO_VERSION"

fail() {
  echo "Cannot build guests: $*" >&2
  exit 1
}

goals=("$@")
((${#goals[@]})) || goals=(examples tests)
for goal in "${goals[@]}"; do
  case $goal in
    examples | tests | languages | bench | clean) ;;
    arm64) scripts/vm_arm64_root.sh >/dev/null || exit ;;
    *) [[ -f examples/$goal/$goal.bpf.c && -f examples/$goal/$goal.c ]] ||
      fail "examples/$goal/ needs $goal.c and $goal.bpf.c" ;;
  esac
done
for tool in make "clang-$LLVM_VERSION" "wasm-ld-$LLVM_VERSION" "llvm-strip-$LLVM_VERSION"; do
  command -v "$tool" >/dev/null || fail "$tool is missing; scripts/setup.sh installs it"
done
[[ -r /sys/kernel/btf/vmlinux ]] || fail "this kernel has no /sys/kernel/btf/vmlinux (CONFIG_DEBUG_INFO_BTF)"
case " ${goals[*]} " in
  " clean ") ;;
  *" languages "*) scripts/build_sdk.sh --cpp ;;
  *) scripts/build_sdk.sh ;;
esac

export LLVM_VERSION ELFUTILS_VERSION ZLIB_VERSION RUST_LLD_VERSION GO_MINIMUM ASSEMBLYSCRIPT DENO_VERSION ZIG_VERSION
export DENO=${DENO:-$deno}
GO=$(find_go)
export GO
silent=--silent
[[ ! ${V-} ]] || silent=--no-silent
mkdir -p .build
exec 9>.build/guests.lock && flock 9
make --file scripts/guests.mk --jobs="$(nproc)" --no-print-directory --output-sync "$silent" "${goals[@]}"

#!/usr/bin/env bash
# Builds the guests: every examples/NAME/ (results beside the sources) and tests/guests/ (results in .build/guests/).
#   scripts/build_guests.sh              all of them
#   scripts/build_guests.sh NAME...      some: names of examples, or "tests"
# Builds what is older than its sources, with a line for each step. Needs what scripts/setup.sh installs, and the
# headers that scripts/build_libbpf.sh leaves in .build/include.
set -euo pipefail
shopt -s nullglob extglob
cd "$(dirname "$0")/.."

source scripts/pins.sh
use_deno "$DENO_VERSION"
deno=${DENO:-$deno}
self=scripts/build_guests.sh
vmlinux=.build/include/vmlinux.h
case $(uname -m) in
  x86_64) bpf_arch=x86 ;;
  aarch64) bpf_arch=arm64 ;;
  *) bpf_arch=$(uname -m) ;;
esac

fail() {
  echo "Cannot build guests: $*" >&2
  exit 1
}

# Succeeds when $1 is missing, or older than one of the other files.
outdated() {
  local target=$1 source
  shift
  [[ -e $target ]] || return 0
  for source; do [[ $source -nt $target ]] && return 0; done
  return 1
}

# Runs a command whose stdout becomes the file $1, which appears only when the command succeeds.
into() {
  local target=$1
  shift
  "$@" >"$target.new" || { rm -f "$target.new" && fail "$target"; }
  mv "$target.new" "$target"
}

# The running kernel's types; made again when another kernel runs.
make_vmlinux() {
  local kernel
  kernel=$(uname -rv)
  [[ -f $vmlinux && -f $vmlinux.kernel && $(<"$vmlinux.kernel") == "$kernel" ]] && return
  [[ -r /sys/kernel/btf/vmlinux ]] || fail "this kernel has no /sys/kernel/btf/vmlinux (CONFIG_DEBUG_INFO_BTF)"
  mkdir -p .build/include
  echo "  types of this kernel -> $vmlinux"
  into "$vmlinux" bpftool btf dump file /sys/kernel/btf/vmlinux format c
  echo "$kernel" >"$vmlinux.kernel"
}

# $1.bpf.c -> $2.bpf.o and $2.skel.h
build_bpf() {
  local source=$1.bpf.c object=$2.bpf.o skeleton=$2.skel.h
  # Headers of its own, if any; the skeleton is no source.
  if outdated "$object" "$source" "${source%/*}"/!(*.skel).h "$vmlinux" $self; then
    echo "  $source"
    clang-19 -g -O2 -Wall -target bpf "-D__TARGET_ARCH_$bpf_arch" -I .build/include \
      -idirafter "/usr/include/$(uname -m)-linux-gnu" -c "$source" -o "$object"
    llvm-strip-19 -g "$object"
  fi
  if outdated "$skeleton" "$object" codegen/*.ts object/*.ts object/*/*.ts; then
    into "$skeleton" "$deno" run --quiet --allow-ffi --allow-read cli.ts gen skeleton "$object"
  fi
}

# $1 (C or C++) -> $2, with the skeletons in the folder of $2. A line "// link: FLAGS" in the source replaces the flags
# to link with.
build_wasm() {
  local source=$1 module=$2 compiler=(clang-19) link=-Wl,--export-table
  local folder=${module%/*}
  outdated "$module" "$source" "${source%/*}"/*.h "$folder"/*.skel.h examples/include/*.h wasm-include/c/{,*/}*.h $self ||
    return 0
  echo "  $source"
  [[ $source == *.cpp ]] && compiler=(clang++-19 -fno-exceptions -nostdlib++)
  if grep -q '^// link:' "$source"; then link=$(sed -n 's,^// link:,,p' "$source"); fi
  # shellcheck disable=SC2086 # $link is a list of words
  "${compiler[@]}" --target=wasm32-wasi -Oz -Wall -Wextra -I "${source%/*}" -I "$folder" -I wasm-include/c \
    -I examples/include $link -Wl,--strip-all "$source" -o "$module"
}

# The function that xargs runs below.
case ${1:-} in
  --bpf) build_bpf "$2" "$3"; exit ;;
  --wasm) build_wasm "$2" "$3"; exit ;;
esac

# Pairs of arguments for build_bpf and build_wasm.
bpf=() wasm=()
add_example() {
  local base=examples/$1/$1
  [[ -f $base.bpf.c && -f $base.c ]] || fail "there is no $base.c with a $base.bpf.c"
  bpf+=("$base" "$base")
  wasm+=("$base.c" "$base.wasm")
}
add_tests() {
  local source
  mkdir -p .build/guests
  for source in tests/guests/*.bpf.c; do bpf+=("${source%.bpf.c}" ".build/guests/$(basename "$source" .bpf.c)"); done
  for source in tests/guests/!(*.bpf).c tests/guests/*.cpp; do
    wasm+=("$source" ".build/guests/$(basename "${source%.*}").wasm")
  done
}

names=("$@")
if [[ ${#names[@]} == 0 ]]; then
  for source in examples/*/*.bpf.c; do names+=("$(basename "$source" .bpf.c)"); done
  names+=(tests)
fi
for name in "${names[@]}"; do
  if [[ $name == tests ]]; then add_tests; else add_example "$name"; fi
done

mkdir -p .build
exec 9>.build/guests.lock && flock 9
make_vmlinux
# Every skeleton before any guest: a guest may use more than one.
printf '%s\n' "${bpf[@]}" | xargs -n 2 -P "$(nproc)" $self --bpf || exit 1
printf '%s\n' "${wasm[@]}" | xargs -n 2 -P "$(nproc)" $self --wasm || exit 1

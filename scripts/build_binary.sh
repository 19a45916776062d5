#!/usr/bin/env bash
# Builds ./wasm-bpf, one file that needs neither Deno nor libbpf. It appends to the bare runtime:
#   - the code, as several scripts with their bytecode, which are loaded when they are needed (scripts/binary_parts.ts);
#   - .build/lib/libwasm_bpf.so.
# `--arch aarch64` or `--arch x86_64` builds ./wasm-bpf-ARCH for another machine (scripts/setup.sh arm64 installs the
# tools). It has no bytecode, because V8 accepts only that of its own architecture, so it starts more slowly.
# The same sources and the same library give the same bytes on every machine. Does nothing if no source is newer.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/pins.sh
use_deno "$DENO_VERSION"

machine=$(uname -m)
arch=$machine
case "${1-}" in
  '') ;;
  --arch) arch=${2:?ARCH} ;;
  *) echo "Usage: scripts/build_binary.sh [--arch ARCH]" >&2 && exit 2 ;;
esac
if [[ $arch == "$machine" ]]; then
  suffix='' library=.build/lib/libwasm_bpf.so setup=scripts/setup.sh
else
  suffix=-$arch library=.build/lib/$arch/libwasm_bpf.so setup='scripts/setup.sh arm64'
fi
binary=$PWD/wasm-bpf$suffix
base=$PWD/.tools/denort-$DENO_VERSION$suffix
stamp=.build/wasm-bpf$suffix.stamp
log=$PWD/.build/wasm-bpf$suffix.log
sources=(*.ts cli errors ffi host object wasm codegen deno.json deno.lock)
sources+=(scripts/pins.sh scripts/{binary_parts,build_parts}.ts scripts/build_binary.sh "$library")

fail() {
  echo "Cannot build ./wasm-bpf$suffix: $*" >&2
  exit 1
}

up_to_date() {
  [[ -x $binary && -f $stamp ]] || return 1
  local newer # compares folders too, because a file may have been deleted
  newer=$(find "${sources[@]}" ! -name '*_test.ts' -newer "$stamp" -print -quit 2>/dev/null)
  [[ ! $newer ]]
}

# Runs a command, and shows its output only if it fails.
quietly() {
  "$@" >"$log" 2>&1 || { cat "$log" >&2 && fail "${1##*/} $2 failed (see above)"; }
}

[[ -f $base ]] || fail "$base is missing; $setup installs it"
scripts/build_libbpf.sh --arch "$arch"
up_to_date && exit 0
echo "Building ./wasm-bpf$suffix" >&2
staging=.build/binary$suffix
rm -rf "$staging"
mkdir -p "$staging"
touch "$stamp.new"

# V8 accepts bytecode only with the same flags, so the binary runs with them too:
#   --no-lazy compiles all functions into the bytecode;
#   --single-threaded-gc and --no-concurrent-sparkplug keep threads from waiting for one another (up to 3 ms of a start);
#   --min-semi-space-size leaves room for the garbage of a start, so that it collects none;
#   --no-maglev leaves out one of three compilers: 4 MiB. Hot code is WebAssembly, or is left to the last compiler.
v8_flags=--v8-flags=--no-lazy,--single-threaded-gc,--no-concurrent-sparkplug,--min-semi-space-size=4,--no-maglev
quietly "$deno" run "$v8_flags" --allow-all scripts/build_parts.ts "$staging" ${suffix:+--no-cache}
quietly "$deno" bundle --frozen --minify --output "$staging/start.js" cli/start.ts
cp "$library" "$staging/"
# The binary contains the times of the files.
touch --date @0 "$staging"/*

# The only permission is FFI: the code calls libc for files, environment and memory. Embedded files need no permission.
# Deno's own code cache is off: it would be a file with a known name in /tmp, and root would run it.
cd "$staging"
included=()
for file in *.js *.cache *.gz *.so; do
  [[ $file == start.js ]] || included+=(--include "$file")
done
DENORT_BIN=$base quietly "$deno" compile --no-config --no-lock --no-check --no-remote --no-npm --no-prompt \
  --no-code-cache "$v8_flags" --allow-ffi "${included[@]}" --output wasm-bpf start.js
cd ../..

# Deno may choose another base. The binary must begin with the pinned bytes.
base_size=$(stat --dereference --format %s "$base")
head --bytes "$base_size" "$staging/wasm-bpf" | sha256sum --check --status <(echo "${DENORT_SHA256[$arch]}  -") ||
  fail "its base is not denort $DENO_VERSION"
mv "$staging/wasm-bpf" "$binary"
mv "$stamp.new" "$stamp"
echo "  $(($(stat --format %s "$binary") - base_size)) bytes of wasm-bpf on a bare runtime of $base_size" >&2

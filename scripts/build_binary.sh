#!/usr/bin/env bash
# Builds ./wasm-bpf, one file that needs neither Deno nor libbpf. It appends to the bare runtime:
#   - the code that runs guests, as one script with its bytecode;
#   - the other subcommands, as modules that are loaded when they are called;
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
sources+=(scripts/pins.sh scripts/build_{binary.sh,code_cache.ts} "$library")

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

quietly "$deno" bundle --frozen --minify --code-splitting --outdir "$staging" cli/start.ts
quietly "$deno" bundle --frozen --minify --format cjs --output "$staging/main.cjs" cli/main.ts
# A script whose value is the exports of the module.
{ echo '(function(module){' && cat "$staging/main.cjs" && echo 'return module.exports})({})'; } >"$staging/main.js"
rm "$staging/main.cjs"
# V8 accepts the cache only with the same flags, so the binary also runs with this one.
v8_flags=--v8-flags=--no-lazy
if [[ $suffix ]]; then
  : >"$staging/main.cache"
else
  quietly "$deno" run "$v8_flags" --allow-read --allow-write scripts/build_code_cache.ts "$staging"/main.{js,cache}
fi
cp "$library" "$staging/"
# The binary contains the times of the files.
touch --date @0 "$staging"/*

# The only permission is FFI: the code calls libc for files, environment and memory. Embedded files need no permission.
# Deno's own code cache is off: it would be a file with a known name in /tmp, and root would run it.
cd "$staging"
DENORT_BIN=$base quietly "$deno" compile --no-config --no-lock --no-check --no-remote --no-npm --no-prompt \
  --no-code-cache "$v8_flags" --allow-ffi --include main.js --include main.cache --include libwasm_bpf.so \
  --output wasm-bpf start.js
cd ../..

# Deno may choose another base. The binary must begin with the pinned bytes.
base_size=$(stat --dereference --format %s "$base")
head --bytes "$base_size" "$staging/wasm-bpf" | sha256sum --check --status <(echo "${DENORT_SHA256[$arch]}  -") ||
  fail "its base is not denort $DENO_VERSION"
mv "$staging/wasm-bpf" "$binary"
mv "$stamp.new" "$stamp"
echo "  $(($(stat --format %s "$binary") - base_size)) bytes of wasm-bpf on a bare runtime of $base_size" >&2

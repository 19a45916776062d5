#!/usr/bin/env bash
# Builds tests/guests/languages/, the same guest in several languages and ways to link, into .build/guests/languages/.
# Builds what is older than its sources, with a line for each step. A language whose tools this machine lacks is skipped, and
# the reason left in NAME.skipped for the test to say. Needs what `scripts/setup.sh tests` installs, and vmlinux.h, which
# scripts/build_guests.sh makes.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/pins.sh
use_deno "$DENO_VERSION"

assemblyscript=npm:assemblyscript@0.28.20/asc
sources=tests/guests/languages
built=.build/guests/languages
object=$built/squares.bpf.o

# Succeeds when the module $1 must be built from the other files, and prints that.
outdated() {
  local module=$built/$1.wasm source
  rm -f "$built/$1.skipped"
  for source in "$object" "$0" "${@:2}"; do
    if [[ ! -e $module || $source -nt $module ]]; then
      echo "  ${*: -1}"
      return 0
    fi
  done
  return 1
}

skip() {
  rm -f "$built/$1.wasm"
  echo "  skipped $1: $2"
  echo "$2" >"$built/$1.skipped"
}

build_object() {
  local source=$sources/squares.bpf.c vmlinux=.build/include/vmlinux.h
  [[ ! -e $object || $source -nt $object || $vmlinux -nt $object ]] || return 0
  echo "  $source"
  # Tracepoints need nothing of the architecture, but the headers want to know one.
  clang-19 -g -O2 -Wall -target bpf -D__TARGET_ARCH_x86 -I .build/include -c "$source" -o "$object"
  llvm-strip-19 -g "$object"
}

# build_c NAME COMPILER SOURCE [FLAG...]
build_c() {
  local name=$1 compiler=$2 source=$sources/$3
  outdated "$name" "$sources/squares.h" "$source" || return 0
  "$compiler" --target=wasm32-wasi -Oz -Wall -Wextra -Wno-c23-extensions "--embed-dir=$built" -Wl,--strip-all "${@:4}" \
    "$source" -o "$built/$name.wasm"
}

build_rust() {
  local source=$sources/guest.rs rustc=/usr/bin/rustc target linker=wasm-ld-19
  for target in wasm32-wasip1 wasm32-wasi; do
    [[ ! -d /usr/lib/rustlib/$target/lib ]] || break
  done
  if [[ ! -x $rustc || ! -d /usr/lib/rustlib/$target/lib ]]; then
    skip rust "no rustc, or no libstd-rust-dev-wasm32"
    return
  fi
  # Newer linkers refuse the libraries of Rust 1.63.
  if command -v wasm-ld-14 >/dev/null; then linker=wasm-ld-14; fi
  outdated rust "$source" || return 0
  SQUARES_OBJECT=$PWD/$object "$rustc" --edition 2021 --target "$target" -O -C "linker=$linker" \
    -C link-arg=--export-table -C strip=symbols "$source" -o "$built/rust.wasm"
}

build_go() {
  local source=$sources/guest.go go version
  go=$(command -v go || echo /usr/local/go/bin/go)
  version=$("$go" env GOVERSION 2>/dev/null || true)
  if [[ ! $version =~ ^go1\.([0-9]+) ]] || ((BASH_REMATCH[1] < 24)); then
    skip go "needs Go 1.24, found ${version:-none}"
    return
  fi
  outdated go "$source" || return 0
  # go:embed takes files of the source's own folder.
  mkdir -p "$built/go"
  cp "$source" "$object" "$built/go/"
  (cd "$built/go" && GOOS=wasip1 GOARCH=wasm GO111MODULE=off GOTOOLCHAIN=local GOCACHE=${GOCACHE:-$PWD/cache} \
    "$go" build -trimpath -ldflags='-s -w' -o ../go.wasm guest.go)
}

build_assemblyscript() {
  local source=$sources/guest.ts folder=$built/assemblyscript
  outdated assemblyscript "$source" || return 0
  mkdir -p "$folder"
  {
    echo "export const OBJECT: StaticArray<u8> = ["
    od -An -v -t u1 -w1 "$object" | sed 's/$/,/'
    echo "];"
  } >"$folder/object.ts"
  cp "$source" "$folder/guest.ts"
  "$deno" run --quiet --config scripts/tools.json --allow-read --allow-write --allow-env "$assemblyscript" guest.ts \
    --baseDir "$folder" --outFile "../assemblyscript.wasm" --exportTable --optimize --runtime stub --use abort=guest/onAbort
}

mkdir -p "$built"
build_object
build_c env_imports clang-19 env_imports.c
build_c renamed_wrapper clang-19 renamed_wrapper.c
build_c cplusplus clang++-19 guest.cpp -fno-exceptions -Wl,--export-table
build_rust
build_go
build_assemblyscript

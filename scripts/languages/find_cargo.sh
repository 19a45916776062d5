#!/usr/bin/env bash
# Prints a cargo, the rustc beside it, the target for guests that this rustc has, and, if it has no linker of its own, the linker:
# the first of those in PATH, ~/.cargo/bin and /usr/bin. Prints nothing if there is none. `wasm-bpf build` looks for the same.
set -euo pipefail
IFS=: read -ra directories <<<"$PATH:${HOME-}/.cargo/bin:/usr/bin"
for directory in "${directories[@]}"; do
  rustc=$directory/rustc
  [[ -x $directory/cargo && -x $rustc ]] || continue
  sysroot=$("$rustc" --print sysroot 2>/dev/null) || continue
  for target in wasm32-wasip1 wasm32-wasi; do
    [[ -d $sysroot/lib/rustlib/$target/lib ]] || continue
    linker=
    if ! compgen -G "$sysroot/lib/rustlib/*/bin/rust-lld" >/dev/null; then
      version=$("$rustc" -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
      linker=$(command -v "wasm-ld-$version" || command -v wasm-ld) || continue
    fi
    echo "$directory/cargo $rustc $target $linker"
    exit
  done
done

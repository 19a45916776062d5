#!/usr/bin/env bash
# Builds ./wasm-bpf again from a copy of its sources in another directory, and compares the bytes with those of the
# existing one. Takes a minute. `FILE` in place of it is a binary of a release, which was built from this commit.
set -euo pipefail
cd "$(dirname "$0")/.."
case "${1-}" in
  -*) echo "Usage: scripts/check_reproducible.sh [FILE]" >&2 && exit 2 ;;
esac
binary=$(realpath "${1-wasm-bpf}")
if [[ ! -f $binary ]]; then
  echo "Cannot compare: $binary does not exist (scripts/build_binary.sh builds ./wasm-bpf)" >&2
  exit 1
fi

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files --cached --others --exclude-standard -z | xargs -0 cp --parents --target-directory="$copy" 2>/dev/null || true
ln -s "$PWD/.tools" "$copy/.tools"
mkdir -p "$copy/.build/libbpf"
cp .build/libbpf/*.orig.tar.* "$copy/.build/libbpf/"
"$copy/scripts/build_binary.sh"

if cmp "$binary" "$copy/wasm-bpf"; then
  echo "the same bytes: sha256 $(sha256sum <"$binary" | cut -d' ' -f1)"
else
  echo "Not reproducible: $binary differs from a build of this checkout" >&2
  exit 1
fi

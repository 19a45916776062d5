#!/usr/bin/env bash
# Builds the part of the SDK that only guests in C++ need, in .build/sdk/, after `scripts/build_sdk.sh --cpp` has built the
# others:
#   c++/v1/    the headers of libc++
#   lib/       libc++.a, libc++-exceptions.a
# Downloads 83 MB once, and compiles for a minute. Does nothing if its inputs are unchanged. V=1 shows the commands.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/pins.sh

sdk=$PWD/.build/sdk work=$PWD/.build/sdk-work/libcxx
fail() {
  echo "Cannot build libc++: $*" >&2
  exit 1
}
[[ -f $sdk/lib/libc.a ]] || fail "the SDK is missing; scripts/build_sdk.sh --cpp builds it"
mkdir -p "$work"
exec 9>"$work/lock" && flock 9

inputs=$({
  echo "$LLVM_VERSION $LIBCXX_SHA256 $WASI_LIBC_SHA256"
  # Its own files, and the headers of libc.
  find wasm-include/sdk/{libcxx,wasi-libc,include} -type f -print0 | sort --zero-terminated | xargs --null cat
  cat "$0" scripts/libcxx.mk
} | sha256sum)
stamp=$sdk/c++/stamp
if [[ -f $stamp && $(<"$stamp") == "$inputs" ]]; then exit 0; fi

# Sets `wheel` to the downloaded wheel.
fetch() {
  wheel=$work/sources.whl
  if sha256sum --check --status <<<"$LIBCXX_SHA256  $wheel" 2>/dev/null; then return; fi
  python3 -m pip --version >/dev/null 2>&1 || fail "python3-pip is missing; scripts/setup.sh installs it"
  echo "Fetching the sources of libc++ (83 MB, once)" >&2
  rm -rf "$work/download"
  mkdir "$work/download"
  echo "$LIBCXX_PACKAGE --hash=sha256:$LIBCXX_SHA256" >"$work/download/requirements.txt"
  python3 -m pip --quiet --disable-pip-version-check download --no-deps --no-cache-dir --only-binary=:all: \
    --require-hashes --platform "$LIBCXX_PLATFORM" --dest "$work/download" \
    --requirement "$work/download/requirements.txt" >&2 ||
    fail "no $LIBCXX_PACKAGE with sha256 $LIBCXX_SHA256 in the Python package index"
  sha256sum --check --status <<<"$LIBCXX_SHA256  $(echo "$work"/download/*.whl)" || fail "a download has an unexpected checksum"
  mv "$work"/download/*.whl "$wheel"
  rm -r "$work/download"
}

# Takes the folders of the three libraries out of the wheel.
unpack() {
  rm -rf "$work"/{ziglang,libcxx,libcxxabi,libunwind,plain,exceptions}
  python3 - "$wheel" "$work" <<'PYTHON'
import sys
import zipfile

wheel, target = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    folders = tuple(f"ziglang/lib/{name}/" for name in ("libcxx", "libcxxabi", "libunwind"))
    archive.extractall(target, [name for name in archive.namelist() if name.startswith(folders)])
PYTHON
  mv "$work"/ziglang/lib/{libcxx,libcxxabi,libunwind} "$work/"
  rm -r "$work/ziglang"
  # The SDK's libc names the version of glibc that its functions are like. libc++ must take its part for musl.
  grep --recursive --files-with-matches __GLIBC "$work"/{libcxx,libcxxabi} |
    xargs sed --in-place 's/__GLIBC/_LIBCPP_NO_GLIBC/g'
  # Zig passes the configuration on its command lines. LLVM has a file.
  sed --in-place 's|^/\* zig patch.*|#include <__config_site>|' "$work/libcxx/include/__config"
  grep --quiet '^#include <__config_site>$' "$work/libcxx/include/__config"
}

# Replaces the headers, after the last step that can fail.
install_headers() {
  local new=$sdk/c++.new
  rm -rf "$new"
  mkdir -p "$new/v1"
  cp --recursive "$work"/libcxx/include/. "$work"/libcxxabi/include/. "$new/v1/"
  install -m 644 wasm-include/sdk/libcxx/__* "$new/v1/"
  install -m 644 "$work/libcxx/LICENSE.TXT" "$new/"
  rm -rf "$sdk/c++"
  mv "$new" "$sdk/c++"
}

for tool in make "clang++-$LLVM_VERSION" "llvm-ar-$LLVM_VERSION"; do
  command -v "$tool" >/dev/null || fail "$tool is missing; scripts/setup.sh installs it"
done
fetch
echo "Building libc++ for guests (a minute)" >&2
unpack
install_headers
silent=--silent
[[ ! ${V-} ]] || silent=--no-silent
export LLVM_VERSION
make --file scripts/libcxx.mk --jobs="$(nproc)" --no-print-directory --output-sync "$silent"
echo "$inputs" >"$stamp"

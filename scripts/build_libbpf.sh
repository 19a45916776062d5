#!/usr/bin/env bash
# Builds libbpf with libelf and zlib from Debian's sources, with scripts/patches/, and with ffi/libbpf/shim.c and
# ffi/system/process.c:
#   .build/lib/libwasm_bpf.so        the library for Deno. It needs only libc, and exports libbpf's API and wasm_bpf_*
#   .build/lib/libbpf.a, libelf.a    the same objects for native programs (the benchmarks' native twins)
#   .build/include/                  bpf/*.h, and the linux/*.h that they include
# Does nothing if its inputs are unchanged. Needs gcc, make, patch, bzip2 and zlib1g-dev, which scripts/setup.sh
# installs.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/pins.sh
source scripts/debian_mirror.sh

work=.build/libbpf
mkdir -p "$work" .build/lib .build/include
exec 9>"$work/lock" && flock 9
stamp=.build/lib/libwasm_bpf.stamp
inputs=$({
  echo "$LIBBPF_SHA256 $ELFUTILS_SHA256"
  cat "$0" scripts/patches/*.patch ffi/{libbpf/shim,system/process}.c
} | sha256sum)
if [[ -f .build/lib/libwasm_bpf.so && -f $stamp && $(<"$stamp") == "$inputs" ]]; then
  exit 0
fi
echo "Building libbpf $LIBBPF_VERSION with libelf $ELFUTILS_VERSION (once, a quarter of a minute)" >&2

# Fetches and unpacks a file of the Debian pool. apt's downloader uses apt's proxies and refuses a wrong checksum.
fetch_source() {
  local path=$1 sha256=$2
  local target=$work/${path##*/}
  if ! sha256sum --check --status <<<"$sha256  $target" 2>/dev/null; then
    local mirror
    mirror=$(debian_mirror)
    /usr/lib/apt/apt-helper -qq -o APT::Sandbox::User=root \
      download-file "${mirror}pool/main/$path" "$target" "SHA256:$sha256" >&2
  fi
  tar --extract --no-same-owner --file "$target" --directory "$work"
}

# Runs a command, and shows its output only if it fails.
quietly() {
  "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2 && echo "Failed: $*" >&2 && exit 1; }
}

# Applies the patches to freshly unpacked sources. Each patch begins with its reason.
patch_libbpf() {
  local patch
  for patch in ../../scripts/patches/*.patch; do
    patch --batch --forward --fuzz=0 --strip=1 --directory="libbpf-$LIBBPF_VERSION" --input="$PWD/$patch" ||
      return 1
  done
}

build_libelf() (
  cd "elfutils-$ELFUTILS_VERSION"
  # Without compression other than zlib's, demangling, and debuginfo servers, which libbpf does not need.
  [[ -f config.h ]] || CFLAGS=$flags ./configure --quiet --disable-shared --disable-debuginfod --disable-libdebuginfod \
    --disable-demangler --disable-nls --disable-dependency-tracking --without-zstd --without-bzlib --without-lzma
  make -s -j"$(nproc)" -C lib libeu.a
  make -s -j"$(nproc)" -C libelf libelf.a
)

build_libbpf() {
  # The archive and the shared library use the same position-independent objects.
  make -s -j"$(nproc)" -C "libbpf-$LIBBPF_VERSION/src" BUILD_STATIC_ONLY=1 NO_PKG_CONFIG=1 \
    CFLAGS="$flags -fvisibility=hidden -I$PWD/elfutils-$ELFUTILS_VERSION/libelf" libbpf.a
  make -s -C "libbpf-$LIBBPF_VERSION/src" BUILD_STATIC_ONLY=1 NO_PKG_CONFIG=1 DESTDIR="$PWD/" \
    INCLUDEDIR=include UAPIDIR=include install_headers install_uapi_headers
}

# Copies new and changed headers only, because guests are built again when a header is newer.
install_headers() {
  local header
  while read -r header; do
    cmp --silent "include/$header" "../include/$header" || install -D -m 644 "include/$header" "../include/$header"
  done < <(cd include && find . -type f)
}

link_shared() {
  # Exports the names in libbpf's list and wasm_bpf_*, and hides all others.
  { cat "libbpf-$LIBBPF_VERSION/src/libbpf.map" && echo 'WASM_BPF_1 { global: wasm_bpf_*; };'; } >exports.map
  # shellcheck disable=SC2086 # $flags is a list of words
  gcc $flags -Wall -Wextra -Werror -fvisibility=hidden -I../include \
    -c ../../ffi/libbpf/shim.c ../../ffi/system/process.c
  # shellcheck disable=SC2086
  gcc $flags -shared -s -o ../lib/libwasm_bpf.so -Wl,-soname,libwasm_bpf.so -Wl,--version-script=exports.map \
    -Wl,-z,relro,-z,now,-z,noexecstack,-z,defs -Wl,--gc-sections -Wl,--wrap=btf__load_vmlinux_btf -Wl,--wrap=fstat \
    -Wl,--build-id=none shim.o process.o \
    -Wl,--whole-archive "libbpf-$LIBBPF_VERSION/src/libbpf.a" -Wl,--no-whole-archive \
    "elfutils-$ELFUTILS_VERSION/libelf/libelf.a" "elfutils-$ELFUTILS_VERSION/lib/libeu.a" -l:libz.a
}

rm -rf "$stamp" "$work/libbpf-$LIBBPF_VERSION"
fetch_source "libb/libbpf/libbpf_$LIBBPF_VERSION.orig.tar.gz" "$LIBBPF_SHA256"
fetch_source "e/elfutils/elfutils_$ELFUTILS_VERSION.orig.tar.bz2" "$ELFUTILS_SHA256"

flags="-O2 -g0 -fPIC -ffunction-sections -fdata-sections -fstack-protector-strong -D_FORTIFY_SOURCE=2"
flags+=" -ffile-prefix-map=$PWD=."
cd "$work"
work=.
quietly build_libelf
quietly patch_libbpf
quietly build_libbpf
quietly install_headers
quietly link_shared
# One archive for libelf and the functions of libeu that it needs.
cp "libbpf-$LIBBPF_VERSION/src/libbpf.a" ../lib/
rm -f ../lib/libelf.a
ar -M <<MRI
create ../lib/libelf.a
addlib elfutils-$ELFUTILS_VERSION/libelf/libelf.a
addlib elfutils-$ELFUTILS_VERSION/lib/libeu.a
save
end
MRI
cd ../..
echo "$inputs" >"$stamp"

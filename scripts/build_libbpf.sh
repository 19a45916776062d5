#!/usr/bin/env bash
# Builds libbpf with libelf and zlib from Debian's sources, with scripts/patches/, and with ffi/libbpf/shim.c and
# ffi/system/*.c:
#   .build/lib/libwasm_bpf.so           the library for Deno. It needs only libc, and exports libbpf's API and wasm_bpf_*
#   .build/lib/lib{bpf,elf,z}.a         the same objects for native programs (the benchmarks' native twins)
#   .build/include/                     bpf/*.h, and the linux/*.h that they include
# `--arch aarch64` or `--arch x86_64` builds only the library, for another machine: .build/lib/ARCH/libwasm_bpf.so.
# `--asan` builds .build/lib/asan/libbpf_target: the same sources with the address sanitizer, for tests/fuzz/.
# Does nothing if its inputs are unchanged. Needs gcc, make, patch and bzip2, which scripts/setup.sh installs, and for
# another machine its cross compiler (scripts/setup.sh arm64).
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/pins.sh
source scripts/debian_mirror.sh

machine=$(uname -m)
arch=$machine asan=
case "${1-}" in
  '') ;;
  --asan) asan=1 ;;
  --arch) arch=${2:?ARCH} ;;
  *) echo "Usage: scripts/build_libbpf.sh [--arch ARCH | --asan]" >&2 && exit 2 ;;
esac
if [[ $asan ]]; then
  prefix='' work=.build/libbpf-asan lib=.build/lib/asan
elif [[ $arch == "$machine" ]]; then
  prefix='' work=.build/libbpf lib=.build/lib
else
  prefix=$arch-linux-gnu- work=.build/libbpf-$arch lib=.build/lib/$arch
  command -v "${prefix}gcc" >/dev/null || { echo "Cannot build libbpf: ${prefix}gcc is missing" >&2 && exit 1; }
fi
mkdir -p "$work" "$lib" .build/include
exec 9>"$work/lock" && flock 9
work=$PWD/$work lib=$PWD/$lib
output=$lib/libwasm_bpf.so
[[ ! $asan ]] || output=$lib/libbpf_target
stamp=$lib/libwasm_bpf.stamp
inputs=$({
  echo "$LIBBPF_SHA256 $ELFUTILS_SHA256 $ZLIB_SHA256"
  [[ ! $asan ]] || cat tests/fuzz/{libbpf_target.c,model_kernel.c,model_kernel.h}
  cat "$0" scripts/patches/*.patch ffi/libbpf/shim.c ffi/system/*.[ch]
} | sha256sum)
if [[ -f $output && -f $stamp && $(<"$stamp") == "$inputs" ]]; then
  exit 0
fi
echo "Building libbpf $LIBBPF_VERSION with libelf $ELFUTILS_VERSION for $arch${asan:+ with sanitizers} (once, a quarter of a minute)" >&2

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
  for patch in "$checkout"/scripts/patches/*.patch; do
    patch --batch --forward --fuzz=0 --strip=1 --directory="libbpf-$LIBBPF_VERSION" --input="$patch" ||
      return 1
  done
}

build_zlib() (
  cd "zlib-$ZLIB_VERSION"
  CC=${prefix}gcc AR=${prefix}ar CFLAGS=$flags ./configure --static
  make -s -j"$(nproc)" libz.a
)

build_libelf() (
  cd "elfutils-$ELFUTILS_VERSION"
  # Without compression other than zlib's, demangling, and debuginfo servers, which libbpf does not need.
  [[ -f config.h ]] || CFLAGS=$flags CPPFLAGS=-I$zlib LDFLAGS=-L$zlib ./configure --quiet \
    ${prefix:+"--host=${prefix%-}"} --disable-shared --disable-debuginfod --disable-libdebuginfod \
    --disable-demangler --disable-nls --disable-dependency-tracking --without-zstd --without-bzlib --without-lzma
  make -s -j"$(nproc)" -C lib libeu.a
  make -s -j"$(nproc)" -C libelf ${coverage:+CFLAGS="$flags $coverage"} libelf.a
)

build_libbpf() {
  # The archive and the shared library use the same position-independent objects.
  make -s -j"$(nproc)" -C "libbpf-$LIBBPF_VERSION/src" BUILD_STATIC_ONLY=1 NO_PKG_CONFIG=1 \
    CC="${prefix}gcc" AR="${prefix}ar" \
    CFLAGS="$flags $coverage -fvisibility=hidden -I$PWD/elfutils-$ELFUTILS_VERSION/libelf -I$zlib" libbpf.a
  make -s -C "libbpf-$LIBBPF_VERSION/src" BUILD_STATIC_ONLY=1 NO_PKG_CONFIG=1 DESTDIR="$PWD/" \
    INCLUDEDIR=include UAPIDIR=include install_headers install_uapi_headers
}

# Copies new and changed headers only, because guests are built again when a header is newer.
install_headers() {
  local header
  while read -r header; do
    cmp --silent "include/$header" "$include/$header" || install -D -m 644 "include/$header" "$include/$header"
  done < <(cd include && find . -type f)
}

link_shared() {
  # Exports the names in libbpf's list and wasm_bpf_*, and hides all others.
  { cat "libbpf-$LIBBPF_VERSION/src/libbpf.map" && echo 'WASM_BPF_1 { global: wasm_bpf_*; };'; } >exports.map
  # shellcheck disable=SC2086 # $flags is a list of words
  "${prefix}gcc" $flags -Wall -Wextra -Werror -fvisibility=hidden -Iinclude \
    -c "$checkout"/ffi/libbpf/shim.c "$checkout"/ffi/system/*.c
  # shellcheck disable=SC2086
  "${prefix}gcc" $flags -shared -s -o "$lib/libwasm_bpf.so" -Wl,-soname,libwasm_bpf.so -Wl,--version-script=exports.map \
    -Wl,-z,relro,-z,now,-z,noexecstack,-z,defs -Wl,--gc-sections -Wl,--wrap=btf__load_vmlinux_btf -Wl,--wrap=fstat \
    -Wl,--build-id=none shim.o {confinement,deadline,process,seccomp_filter,signals}.o \
    -Wl,--whole-archive "libbpf-$LIBBPF_VERSION/src/libbpf.a" -Wl,--no-whole-archive \
    "elfutils-$ELFUTILS_VERSION/libelf/libelf.a" "elfutils-$ELFUTILS_VERSION/lib/libeu.a" "$zlib/libz.a"
}

# Links the target of the fuzzer. It replaces system calls by a small model of the kernel.
link_target() {
  # shellcheck disable=SC2086
  gcc $flags -Wall -Wextra -Werror -Iinclude -I"$zlib" -o "$output" "$checkout"/tests/fuzz/{libbpf_target,model_kernel}.c \
    -Wl,--wrap=syscall,--wrap=close,--wrap=fopen64,--wrap=gzopen64,--wrap=btf__load_vmlinux_btf,--wrap=btf__free \
    "libbpf-$LIBBPF_VERSION/src/libbpf.a" "elfutils-$ELFUTILS_VERSION/libelf/libelf.a" \
    "elfutils-$ELFUTILS_VERSION/lib/libeu.a" "$zlib/libz.a"
}

# One archive for libelf and the functions of libeu that it needs.
install_archives() {
  cp "libbpf-$LIBBPF_VERSION/src/libbpf.a" "$zlib/libz.a" "$lib/"
  rm -f "$lib/libelf.a"
  ar -M <<MRI
create $lib/libelf.a
addlib elfutils-$ELFUTILS_VERSION/libelf/libelf.a
addlib elfutils-$ELFUTILS_VERSION/lib/libeu.a
save
end
MRI
}

checkout=$PWD include=$PWD/.build/include zlib=$work/zlib-$ZLIB_VERSION
rm -rf "$stamp" "$work/libbpf-$LIBBPF_VERSION"
coverage=
flags="-O2 -g0 -fPIC -ffunction-sections -fdata-sections -fstack-protector-strong -D_FORTIFY_SOURCE=2"
if [[ $asan ]]; then
  # The sanitizer needs unfortified calls. libbpf reads BTF without regard to alignment, which all its machines allow.
  # The sum of an instruction's number and an offset may overflow, which wraps: the kernel checks the result.
  flags="-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize=alignment,signed-integer-overflow"
  coverage=-fsanitize-coverage=trace-pc
fi
flags+=" -ffile-prefix-map=$PWD=."
# zlib and libelf are built again only if their versions or the commands that build them have changed.
dependencies="$ZLIB_VERSION $ELFUTILS_VERSION $flags $(declare -f build_zlib build_libelf)"
if [[ $dependencies != "$(cat "$work/dependencies" 2>/dev/null)" ]]; then
  rm -rf "$work/zlib-$ZLIB_VERSION" "$work/elfutils-$ELFUTILS_VERSION"
fi
fetch_source "z/zlib/zlib_1.3.dfsg+really$ZLIB_VERSION.orig.tar.gz" "$ZLIB_SHA256"
fetch_source "libb/libbpf/libbpf_$LIBBPF_VERSION.orig.tar.gz" "$LIBBPF_SHA256"
fetch_source "e/elfutils/elfutils_$ELFUTILS_VERSION.orig.tar.bz2" "$ELFUTILS_SHA256"

cd "$work"
quietly build_zlib
quietly build_libelf
echo "$dependencies" >dependencies
quietly patch_libbpf
quietly build_libbpf
if [[ $asan ]]; then
  quietly link_target
else
  [[ $prefix ]] || quietly install_headers
  quietly link_shared
  [[ $prefix ]] || install_archives
fi
echo "$inputs" >"$stamp"

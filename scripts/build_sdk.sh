#!/usr/bin/env bash
# Builds the SDK for C guests of ABI version 2, which are compiled for wasm64, in .build/sdk/:
#   include/    libc, POSIX, argp, libelf, zlib; bpf/ of libbpf; linux/, asm/ and asm-generic/ of the kernel
#   lib/        crt1.o, crt1-reactor.o, libc.a, libbpf.a, libelf.a, libz.a, libclang_rt.builtins.a
#   src/        generated sources
#   bindings/   the bindings for other languages, which `wasm-bpf build` copies into projects
# `--cpp` also builds libc++, which only guests in C++ need, with scripts/build_libcxx.sh.
# The same files serve guests on every machine. To compile a guest without `wasm-bpf cc`:
#   sdk=.build/sdk
#   clang --target=wasm64-wasi -D__x86_64__ -mbulk-memory -matomics -nostdlibinc -isystem $sdk/include -Oz -nostdlib \
#     $sdk/lib/crt1.o x.c -L $sdk/lib -lbpf -lelf -lz -lc -lclang_rt.builtins -Wl,--export-table,--strip-all \
#     -Wl,-z,stack-size=1048576,--stack-first -o x.wasm
# Does nothing if its inputs are unchanged, and otherwise compiles what changed. V=1 shows the commands. Needs clang,
# lld, make, patch and xz, which scripts/setup.sh installs.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/pins.sh
source scripts/debian_mirror.sh

if [[ ${1-} == --cpp ]]; then
  scripts/build_sdk.sh
  exec scripts/build_libcxx.sh
fi

# The languages with bindings in wasm-include/.
bindings=(cpp rust go assemblyscript zig)
sdk=$PWD/.build/sdk work=$PWD/.build/sdk-work
libc=$work/wasi-libc musl=$work/wasi-libc/libc-top-half/musl
mkdir -p "$sdk"/{include,lib,src} "$work"
exec 9>"$work/lock" && flock 9
scripts/build_libbpf.sh

# The generator of stubs reads the tables of host/libbpf/.
generator=scripts/generate_sdk.ts
folders=(wasm-include/sdk wasm-include/bpf "${bindings[@]/#/wasm-include/}")
if [[ -f $generator ]]; then folders+=(host/libbpf scripts/headers scripts/tables); fi
inputs=$({
  echo "$LLVM_VERSION $WASI_LIBC_SHA256"
  find "${folders[@]}" -type f -print0 | sort --zero-terminated | xargs --null cat
  cat "$0" scripts/sdk.mk scripts/generate_sdk.ts .build/lib/libwasm_bpf.stamp 2>/dev/null || true
} | sha256sum)
stamp=$sdk/stamp
if [[ -f $stamp && $(<"$stamp") == "$inputs" ]]; then exit 0; fi

fail() {
  echo "Cannot build the SDK: $*" >&2
  exit 1
}

for tool in make patch xz "clang-$LLVM_VERSION" "llvm-ar-$LLVM_VERSION"; do
  command -v "$tool" >/dev/null || fail "$tool is missing; scripts/setup.sh installs it"
done
builtins=$("clang-$LLVM_VERSION" -print-resource-dir)/lib/wasi/libclang_rt.builtins-wasm64.a
[[ -f $builtins ]] || fail "libclang-rt-$LLVM_VERSION-dev-wasm64 is missing; scripts/setup.sh installs it"
uapi=/usr/include
[[ -f $uapi/linux/perf_event.h ]] || fail "linux-libc-dev is missing; scripts/setup.sh installs it"

# Runs a command, and shows its output only if it fails.
quietly() {
  "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2 && fail "$*"; }
}

# wasi-libc changed musl's headers for WASI: numbers, structures, and no declarations of functions that WASI lacks. Guests
# get musl's own, which are Linux's, except where libc's lower half or the compiler needs the changed ones.
restore_linux() {
  local keep='alltypes.h.in complex.h dirent.h errno.h float.h math.h select.h wchar.h'
  local header
  while read -r header; do
    # The number 1, Linux's SIG_IGN, is also a function of the guest.
    [[ " $keep " == *" ${header##*/} "* ]] || sed --in-place "$header" \
      --expression '/1 is a valid function pointer on wasm/s/.*/#if 0/' \
      --expression 's/^#ifdef __wasilibc_unmodified_upstream.*/#if 1/' \
      --expression 's/defined(__wasilibc_unmodified_upstream)/1/' --expression 's/^#ifndef _WASI_EMULATED_.*/#if 0/' \
      --expression '/^#warning redirecting/d'
  done < <(grep --recursive --files-with-matches '__wasilibc_unmodified\|_WASI_EMULATED\|^#warning' "$musl/include")
  cp "$musl"/arch/generic/bits/{fcntl,ioctl}.h "$musl"/arch/x86_64/bits/{limits,mman,posix,setjmp,signal,user}.h \
    "$musl/arch/wasm32/bits/"
  # The numbers of system calls are x86_64's, since a program may compare them with the kernel's.
  sed 'p; s/__NR_/SYS_/' "$musl/arch/x86_64/bits/syscall.h.in" >"$musl/arch/wasm32/bits/syscall.h"
}

# Fetches and unpacks wasi-libc's source, and applies the patches. Each patch begins with its reason.
prepare_libc() {
  local archive=$work/wasi-libc_$WASI_LIBC_VERSION.orig.tar.xz
  local mirror patch
  if ! sha256sum --check --status <<<"$WASI_LIBC_SHA256  $archive" 2>/dev/null; then
    mirror=$(debian_mirror)
    /usr/lib/apt/apt-helper -qq -o APT::Sandbox::User=root download-file \
      "${mirror}pool/main/w/wasi-libc/${archive##*/}" "$archive" "SHA256:$WASI_LIBC_SHA256" || return 1
  fi
  rm -rf "$libc"
  mkdir "$libc"
  tar --extract --no-same-owner --file "$archive" --directory "$libc" --strip-components=1 || return 1
  for patch in wasm-include/sdk/wasi-libc/*.patch; do
    patch --batch --forward --fuzz=0 --strip=1 --directory="$libc" --input="$PWD/$patch" || return 1
  done
  restore_linux
}

# The kernel's headers are the same on every machine, except asm/. Guests get the generic ones, with 64 bits and little
# endian, which are those of arm64; x86_64 differs only where no guest reaches the kernel directly.
add_kernel_headers() {
  local header
  cp --recursive --dereference "$uapi"/{linux,asm-generic} "$1/"
  mkdir "$1/asm"
  rm "$1"/linux/{a.out,kfd_ioctl,kvm,smc_diag}.h # These need headers of other folders.
  for header in "$1"/asm-generic/*.h; do
    echo "#include <asm-generic/${header##*/}>" >"$1/asm/${header##*/}"
  done
  cp --recursive .build/include/{bpf,linux} "$1/"
}

# Assembles all headers, and copies those that changed, because make compares times.
install_headers() {
  local new=$work/include
  local header
  rm -rf "$new"
  # With all headers of musl, except those that the compiler or the lower half of wasi-libc has.
  make --silent --directory="$libc" include_dirs SYSROOT="$work" \
    MUSL_OMIT_HEADERS='bits/syscall.h.in bits/alltypes.h.in alltypes.h.in stdarg.h stddef.h bits/errno.h' || return 1
  add_kernel_headers "$new"
  cp ".build/libbpf/zlib-$ZLIB_VERSION"/{zlib,zconf}.h "$new/"
  cp --recursive wasm-include/sdk/include/. wasm-include/bpf/. "$new/"
  (cd "$sdk/include" && find . -type f) | while read -r header; do
    [[ -f $new/$header ]] || rm "$sdk/include/$header"
  done
  (cd "$new" && find . -type f) | while read -r header; do
    cmp --silent "$new/$header" "$sdk/include/$header" || install -D -m 644 "$new/$header" "$sdk/include/$header"
  done
}

# Lists wasi-libc's sources: its own Makefile says which of them it consists of.
list_sources() {
  # shellcheck disable=SC2016 # make expands these
  make --silent --directory="$libc" --eval='list:; @printf "%s\n" $(patsubst $(CURDIR)/%,%,$(SOURCES))' list \
    SOURCES='$(DLMALLOC_SOURCES) $(LIBC_BOTTOM_HALF_ALL_SOURCES) $(LIBC_TOP_HALF_ALL_SOURCES)' >"$libc/sources"
}

libc_inputs=$({ cat "$0" wasm-include/sdk/wasi-libc/*.patch && echo "$WASI_LIBC_SHA256"; } | sha256sum)
if [[ ! -f $libc/stamp || $(<"$libc/stamp") != "$libc_inputs" ]]; then
  echo "Building the SDK for guests (wasi-libc for wasm64: once, half a minute)" >&2
  quietly prepare_libc
  quietly list_sources
  echo "$libc_inputs" >"$libc/stamp"
else
  echo "Building the SDK for guests (a few seconds)" >&2
fi
quietly install_headers
if [[ -f $generator ]]; then
  use_deno "$DENO_VERSION"
  quietly "$deno" run --allow-all --no-check "$generator" "$sdk/src"
fi
silent=--silent
[[ ! ${V-} ]] || silent=--no-silent
export LLVM_VERSION LIBBPF_VERSION ZLIB_VERSION
make --file scripts/sdk.mk --jobs="$(nproc)" --no-print-directory --output-sync "$silent"
rm -rf "$sdk/bindings"
mkdir "$sdk/bindings"
tar --create --directory=wasm-include --exclude={target,node_modules,.zig-cache,zig-out} "${bindings[@]}" |
  tar --extract --no-same-owner --directory="$sdk/bindings"
install -m 644 "$builtins" "$sdk/lib/libclang_rt.builtins.a"
echo "$inputs" >"$stamp"

# The version of every tool and library, with the sha256 of each download. The other scripts source this file at the top
# of the checkout; scripts/pins.ts and scripts/guests.mk get the versions from it. To move to a new version, change its
# line here and run scripts/test.sh.
# shellcheck shell=bash disable=SC2034

# Debian's LLVM: clang, lld, llvm-strip, clang-format and the libraries for wasm32.
LLVM_VERSION=19
# Debian 12's Rust 1.63 needs an older linker, since newer ones refuse its libraries.
RUST_LLD_VERSION=14
# The oldest Go that can export a guest's callback (//go:wasmexport).
GO_MINIMUM=1.24

# Zig as Python wheels, by machine: the newest release. The bindings in wasm-include/zig/ also work with 0.14.1, 0.15.2 and 0.16.0.
ZIG_VERSION=0.17.1
declare -A ZIG_WHEEL_SHA256=(
  [x86_64]=ea6cc5d87b033cf0aedfbc8f9549a908cae6c50ac31f1698188fa48a74524b54
  [aarch64]=b7c5f02fccd40f89b999ee16a1f5ddced56e6182370f8affe494bcf8a28cf07e
)

# npm packages that only builds use. scripts/tools.lock has their checksums.
ASSEMBLYSCRIPT=npm:assemblyscript@0.28.20
BINARYEN=npm:binaryen@124.0.0

# The Deno for all builds: the newest one whose bare runtime is available for both architectures (see below).
DENO_VERSION=2.6.10
# The newest release. The tests also run on it, since users have their own Deno.
DENO_NEWEST=2.9.8

# Deno as Python wheels: <version>_<machine>.
declare -A DENO_WHEEL_SHA256=(
  [2.6.10_x86_64]=d1600f4ee7b4a9699b7057841bdb5d7b7eac3fb073df072540064166841c2f4c
  [2.6.10_aarch64]=b98d6fc98a9cbc10219f6c6d6f2a6e10d1954416bbcd4371d317fc9c20050576
  [2.9.8_x86_64]=b1d1318e7deda8efd593aefa8b565a827fe71cf83aeff09d3a5ceb047444ca18
  [2.9.8_aarch64]=3e286918a36f436134336c5c6ef37dfe3a27f16ea22cd6af452ab7daa4ef1da4
)

# The bare runtime ("denort") that `deno compile` appends a program to, of exactly DENO_VERSION. Only Deno's own
# download host has it as a separate file, but every program that was compiled with that version begins with its bytes.
# The program in this wheel is one.
DENORT_PACKAGE=bids-validator-deno==2.4.1
declare -A DENORT_WHEEL_SHA256=(
  [x86_64]=5087fcd13341f529b5404792a74e22f570e50f17e5ea4cabe9c91b1caf74cbf4
  [aarch64]=f09c1e600cae71293ab5ae9ddc30aa56a871463837a020eb23b246fa2024c462
)
declare -A DENORT_SHA256=(
  [x86_64]=1b136202dc147212ad0b129de0c10eb5f17060917c9754c7921cd68f764ad2e2
  [aarch64]=ee39b54b2f465eae3f1dd3d79495e1ef957fae69ff4f6ad118499986b714d494
)

# Upstream's tarballs, unchanged, in the pool of every Debian mirror while trixie is supported.
LIBBPF_VERSION=1.5.0
LIBBPF_SHA256=53492aff6dd47e4da04ef5e672d753b9743848bdb38e9d90eafbe190b7983c44
ELFUTILS_VERSION=0.192
ELFUTILS_SHA256=616099beae24aba11f9b63d86ca6cc8d566d968b802391334c91df54eab416b4
ZLIB_VERSION=1.3.1
ZLIB_SHA256=60dd315c07f616887caa029408308a018ace66e3d142726a97db164b3b8f69fb
# The C library of guests: bookworm's wasi-libc.
WASI_LIBC_VERSION=0.0~git20220510.9886d3d
WASI_LIBC_SHA256=8f9b802736a856942839d32966937c389f46e9f156415a549a6675b7535e5f74

# The C++ library of guests: the sources of libc++, libc++abi and libunwind in the wheel of zig, which are those of LLVM 19.1.7.
# The wheels for all machines have the same sources.
LIBCXX_VERSION=19.1.7
LIBCXX_PACKAGE=ziglang==0.14.1
LIBCXX_PLATFORM=manylinux_2_12_x86_64
LIBCXX_SHA256=6eb9d4d759b292c83810dbee2e9e8e3fbfbf01d864e6e9811bae711fd74e1c2f

# The kernels that scripts/vm.sh boots: the suite of Debian, the version of linux-image-amd64, and the sha256 of its
# packages one after another. Debian removes a version some weeks after the next one; the script then takes the next one,
# and prints a line.
declare -A KERNEL_SUITE=([5.10]=bullseye [6.1]=bookworm [6.12]=trixie [newest]=trixie-backports)
declare -A KERNEL_VERSION=([5.10]=5.10.262-1 [6.1]=6.1.192-2 [6.12]=6.12.118-1 [newest]=7.3.4-1~bpo13+1)
declare -A KERNEL_SHA256=(
  [5.10]=d0f24c5de37acc98372737de3acf75684970db50e1c1376c50644e955aa28e0d
  [6.1]=af0a091bd7a6db33969a62cafca808f8d91f2d9b9841ec6b0b057fcd72a21c71
  [6.12]=5c5fc15b08eaed663312856b0dbb4494dc50604cff8e71b5e0d02c8ece6acd8e
  [newest]=abfe6354af5ad72c8e379943c8c0aec03b2cd013d032ad662a1e30983f71c6a5
)

# The arm64 machine that scripts/vm_arm64.sh boots: the suite of Debian, the version of linux-image-arm64, and the sha256
# of the packages with the kernel and its types. A version that is gone is replaced like those above.
ARM64_SUITE=trixie
ARM64_VERSION=6.12.118-1
ARM64_SHA256=df34b8dfab2a92605f1de84b94b4498fd82562115a5585e5891390285fc9306e

# Debian installs bpftool and other tools in directories outside the PATH of ordinary users.
export PATH=$PATH:/usr/sbin:/sbin

# Sets $deno to the Deno of version $1 in .tools/. Its caches stay in .tools/, and it uses the system's certificates.
use_deno() {
  deno=$PWD/.tools/deno-$1/deno
  export DENO_DIR=$PWD/.tools/deno-$1/cache DENO_TLS_CA_STORE=system DENO_NO_UPDATE_CHECK=1
}

# Prints the command of Go if it is GO_MINIMUM or newer.
find_go() {
  local go version
  go=$(command -v go || echo /usr/local/go/bin/go)
  version=$("$go" env GOVERSION 2>/dev/null) || return 0
  if printf 'go%s\n' "$GO_MINIMUM" "${version#go}" | sort --check=quiet --version-sort; then echo "$go"; fi
}

# When root's script ends, gives the files that it made to the owner of the checkout. Otherwise that owner could not
# build again after `sudo scripts/demo.sh`.
leave_to_owner() {
  local owner
  owner=$(stat --format %u:%g .)
  if ((EUID)) || [[ $owner == 0:* ]]; then return 0; fi
  # shellcheck disable=SC2064 # the owner as it is now
  trap "chown --recursive --no-dereference --from=0 $owner .build .tools examples wasm-bpf* 2>/dev/null || true" EXIT
}

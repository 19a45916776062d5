#!/usr/bin/env bash
# Fetches from Debian what an arm64 machine needs to boot and to run ./wasm-bpf-aarch64, and prints the kernel's version:
#   .tools/kernels/arm64/vmlinuz      the kernel
#   .tools/kernels/arm64/vmlinux.h    its types, for BPF objects
#   .tools/kernels/arm64/root/        libc and busybox
# Debian removes old versions; if the one in scripts/pins.sh is gone, the script says so and takes the one that Debian
# has now.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/pins.sh
source scripts/debian_mirror.sh
source scripts/private_apt.sh

fail() {
  echo "Cannot fetch the arm64 machine: $*" >&2
  exit 1
}

folder=.tools/kernels/arm64
mkdir -p .tools/kernels
exec 9>.tools/kernels/lock && flock 9
# A version that replaces a vanished one stays until the pin changes.
if [[ -f $folder/pin && $(<"$folder/pin") == "$ARM64_VERSION" ]]; then
  cat "$folder/version"
  exit 0
fi
work=$(mktemp --directory "$PWD/.tools/kernels/work.XXXXXX")
trap 'rm -rf "$work"' EXIT

echo "Fetching an arm64 kernel and libc from Debian's $ARM64_SUITE into .tools/ (once, half a minute)" >&2
configure_apt "$work" "$ARM64_SUITE" arm64 || fail "apt-get update failed (see above)"
mapfile -t versions < <(private_apt apt-cache madison linux-image-arm64 | awk '{ print $3 }')
((${#versions[@]})) || fail "$ARM64_SUITE has no linux-image-arm64"
version=$ARM64_VERSION
if [[ " ${versions[*]} " != *" $version "* ]]; then
  version=${versions[0]}
  echo "Debian no longer has linux-image-arm64 $ARM64_VERSION, which scripts/pins.sh names; taking $version" >&2
fi
image=$(private_apt apt-cache show "linux-image-arm64=$version" | sed -n 's/^Depends: \([^ ]*\) (= .*/\1/p')
mkdir "$work"/{kernel,libc,new,root}
(cd "$work/kernel" && private_apt apt-get -qq download {"$image",linux-bpf-dev}="$version" >&2) ||
  fail "apt-get download failed (see above)"
sha256=$(cat "$work"/kernel/*.deb | sha256sum | cut -d ' ' -f 1)
[[ $version != "$ARM64_VERSION" || $sha256 == "$ARM64_SHA256" ]] ||
  fail "the packages of $version have the unexpected checksum $sha256"
(cd "$work/libc" && private_apt apt-get -qq download libc6 libgcc-s1 busybox-static >&2) ||
  fail "apt-get download failed (see above)"

for package in "$work"/kernel/*.deb; do dpkg --extract "$package" "$work/root"; done
mv "$work"/root/boot/vmlinuz-* "$work/new/vmlinuz"
find "$work/root/usr/include" -name vmlinux.h -exec mv {} "$work/new/" ';'
for package in "$work"/libc/*.deb; do dpkg --extract "$package" "$work/new/root"; done
rm -rf "$work"/new/root/usr/{share,lib/aarch64-linux-gnu/gconv}
[[ -f $work/new/vmlinuz && -f $work/new/vmlinux.h ]] || fail "the packages lack the kernel or its types"
echo "$version" >"$work/new/version"
echo "$ARM64_VERSION" >"$work/new/pin"
rm -rf "$folder"
mv "$work/new" "$folder"
echo "$version"

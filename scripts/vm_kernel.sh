#!/usr/bin/env bash
# Fetches one of the kernels of scripts/pins.sh from Debian, with the machine's own mirror, and prints its version.
#   scripts/vm_kernel.sh KERNEL
# The kernel arrives in .tools/kernels/KERNEL/: vmlinuz, lib/modules/, config and version. Debian removes old versions; if
# the pinned one is gone, the script prints a line and takes Debian's present version.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/pins.sh
source scripts/debian_mirror.sh
source scripts/private_apt.sh

fail() {
  echo "Cannot fetch kernel $kernel: $*" >&2
  exit 1
}

kernel=${1:?KERNEL}
suite=${KERNEL_SUITE[$kernel]-}
[[ $suite ]] || fail "the kernels are ${!KERNEL_SUITE[*]}"
pinned=${KERNEL_VERSION[$kernel]}
case $(uname -m) in
  x86_64) architecture=amd64 ;;
  *) fail "no kernels are pinned for $(uname -m)" ;;
esac
folder=.tools/kernels/$kernel

# A kernel that replaces a vanished one stays until the pin changes.
if [[ -f $folder/pin && $(<"$folder/pin") == "$pinned" ]] && grep --quiet '^CONFIG_BPF=y' "$folder/config"; then
  cat "$folder/version"
  exit 0
fi
mkdir -p .tools/kernels
exec 9>.tools/kernels/lock && flock 9
work=$(mktemp --directory "$PWD/.tools/kernels/work.XXXXXX")
trap 'rm -rf "$work"' EXIT

# Prints the packages of one version of the kernel: the metapackage leads to the image, and since 7.x to packages of its
# modules.
packages_of() {
  local version=$1
  local -a found=("linux-image-$architecture") next
  local -i i
  for ((i = 0; i < ${#found[@]}; i++)); do
    mapfile -t next < <(private_apt apt-cache show "${found[i]}=$version" |
      sed -n 's/^\(Pre-\)\?Depends: //p' | tr ',' '\n' | sed -n "s/^ *\([^ ]*\) (= $version)\$/\1/p" |
      grep --invert-match --line-regexp --fixed-strings "$(printf '%s\n' "${found[@]}")")
    found+=("${next[@]}")
  done
  printf "%s=$version\n" "${found[@]}"
}

echo "Fetching kernel $kernel from Debian's $suite into .tools/ (once, half a minute)" >&2
configure_apt "$work" "$suite" "$architecture" || fail "apt-get update failed (see above)"
mapfile -t versions < <(private_apt apt-cache madison "linux-image-$architecture" | awk '{ print $3 }')
[[ ${#versions[@]} != 0 ]] || fail "$suite has no linux-image-$architecture"
version=$pinned
if [[ " ${versions[*]} " != *" $pinned "* ]]; then
  version=${versions[0]}
  echo "Kernel $kernel: Debian no longer has $pinned, which scripts/pins.sh names; taking $version" >&2
fi
mapfile -t packages < <(packages_of "$version")
mkdir "$work/packages" "$work/root"
(cd "$work/packages" && private_apt apt-get -qq download "${packages[@]}" >&2) ||
  fail "apt-get download failed (see above)"
sha256=$(cat "$work"/packages/*.deb | sha256sum | cut -d ' ' -f 1)
if [[ $version == "$pinned" && $sha256 != "${KERNEL_SHA256[$kernel]}" ]]; then
  fail "the packages of $version have the unexpected checksum $sha256"
fi
for package in "$work"/packages/*.deb; do dpkg --extract "$package" "$work/root"; done

# Keep the modules for a virtual machine, and leave the drivers of real hardware out. Packages since 7.x put everything in /usr.
modules=$(find "$work/root" -type d -path '*/lib/modules/*' -prune)
mkdir -p "$work/kernel/lib/modules"
find "$work/root" -type f -name 'vmlinuz*' -exec mv {} "$work/kernel/vmlinuz" ';'
# The module configfs.ko has such a name too.
find "$work/root" -type f -name 'config*' ! -name '*.ko*' -size +50k -exec cp {} "$work/kernel/config" ';'
[[ $modules && -f $work/kernel/vmlinuz && -f $work/kernel/config ]] || fail "no kernel is in the packages ${packages[*]}"
mv "$modules" "$work/kernel/lib/modules/"
rm -rf "$work"/kernel/lib/modules/*/kernel/sound
rm -rf "$work"/kernel/lib/modules/*/kernel/drivers/{gpu,media,infiniband,staging,scsi,iio,usb,hwmon,input,mfd,mtd}
rm -rf "$work"/kernel/lib/modules/*/kernel/drivers/net/{ethernet,wireless}
depmod --basedir "$work/kernel" "${modules##*/}"
echo "$version" >"$work/kernel/version"
echo "$pinned" >"$work/kernel/pin"
rm -rf "$folder"
mv "$work/kernel" "$folder"
echo "$version"

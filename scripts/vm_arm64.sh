#!/usr/bin/env bash
# Boots an arm64 kernel of Debian in QEMU, and runs a shell or a command there, as root.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/pins.sh

usage() {
  cat <<USAGE
Usage: scripts/vm_arm64.sh [COMMAND [ARGUMENT]...]

Boots an arm64 kernel and runs COMMAND in it, or a shell of busybox. The machine has ./wasm-bpf-aarch64 as wasm-bpf,
/examples/*.wasm, the guests of the tests as /guests/*.wasm, and nothing else of this machine. The exit code is that of
the command. The kernel's log is .build/vm/arm64/log.

Variables:
  VM_FILES     a directory that the machine gets as /files
  VM_TIMEOUT   seconds until a command is ended (default 360)

The first start installs QEMU and the cross compiler, and fetches the kernel. In a shell, Ctrl-A x ends the machine.
USAGE
}

fail() {
  echo "Cannot run an arm64 machine: $*" >&2
  exit 125
}

[[ ${1-} != --help && ${1-} != -h ]] || { usage && exit; }
scripts/setup.sh arm64
scripts/build_binary.sh --arch aarch64
scripts/build_guests.sh examples tests arm64
source=.tools/kernels/arm64
work=.build/vm/arm64
mkdir -p "$work"
exec 9>"$work/lock"
flock --nonblock 9 || fail "another one runs in this checkout"

# Packs everything into the machine's first and only file system.
make_initramfs() {
  local root=$work/root
  rm -rf "$root"
  mkdir -p "$root"/{bin,dev,proc,sys,tmp,run,files,examples,guests} "$root/lib/aarch64-linux-gnu"
  cp "$source/root/usr/bin/busybox" "$root/bin/"
  cp "$source"/root/usr/lib/aarch64-linux-gnu/{ld-linux-aarch64,lib{c,dl,gcc_s,m,pthread,rt}}.so.* \
    "$root/lib/aarch64-linux-gnu/"
  ln -s aarch64-linux-gnu/ld-linux-aarch64.so.1 "$root/lib/"
  install -m 755 tests/arm64/init "$root/init"
  cp wasm-bpf-aarch64 "$root/bin/wasm-bpf"
  cp examples/*/*.wasm "$root/examples/"
  cp .build/guests/*.wasm "$root/guests/"
  # The objects for arm64 replace those for this machine, which stay under another name.
  mkdir "$root/x86_64"
  mv "$root/examples/uprobe.wasm" "$root/x86_64/"
  cp .build/guests/arm64/uprobe.wasm "$root/examples/"
  [[ ! ${VM_FILES-} ]] || cp -R "$VM_FILES/." "$root/files/"
  if (($#)); then { printf 'exec' && printf ' %q' "$@" && echo; } >"$root/command"; fi
  (cd "$root" && find . | /bin/busybox cpio -o -H newc 2>/dev/null) >"$work/initramfs"
  rm -rf "$root"
}
make_initramfs "$@"

qemu=(qemu-system-aarch64 -machine virt -accel "tcg,thread=multi" -cpu "max,pauth-impdef=on" -smp 2 -m 1536
  -nodefaults -no-user-config -display none -no-reboot
  -kernel "$source/vmlinuz" -initrd "$work/initramfs"
  -append "console=ttyAMA0 panic=-1 oops=panic quiet loglevel=2 mitigations=off lsm=lockdown,bpf")
if (($# == 0)); then
  [[ -t 0 ]] || fail "a shell needs a terminal; give a command"
  exec "${qemu[@]}" -serial mon:stdio 9>&-
fi

# The console is the only port without a module. After the command, it shows a line with the exit code.
timeout --foreground --kill-after=5 "${VM_TIMEOUT:-360}" "${qemu[@]}" -serial stdio </dev/null 9>&- |
  tee "$work/log" | sed --unbuffered '/^@exit [0-9]*$/,$d'
code=$(sed -n 's/^@exit \([0-9]*\)$/\1/p' "$work/log")
[[ $code ]] || fail "the command did not end in ${VM_TIMEOUT:-360} s, or the kernel ended before it; see $work/log"
exit "$code"

#!/usr/bin/env bash
# Boots a Debian kernel in QEMU with this machine's own files, and runs a shell or a command there, as root, in the
# checkout.
set -euo pipefail
checkout=$(realpath "$(dirname "$0")/..")
cd "$checkout"
source scripts/pins.sh

usage() {
  cat <<USAGE
Usage: scripts/vm.sh [OPTION]... KERNEL [COMMAND [ARGUMENT]...]

Boots KERNEL and runs COMMAND in it, or a shell. Files of this machine can be read there; changes to them stay in the
memory of the virtual machine, and end with it. The exit code is that of the command. Files that the command leaves in
/run/vm are in .build/vm/KERNEL/job afterwards. The kernel's log is .build/vm/KERNEL/log.

  --lockdown=LEVEL  boot with lockdown=LEVEL: integrity or confidentiality
  --without-btf     hide /sys/kernel/btf
  --list            print the known kernels
  --help            print this text

Variables:
  VM_TIMEOUT      seconds until a command is ended (default 900)
  VM_MEMORY       memory in MiB (default 1024)
  VM_ACCEL        tcg (default), or kvm where that works
  VM_APPEND       more words for the kernel's command line

The first start installs QEMU and fetches the kernel. In a shell, Ctrl-] x ends the virtual machine at once.
USAGE
}

fail() {
  echo "Cannot run a virtual machine: $*" >&2
  exit 125
}

misused() {
  echo "Cannot run a virtual machine: $* (see scripts/vm.sh --help)" >&2
  exit 2
}

list_kernels() {
  local name version
  for name in $(printf '%s\n' "${!KERNEL_SUITE[@]}" | sort --version-sort); do
    version=${KERNEL_VERSION[$name]}
    [[ ! -f .tools/kernels/$name/version ]] || version=$(<".tools/kernels/$name/version")
    printf '%-8s %-22s %s\n' "$name" "$version" "${KERNEL_SUITE[$name]}"
  done
}

append="panic=-1 oops=panic lsm=lockdown,yama,apparmor,bpf"
without_btf=
while [[ ${1-} == -* ]]; do
  case $1 in
    --help | -h) usage && exit ;;
    --list) list_kernels && exit ;;
    --lockdown=*) append+=" ${1#--}" ;;
    --without-btf) without_btf=yes ;;
    *) misused "unknown option \"$1\"" ;;
  esac
  shift
done
kernel=${1-}
[[ $kernel ]] || misused "no KERNEL given"
[[ ${KERNEL_SUITE[$kernel]-} ]] || misused "no kernel \"$kernel\" is known, only $(list_kernels | cut -d' ' -f1 | xargs)"
shift

scripts/setup.sh vm
scripts/vm_kernel.sh "$kernel" >/dev/null || exit 125

work=.build/vm/$kernel
source=.tools/kernels/$kernel
mkdir -p "$work"
exec 9>"$work/lock"
flock --nonblock 9 || fail "another one runs kernel $kernel in this checkout"

# Packs busybox, tests/vm/init and the modules that reach the host's files.
make_initramfs() {
  local root=$work/initramfs.d release module path name
  release=$(ls "$source/lib/modules")
  rm -rf "$root"
  mkdir -p "$root"/{bin,modules,proc,sys,dev,host,memory,root}
  cp /bin/busybox "$root/bin/busybox"
  install -m 755 tests/vm/init "$root/init"
  # Each module after those that it needs; none for built-in features.
  for module in virtio_pci 9p 9pnet_virtio overlay virtio_console virtio_rng; do
    modprobe --dirname "$source" --set-version "$release" --show-depends "$module" ||
      fail "kernel $kernel has no $module"
  done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$work/modules"
  while read -r path; do
    name=${path##*/}
    case $path in
      *.xz) xz --decompress --stdout "$path" >"$root/modules/${name%.xz}" ;;
      *.zst) zstd --quiet --decompress --stdout "$path" >"$root/modules/${name%.zst}" ;;
      *) cp "$path" "$root/modules/" ;;
    esac
    name=${name%.xz}
    echo "${name%.zst}" >>"$root/modules/order"
  done <"$work/modules"
  (cd "$root" && find . | /bin/busybox cpio -o -H newc 2>/dev/null) >"$work/initramfs.new"
  mv "$work/initramfs.new" "$work/initramfs"
  rm -rf "$root"
}

if [[ ! $work/initramfs -nt $source/version || ! $work/initramfs -nt tests/vm/init || ! $work/initramfs -nt $0 ]]; then
  make_initramfs
fi

# Writes the job of the virtual machine.
job=$work/job
rm -rf "$job" "$work/log"
: >"$work/log"
mkdir -p "$job"
cp tests/vm/start.sh "$job/"
read -r rows columns < <(stty size 2>/dev/null | grep --invert-match '^0' || echo 24 80)
printf '%s=%q\n' checkout "$checkout" kernel "$kernel" without_btf "$without_btf" rows "$rows" columns "$columns" \
  HOME /root TERM "${TERM-dumb}" LANG C.UTF-8 DENO_DIR "$checkout/.tools/deno-$DENO_VERSION/cache" \
  PATH "$checkout/.tools/deno-$DENO_VERSION:$PATH" VM_KERNEL "$kernel" | sed 's/^[A-Z]/export &/' >"$job/environment"
if (($#)); then
  { echo 'source /run/vm/environment' && printf 'exec' && printf ' %q' "$@" && echo; } >"$job/command"
fi

# shellcheck disable=SC2054 # QEMU's options have commas
qemu=(qemu-system-x86_64 -machine q35 -accel "${VM_ACCEL:-tcg,thread=multi}" -cpu max,la57=off -smp 2
  -m "${VM_MEMORY:-1024}"
  -nodefaults -no-user-config -display none -no-reboot
  -kernel "$source/vmlinuz" -initrd "$work/initramfs"
  -append "console=ttyS0 nowatchdog rcupdate.rcu_cpu_stall_suppress=1 mitigations=off $append ${VM_APPEND-}"
  -serial "file:$work/log"
  -virtfs local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap
  -virtfs "local,path=$job,mount_tag=job,security_model=none"
  -device virtio-rng-pci -device virtio-serial-pci)

[[ ! -t 2 ]] || echo "Booting kernel $kernel in QEMU (about ten seconds)" >&2
code=0
if (($#)); then
  # The command's stdout and stderr each have a port, so that the bytes of both arrive unchanged. QEMU cannot write to
  # every kind of stdout; cat can.
  rm -f "$work"/std{out,err}
  mkfifo "$work"/std{out,err}
  cat "$work/stdout" 9>&- &
  cat "$work/stderr" >&2 9>&- &
  timeout --foreground --kill-after=5 "${VM_TIMEOUT:-900}" "${qemu[@]}" \
    -chardev "file,id=stdout,path=$work/stdout" -device virtserialport,chardev=stdout \
    -chardev "file,id=stderr,path=$work/stderr" -device virtserialport,chardev=stderr \
    </dev/null 3>"$work/stdout" 4>"$work/stderr" 9>&- &
  # In the background, so that a signal ends both at once.
  trap 'kill $!; exit 130' INT
  trap 'kill $!; exit 143' TERM
  wait $! || code=$?
  wait
else
  [[ -t 0 ]] || fail "a shell needs a terminal; give a command"
  "${qemu[@]}" -echr 29 -chardev stdio,id=terminal,mux=on,signal=off -mon chardev=terminal \
    -device virtconsole,chardev=terminal 9>&- || code=$?
fi
if [[ -f $job/exit_code ]]; then exit "$(<"$job/exit_code")"; fi

# The machine ended before the command did: the time-out, a signal, or the kernel.
if ((code == 124 || code == 137)); then
  fail "kernel $kernel: the command took more than ${VM_TIMEOUT:-900} s (VM_TIMEOUT)"
fi
if (($# == 0 && code == 0)) && ! grep --quiet 'Kernel panic' "$work/log"; then exit; fi
echo "Kernel $kernel ended before the command; the end of its log, $work/log:" >&2
tail --lines=60 "$work/log" | tr --delete '\r' | sed 's/^/    /' >&2
exit 125

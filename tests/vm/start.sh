#!/usr/bin/env bash
# Continues after init, as process 1 in the host's own files: makes the mounts of a distribution, runs the command of scripts/vm.sh and
# leaves its exit code to the host. /run/vm is the folder .build/vm/KERNEL/job of the host. It has:
#   command        a script with the command; without it, there is a shell
#   environment    variables of this script
# shellcheck disable=SC2154 # the variables of that file
set -u
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# shellcheck source=/dev/null
source /run/vm/environment

mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
[[ $checkout == /tmp/* ]] || mount -t tmpfs tmpfs /tmp
ln -sf /proc/self/fd /dev/fd
ln -sf fd/0 /dev/stdin
ln -sf fd/1 /dev/stdout
ln -sf fd/2 /dev/stderr
mount -t tracefs tracefs /sys/kernel/tracing
mount -t debugfs debugfs /sys/kernel/debug
mount -t securityfs securityfs /sys/kernel/security
mount -t bpf bpf /sys/fs/bpf
mount -t cgroup2 cgroup2 /sys/fs/cgroup
# An empty folder hides the kernel's types; a copy stays for --btf.
if [[ $without_btf ]]; then
  cp /sys/kernel/btf/vmlinux /run/vmlinux.btf
  mount -t tmpfs -o ro tmpfs /sys/kernel/btf
fi
# The kernel loads the other modules itself.
mkdir -p /lib/modules
mount -t tmpfs tmpfs /lib/modules
ln -s "$checkout/.tools/kernels/$kernel/lib/modules"/* /lib/modules/
hostname "vm-${kernel//./-}"
ip link set lo up
cd "$checkout" || exit

if [[ -f /run/vm/command ]]; then
  # A pipe can be opened again by its path in /proc, a port of the console cannot.
  bash /run/vm/command > >(exec cat >/dev/vport*p1) 2> >(exec cat >/dev/vport*p2) </dev/null
  code=$?
  # Both copies end when the last process with the pipe does. A process that the command left behind must not delay the
  # end.
  for ((i = 0; i < 20; i++)); do jobs -p | grep -q . || break; sleep 0.1; done
else
  # The terminal of the host makes CR LF of each LF.
  stty -F /dev/hvc0 sane -onlcr rows "$rows" columns "$columns"
  setsid --ctty --wait bash --noprofile --norc -i <>/dev/hvc0 >&0 2>&1
  code=$?
fi
echo "$code" >/run/vm/exit_code
/bin/busybox reboot -f

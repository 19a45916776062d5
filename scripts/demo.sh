#!/usr/bin/env bash
# Builds the missing parts and runs an example:
#   scripts/demo.sh                       runqlat, which prints five histograms of this machine's scheduler
#   scripts/demo.sh EXAMPLE [ARGS...]     another one of examples/, with arguments
# Run it as root, or as a user of sudo: only root can load eBPF programs.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/pins.sh
use_deno "$DENO_VERSION"
leave_to_owner

example=${1:-runqlat}
arguments=("${@:2}")
if [[ $example == runqlat && $# -le 1 ]]; then arguments=(1 5); fi
case $example in # They do more than observe.
  xdp) options=(--allow-network) ;;
  sockops) options=(--allow-network --dir /sys/fs/cgroup:ro) ;;
  lsm) options=(--allow-deny) ;;
  *) options=() ;;
esac
mapfile -t examples < <(basename --suffix=.bpf.c examples/*/*.bpf.c)
if [[ " ${examples[*]} " != *" $example "* ]]; then
  echo "No example \"$example\". The examples are: ${examples[*]}" >&2
  exit 1
fi

as_root() {
  if ((EUID)); then sudo "$@"; else "$@"; fi
}

scripts/setup.sh
scripts/build_guests.sh examples >&2
scripts/build_binary.sh
if ! mountpoint --quiet /sys/kernel/tracing; then
  echo "Mounting tracefs on /sys/kernel/tracing" >&2
  as_root mount -t tracefs tracefs /sys/kernel/tracing
fi

command=(./wasm-bpf "${options[@]}" "examples/$example/$example.wasm" "${arguments[@]}")
echo "Running ${command[*]}" >&2
as_root "${command[@]}"

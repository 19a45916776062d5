#!/usr/bin/env bash
# Runs the tests that depend on the kernel in virtual machines: attaching, examples, events, BTF. Prints a line for each
# boot, and after a failure its output and the end of the kernel's log.
#   tests/vm/run.sh                the kernels of $VM_KERNELS, by default all of scripts/pins.sh
#   tests/vm/run.sh KERNEL...      these kernels
#   tests/vm/run.sh --all ...      all kernel tests as well (an hour for each kernel)
# The results are in .build/test/vm-*.xml. Fails when a test failed, when a kernel could not be fetched, or when the tables of
# the documents differ from a run of all kernels (tests/vm/table.ts writes them).
set -euo pipefail
cd "$(dirname "$0")/../.."
source scripts/pins.sh

extent=short
if [[ ${1-} == --all ]]; then extent=all && shift; fi
every=$(printf '%s\n' "${!KERNEL_SUITE[@]}" | sort --version-sort | xargs)
read -r -a kernels <<<"${*:-${VM_KERNELS:-$every}}"
# scripts/test.sh runs tests/arm64/ for this name.
mapfile -t kernels < <(printf '%s\n' "${kernels[@]}" | grep --invert-match --line-regexp arm64 || echo none)
if [[ ${kernels[*]} == none ]]; then echo "vm: VM_KERNELS=none" && exit; fi

logs=.build/test
mkdir -p "$logs" .build/vm
scripts/setup.sh vm
scripts/build_guests.sh examples languages tests
scripts/build_binary.sh
# A compiler would take long in an emulated machine.
"clang-$LLVM_VERSION" -o .build/vm/target tests/kernel/usdt_target.c
"clang-$LLVM_VERSION" -o .build/vm/producer tests/soak/producer.c
declare -i failures=0

# Boots once and runs tests: boot NAME OPTIONS_OF_VM... KERNEL -- ARGUMENTS_OF_DENO_TEST...
boot() {
  local name=$1 start=$EPOCHREALTIME status=0 verdict=ok seconds
  local -a machine=()
  shift
  while [[ $1 != -- ]]; do machine+=("$1") && shift; done
  local kernel=${machine[-1]}
  rm -f "$logs/$name.xml"
  run_in_machine "$@"
  # QEMU's emulation can stop a kernel while it boots.
  if ! grep --quiet '<testcase ' "$logs/$name.xml" 2>/dev/null; then status=0 && run_in_machine "$@"; fi
  # A file that does not compile fails no test by name.
  grep --quiet '<testcase ' "$logs/$name.xml" || status=125
  if ((status)); then verdict=FAILED failures+=1; fi
  seconds=$(awk "BEGIN { printf \"%.0f\", $EPOCHREALTIME - $start }")
  printf '%-6s %-28s %s (%s s)\n' "$verdict" "$name" "$(summary "$logs/$name.log")" "$seconds"
  ((status == 0)) || sed 's/^/    /' "$logs/$name.log"
  # A kernel can report an error and continue.
  if grep --quiet -E 'WARNING: CPU|BUG: |general protection fault' ".build/vm/$kernel/log"; then
    echo "       the kernel reported errors: .build/vm/$kernel/log"
  fi
}

# Boots the machine of boot() once. Sets its `status`, and copies its results.
run_in_machine() {
  VM_TIMEOUT=${VM_TIMEOUT:-$([[ $extent == all ]] && echo 7200 || echo 1500)} scripts/vm.sh "${machine[@]}" \
    env "WASM_BPF=$PWD/wasm-bpf" EXAMPLE_PROCESSES=100 \
    deno test --quiet --allow-all --no-check --junit-path=/run/vm/junit.xml "${@:2}" \
    >"$logs/$name.log" 2>&1 || status=$?
  cp ".build/vm/$kernel/job/junit.xml" "$logs/$name.xml" 2>/dev/null || status=125
  cp ".build/vm/$kernel/job/outcomes" "$logs/$name.outcomes" 2>/dev/null || true
}

# Prints Deno's last line: "40 passed, 1 failed".
summary() {
  sed -n 's/^.*| \([0-9]* passed\) | \([0-9]* failed\)\( | \([0-9]* ignored\)\)\?.*$/\1, \2 \4/p' "$1" | tail --lines=1
}

export NO_COLOR=1
echo "vm: ${#kernels[@]} kernels in QEMU, about three minutes for each"
for kernel in "${kernels[@]}"; do
  if ! scripts/vm_kernel.sh "$kernel" >"$logs/vm-$kernel.log" 2>&1; then
    failures+=1
    printf '%-6s %-28s %s\n' FAILED "vm-$kernel" "$(tail --lines=1 "$logs/vm-$kernel.log")"
    continue
  fi
  grep 'no longer has' "$logs/vm-$kernel.log" || true
  mapfile -t tests < <(printf "%s\n" tests/vm/{features,struct_ops,doctor}_test.ts tests/kernel/example*_test.ts |
    grep --invert-match example_usage)
  # The programs of pump_test.ts need dynptrs (Linux 5.19). The guests of ABI version 1 test events and maps without them.
  if [[ $kernel == 5.10 ]]; then tests+=(tests/kernel/abi_v1_test.ts); else tests+=(tests/kernel/pump_test.ts); fi
  if [[ $extent == all ]]; then tests=(tests/vm/{features,struct_ops,doctor}_test.ts tests/kernel); fi
  boot "vm-$kernel" "$kernel" -- "${tests[@]}"
  # These do not depend on the kernel's version: messages, and faults of the machine.
  if [[ $kernel == 6.12 ]]; then
    boot "vm-$kernel-faults" "$kernel" -- tests/vm/machine_faults_test.ts
    boot "vm-$kernel-without-btf" --without-btf "$kernel" -- tests/vm/without_btf_test.ts
    for level in integrity confidentiality; do
      boot "vm-$kernel-$level" "--lockdown=$level" "$kernel" -- tests/vm/lockdown_test.ts
    done
  fi
done
# Other failures already say what differs.
if ((failures == 0)) && [[ ${kernels[*]} == "$every" ]]; then
  use_deno "$DENO_VERSION"
  if "$deno" run --allow-read tests/vm/table.ts --check >"$logs/vm-tables.log" 2>&1; then
    echo "ok     vm-tables"
  else
    failures+=1
    echo "FAILED vm-tables" && sed 's/^/    /' "$logs/vm-tables.log"
  fi
fi
exit $((failures > 0))

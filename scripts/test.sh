#!/usr/bin/env bash
# Sets up, builds, and runs every check and every test. Prints one line for each step, and the whole output of steps
# that failed. .build/test/ keeps all output. The last line is "N passed, N failed", with ", N skipped" if tests were
# skipped; a check counts as one. Fails if a test or check failed, or if a tier of tests did not run. Run it as root, or
# as a user of sudo.
set -euo pipefail
cd "$(dirname "$0")/.."
if (($#)); then
  echo "Usage: scripts/test.sh (no arguments; VM_KERNELS=none omits other kernels)" >&2
  exit 2
fi
source scripts/pins.sh
use_deno "$DENO_VERSION"
leave_to_owner

if [[ ! ${OUTER_MOUNTS-} ]]; then
  duration="70 minutes on 2 cores, 45 of them without other kernels (VM_KERNELS=none)"
  [[ ${VM_KERNELS-} != none ]] || duration="45 minutes on 2 cores, without other kernels"
  echo "Running all tests takes about $duration, and some more the first time."
fi
scripts/setup.sh tests
scripts/build_guests.sh examples tests languages bench
scripts/build_binary.sh
# Tests run in a separate mount namespace, so that their mounts end with them.
mounts=$(readlink /proc/self/ns/mnt)
again=(unshare --mount -- env "OUTER_MOUNTS=$mounts" "$PWD/scripts/test.sh")
# sudo passes no variables on.
if ((EUID)); then exec sudo -- env ${VM_KERNELS+"VM_KERNELS=$VM_KERNELS"} "${again[@]}"; fi
if [[ ${OUTER_MOUNTS-$mounts} == "$mounts" ]]; then exec "${again[@]}"; fi

logs=.build/test
rm -rf "$logs"
mkdir -p "$logs"
export NO_COLOR=1
declare -i passed=0 failed=0 skipped=0

# run NAME COMMAND...: runs a step with a time limit and writes its log. Sets `status` and `seconds`.
run() {
  local name=$1
  shift
  local start=$EPOCHREALTIME
  status=0
  timeout --foreground --kill-after=10 1500 "$@" >"$logs/$name.log" 2>&1 </dev/null || status=$?
  seconds=$(awk "BEGIN { printf \"%.1f\", $EPOCHREALTIME - $start }")
}

# report NAME VERDICT DETAIL: prints the line of a step, and its whole output unless the verdict is "ok".
report() {
  local name=$1 verdict=$2 detail=$3
  printf '%-6s %-28s %s (%s s)\n' "$verdict" "$name" "$detail" "$seconds"
  [[ $verdict != FAILED ]] || sed '/^Check /d; s/^/    /' "$logs/$name.log"
}

# check NAME COMMAND...: runs a command that counts as one test.
check() {
  run "$@"
  if ((status == 0)); then
    passed=$((passed + 1))
    report "$1" ok ""
  else
    failed=$((failed + 1))
    report "$1" FAILED "exit code $status"
  fi
}

# count PATTERN FILE: prints the number of matches.
count() {
  { grep --only-matching --extended-regexp "$1" "$2" || true; } | wc -l
}

# add_results JUNIT: adds the results of a step that ended with `status` to the totals. Sets tier_passed, tier_failed and
# tier_skipped.
add_results() {
  touch "$1"
  tier_failed=$(count '<failure[ >]' "$1")
  tier_skipped=$(count '<skipped' "$1")
  tier_passed=$(($(count '<testcase ' "$1") - tier_failed - tier_skipped))
  # A file that does not compile, a crash, a timeout and a tier without tests count as one failure.
  if ((tier_failed == 0 && (status != 0 || tier_passed == 0))); then tier_failed=1; fi
  passed+=$tier_passed failed+=$tier_failed skipped+=$tier_skipped
}

# tier NAME DENO_VERSION ARGUMENTS...: runs tests on one version of Deno.
tier() {
  local name=$1
  local -i tier_passed tier_failed tier_skipped
  use_deno "$2"
  # A test that leaves resources open fails. Deno 2.6 does this by default; 2.9 needs flags, which 2.6 does not have.
  local sanitize=()
  [[ $2 != "$DENO_NEWEST" ]] || sanitize=(--sanitize-ops --sanitize-resources)
  run "$name" "$deno" test --allow-all "${sanitize[@]}" --junit-path="$logs/$name.xml" "${@:3}"
  add_results "$logs/$name.xml"
  local detail="$tier_passed passed, $tier_failed failed"
  if ((tier_skipped)); then detail+=", $tier_skipped skipped"; fi
  if ((tier_failed)); then report "$name" FAILED "$detail"; else report "$name" ok "$detail"; fi
}

# Runs the tests that depend on the kernel, in other kernels. tests/vm/run.sh prints a line for each boot.
tier_of_kernels() {
  local -i status=0 run_status=0 tier_passed tier_failed tier_skipped before=failed
  local junit
  tests/vm/run.sh || run_status=$?
  for junit in "$logs"/vm-*.xml; do
    if [[ -e $junit ]]; then add_results "$junit"; fi
  done
  # A kernel that could not be fetched or booted has no file.
  if ((run_status && failed == before)); then failed+=1; fi
}

use_deno "$DENO_VERSION"
mapfile -t documented < <(grep --recursive --files-with-matches --include='*.ts' --include='*.md' --exclude-dir='.?*' \
  --exclude-dir=node_modules --exclude='*_test.ts' --exclude-dir=tests '```ts' . | sort)
mapfile -t c_sources < <(find bench examples ffi object tests wasm-include -name '.?*' -prune -o \
  \( -name '*.[ch]' -o -name '*.[ch]pp' \) -print | sort)
mapfile -t shell_scripts < <(find scripts tests/vm .ci -type f \( -name '*.sh' -o -path .ci/run \) | sort)

check format "$deno" fmt --check
check format-c "clang-format-$LLVM_VERSION" --dry-run --Werror "${c_sources[@]}"
check lint "$deno" lint
check types "$deno" check
use_deno "$DENO_NEWEST"
check "types-$DENO_NEWEST" "$deno" check
use_deno "$DENO_VERSION"
check shellcheck shellcheck --severity=warning --external-sources "${shell_scripts[@]}"
check reproducible scripts/check_reproducible.sh
check tables "$deno" run --allow-all scripts/generate_tables.ts --check
# Debian 12 has no cargo with clippy.
if cargo clippy --version &>/dev/null; then
  export CARGO_TARGET_DIR=$PWD/.build/cargo
  # Debian's rustc may come first in the PATH. cargo needs the one beside it.
  path_before=$PATH
  PATH=$(dirname "$(command -v cargo)"):$PATH
  check crate-format cargo fmt --manifest-path wasm-include/rust/Cargo.toml --check
  check crate cargo clippy --quiet --offline --manifest-path wasm-include/rust/Cargo.toml --all-targets -- --deny warnings
  check crate-tests cargo test --quiet --offline --manifest-path wasm-include/rust/Cargo.toml
  check crate-documents env RUSTDOCFLAGS='--deny warnings' \
    cargo doc --quiet --offline --no-deps --manifest-path wasm-include/rust/Cargo.toml
  PATH=$path_before
else
  skipped+=1 seconds=0
  report crate skip "needs cargo with clippy"
fi
# actionlint needs Go, and bookworm's Go is too old.
go=$(find_go)
if [[ $go ]]; then
  check go-vet env GOOS=wasip1 GOARCH=wasm GOTOOLCHAIN=local GOFLAGS=-mod=mod GOCACHE="$PWD/.build/go-cache" \
    "$go" -C wasm-include/go vet ./...
  check workflows env GOTOOLCHAIN=local GOFLAGS=-modcacherw GOPATH="$PWD/.tools/go" GOCACHE="$PWD/.build/go-cache" \
    "$go" -C scripts/go_tools tool actionlint "$PWD"/.github/workflows/*.yml
else
  skipped+=2 seconds=0
  report workflows,go-vet skip "needs Go $GO_MINIMUM"
fi
zig=.tools/zig-$ZIG_VERSION/zig
check zig-format "$zig" fmt --check wasm-include/zig examples/zig-bootstrap tests/guests/languages/zig
check zig-package env ZIG_GLOBAL_CACHE_DIR="$PWD/.build/zig/global-cache" \
  "$zig" build test --build-file wasm-include/zig/build.zig --cache-dir "$PWD/.build/zig/cache"
# One seed, so that a run does not depend on the time at which it began. `deno task fuzz` alone takes another each time.
check fuzz "$deno" task --quiet fuzz --seconds 90 --seed 1
# The tiers skip type checks, except for examples in the documentation, which are checked only here.
tier unit "$DENO_VERSION" --no-check --ignore=tests,.tools,.build
# Deno imports all exports of a module into each of its examples, so unused names must be allowed. Examples of the
# public API import the package by its name.
sed 's/\("noUnused[A-Za-z]*"\): true/\1: false/; s#"\./scripts/#"../../scripts/#
  s#"imports": {#&"@wasm-bpf/wasm-bpf": "../../mod.ts",#' deno.json >"$logs/deno.json"
tier documentation "$DENO_VERSION" --config="$logs/deno.json" --no-lock --doc "${documented[@]}"
tier package "$DENO_VERSION" --no-check tests/package
tier documents "$DENO_VERSION" --no-check tests/docs
tier sdk "$DENO_VERSION" --no-check tests/sdk
tier "kernel-$DENO_VERSION" "$DENO_VERSION" --no-check tests/kernel
tier "kernel-$DENO_NEWEST" "$DENO_NEWEST" --no-check tests/kernel
tier conformance "$DENO_VERSION" --no-check tests/conformance
# VM_KERNELS selects some of the kernels; "none" leaves them out.
tier_of_kernels
# The binary for arm64, in an emulated machine: three minutes.
if [[ $(uname -m) == x86_64 && " ${VM_KERNELS-arm64} " == *" arm64 "* ]]; then
  tier arm64 "$DENO_VERSION" --no-check tests/arm64
fi

line="$passed passed, $failed failed"
if ((skipped)); then line+=", $skipped skipped"; fi
echo "$line"
((failed == 0))

#!/usr/bin/env bash
# Compares the npm packages of deno.lock and scripts/tools.lock with the advisories of the npm registry. Fails if one is
# affected, or if the registry does not answer. The binary contains none of them; builds and tests use them.
# For the C libraries, see the versions in scripts/pins.sh and Debian's security tracker.
set -euo pipefail
cd "$(dirname "$0")/.."
if (($#)); then
  echo "Usage: scripts/audit.sh (no arguments)" >&2
  exit 2
fi
source scripts/pins.sh
use_deno "$DENO_VERSION"
"$deno" audit --frozen
"$deno" audit --frozen --config scripts/tools.json --lock scripts/tools.lock

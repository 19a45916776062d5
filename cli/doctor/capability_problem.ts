/**
 * The problem of a process that lacks capabilities, and the command that gives it those.
 *
 * @module
 */

import { capabilitiesIn, type Capability } from "../../ffi/system/capabilities.ts";
import type { ProcessFacts } from "./facts.ts";
import type { Problem } from "./problem.ts";

/** The problem of a process without the capabilities `missing`. */
export function capabilityProblem(missing: readonly Capability[], process: ProcessFacts): Problem {
  const text = `this process lacks ${missing.join(", ")}`;
  if (process.isInitialNamespace === false) {
    return {
      text: `${text} in the initial user namespace, where alone capabilities count for eBPF`,
      mend: process.container === undefined
        ? "start it outside of the user namespace"
        : `sudo ${process.container} run ${addedCapabilities(missing)} ...`,
    };
  }
  const reachable = capabilitiesIn(process.bounding ?? -1n);
  const unreachable = missing.filter((name) => !reachable.includes(name));
  if (unreachable.length > 0) {
    return {
      text,
      mend: process.container === undefined
        ? `start it from a process whose bounding set has ${unreachable.join(", ")}`
        : `${process.container} run ${addedCapabilities(missing)} ...`,
    };
  }
  if (process.cannotGainPrivileges === true) {
    return { text, mend: "start it as root from a process without no_new_privs" };
  }
  // setcap replaces the capabilities of the file, so those that the process has are named too.
  const all = [...missing, ...capabilitiesIn(process.effective)];
  const names = [...new Set(all)].map((name) => name.toLowerCase()).sort().join(",");
  return { text, mend: `sudo wasm-bpf ..., or once: sudo setcap ${names}+ep "$(command -v wasm-bpf)"` };
}

/** The options of docker and podman. */
function addedCapabilities(names: readonly Capability[]): string {
  return names.map((name) => `--cap-add ${name.slice("CAP_".length)}`).join(" ");
}

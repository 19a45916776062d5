/**
 * Records the needs and the policy of a guest in its module.
 *
 * @module
 */

import { policyJson } from "../../host/core/policy/parse_policy.ts";
import { type Need, withNeeds } from "../../wasm/needs.ts";
import { withPolicyText } from "../../wasm/policy_section.ts";
import { readPolicyFile } from "../policy_file.ts";
import type { Toolchain } from "./toolchain.ts";

/** The records of a module. */
export interface RecordsToAdd {
  readonly needs: readonly Need[];
  /** The path of a policy for the module to have. */
  readonly policy: string | undefined;
}

/** See the module's documentation. */
export class ModuleRecords {
  readonly #tools: Toolchain;
  readonly #needs: readonly Need[];
  readonly #policy: string | undefined;

  /** Reads the policy. @throws {BpfError | FormatError} when it cannot be read, or is no policy. */
  constructor(tools: Toolchain, { needs, policy }: RecordsToAdd) {
    this.#tools = tools;
    this.#needs = needs;
    this.#policy = policy === undefined ? undefined : readPolicyFile(tools.system, policy, policyJson);
  }

  /** Adds them to the module at `path`. */
  addTo(path: string): void {
    const { system, files } = this.#tools;
    if (this.#needs.length > 0) files.write(path, [withNeeds(system.readFile(path), this.#needs)]);
    if (this.#policy !== undefined) files.write(path, [withPolicyText(system.readFile(path), this.#policy)]);
  }
}

/**
 * Reads files that no process should trust, and walks rings with hostile headers.
 *
 *     deno run --allow-all tests/fuzz/input_worker.ts modules|btf|policies|rings
 *
 * Reads lines from stdin, the path of a file or a seed, and prints a problem or nothing for each.
 *
 * @module
 */

import { inspectBytes } from "../../cli/inspection.ts";
import { genSkeleton, genSkeletonIn, genTypes, genVmlinux, isLanguage, LANGUAGES } from "../../codegen/mod.ts";
import { FormatError, GuestError } from "../../errors/mod.ts";
import { readModulePolicy } from "../../host/core/policy/module_policy.ts";
import { parsePolicy, PolicyError, policyJson } from "../../host/core/policy/parse_policy.ts";
import { compileGuest } from "../../host/guest.ts";
import { isElf, parseElf } from "../../object/elf/elf.ts";
import { validateObject } from "../../object/validation/validate_object.ts";
import { readDeclarations } from "../../wasm/declarations.ts";
import { parseModule } from "../../wasm/module.ts";
import { readNeeds } from "../../wasm/needs.ts";
import { withPolicyText } from "../../wasm/policy_section.ts";
import { walkHostileBuffers } from "./rings.ts";

/** A reader that takes longer than this is too slow for its file. */
const MAX_MS = 3000;

/** Errors that a file may cause. */
function isExpected(error: unknown): boolean {
  return error instanceof FormatError || error instanceof GuestError || error instanceof PolicyError ||
    (error instanceof RangeError && /^Cannot generate/.test(error.message));
}

/** Runs readers. @returns the first problem. */
function tryAll(readers: Readonly<Record<string, () => unknown>>): string {
  for (const [name, read] of Object.entries(readers)) {
    const before = performance.now();
    try {
      read();
    } catch (error) {
      if (!isExpected(error)) return `${name} failed: ${error instanceof Error ? error.stack : error}`;
    }
    const ms = performance.now() - before;
    if (ms > MAX_MS) return `${name} took ${ms} ms`;
  }
  return "";
}

function readModule(bytes: Uint8Array<ArrayBuffer>): string {
  return tryAll({
    "parseModule()": () => parseModule(bytes),
    "readDeclarations()": () => readDeclarations(bytes),
    "readNeeds()": () => readNeeds(bytes),
    "inspectBytes()": () => JSON.stringify(inspectBytes(bytes)),
    "compileGuest()": () => compileGuest(bytes, "fuzz", { allowGc: false, maxMemoryBytes: 1 << 24 }),
  });
}

/** Reads an object or its `.BTF`, as `gen` and `inspect` do. */
function readTypes(bytes: Uint8Array<ArrayBuffer>): string {
  return tryAll({
    "genVmlinux()": () => [...genVmlinux(isElf(bytes) ? sectionBytes(bytes) : bytes)],
    "genSkeleton()": () => genSkeleton(bytes, { name: "x" }),
    "genTypes()": () => genTypes(bytes, { name: "x", all: true }),
    ...Object.fromEntries(
      LANGUAGES.filter(isLanguage).map((language) => [
        `genSkeletonIn("${language}")`,
        () => genSkeletonIn(language, bytes, { name: "x", all: true }),
      ]),
    ),
    "inspectBytes()": () => JSON.stringify(inspectBytes(bytes)),
    "validateObject()": () => validateObject(bytes, { machine: Deno.build.arch }),
  });
}

/** A module without anything, to which a policy is appended. */
const EMPTY_MODULE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

function readPolicy(bytes: Uint8Array<ArrayBuffer>): string {
  const text = new TextDecoder().decode(bytes);
  return tryAll({
    "parsePolicy()": () => parsePolicy(text),
    "readModulePolicy()": () => readModulePolicy(withPolicyText(EMPTY_MODULE, text)),
    "policyJson()": () => {
      const json = policyJson(text);
      // A policy that was accepted has the same meaning in a module.
      if (policyJson(json) !== json) throw new TypeError(`it became ${json}`);
      readModulePolicy(withPolicyText(EMPTY_MODULE, json));
    },
  });
}

const READERS: Readonly<Record<string, (bytes: Uint8Array<ArrayBuffer>) => string>> = {
  modules: readModule,
  btf: readTypes,
  policies: readPolicy,
};

function sectionBytes(object: Uint8Array): Uint8Array {
  return parseElf(object).sections.find(({ name }) => name === ".BTF")?.bytes ?? new Uint8Array();
}

const [mode = ""] = Deno.args;
for await (const chunk of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  for (const line of chunk.split("\n").filter((line) => line !== "")) {
    const problem = mode === "rings" ? walkHostileBuffers(Number(line)) : READERS[mode]?.(Deno.readFileSync(line));
    console.log(JSON.stringify(problem));
  }
}

/**
 * Finds the SDK for guests.
 *
 * @module
 */

import { MissingToolError, type Toolchain } from "./toolchain.ts";

/** The environment variable that overrides the search. */
const SDK_VARIABLE = "WASM_BPF_SDK";

/** The machines that guests are built for. */
export type GuestTarget = "wasm64" | "wasm32";

export const GUEST_TARGETS: readonly GuestTarget[] = ["wasm64", "wasm32"];

/** The directories of an SDK. */
export interface Sdk {
  readonly include: string;
  /** The libraries and startup files; undefined when the compiler's own libc is used. */
  readonly lib: string | undefined;
  /** The directory of everything; undefined for wasm32. */
  readonly root: string | undefined;
}

/** A file that shows that a directory has an SDK. */
const MARKS: Readonly<Record<GuestTarget, string>> = { wasm64: "lib/libc.a", wasm32: "libbpf-wasm.h" };

/**
 * Finds the SDK for `target`: in the directory that the variable names, beside the binary, which may be in a checkout, in this
 * checkout, or in a checkout that is the working directory.
 *
 * @throws {MissingToolError} when there is none.
 */
export function findSdk(tools: Toolchain, target: GuestTarget): Sdk {
  const places = placesOf(tools, target);
  const found = places.find((place) => tools.files.exists(`${place}/${MARKS[target]}`));
  if (found === undefined) {
    throw new MissingToolError(
      `Cannot compile for ${target}: no SDK in ${places.join(", ")} ` +
        `(hint: scripts/build_sdk.sh in a checkout of wasm-bpf builds it; ${SDK_VARIABLE} names its directory)`,
    );
  }
  return target === "wasm32"
    ? { include: found, lib: undefined, root: undefined }
    : { include: `${found}/include`, lib: `${found}/lib`, root: found };
}

/**
 * Finds the bindings for guests in a language: the directory `bindings/LANGUAGE` of the SDK.
 *
 * @throws {MissingToolError} when there is none.
 */
export function findBindings(tools: Toolchain, language: string): string {
  const places = placesIn(tools, `/bindings/${language}`, `.build/sdk/bindings/${language}`);
  const found = places.find((place) => tools.files.isDirectory(place));
  if (found !== undefined) return found;
  throw new MissingToolError(
    `Cannot compile: no bindings in ${places.join(", ")} ` +
      `(hint: scripts/build_sdk.sh in a checkout of wasm-bpf puts them there; ${SDK_VARIABLE} names the SDK)`,
  );
}

function placesOf(tools: Toolchain, target: GuestTarget): string[] {
  return target === "wasm32" ? placesIn(tools, "/wasm32", "wasm-include/c") : placesIn(tools, "", ".build/sdk");
}

/** The places of a part of the SDK. */
function placesIn(tools: Toolchain, part: string, inCheckout: string): string[] {
  const inSdk = (directory: string) => `${directory}${part}`;
  const named = tools.environmentVariable(SDK_VARIABLE);
  if (named !== undefined) return [inSdk(named)];
  const program = tools.files.resolved("/proc/self/exe") ?? "";
  const beside = program.slice(0, program.lastIndexOf("/"));
  return [
    ...Deno.build.standalone ? [inSdk(`${beside}/sdk`), `${beside}/${inCheckout}`] : [],
    ...ownCheckout().map((path) => `${path}${inCheckout}`),
    inCheckout,
  ];
}

/** The checkout that this code runs from. A binary, and code from a network, have none. */
function ownCheckout(): string[] {
  const { protocol, pathname } = new URL("../../", import.meta.url);
  return Deno.build.standalone || protocol !== "file:" ? [] : [decodeURIComponent(pathname)];
}

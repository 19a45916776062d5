/**
 * Prints the software bill of materials of a release, as CycloneDX 1.6: what the binary and the SDK contain, with the versions and the
 * checksums of `scripts/pins.sh`, and what builds and tests download.
 *
 *     deno run --allow-read scripts/generate_sbom.ts >wasm-bpf.cdx.json
 *
 * @module
 */

import config from "../deno.json" with { type: "json" };
import { pin, pinOf } from "./pins.ts";

/** A component of CycloneDX. */
export interface Component {
  readonly type: "application" | "library";
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** An expression of SPDX. */
  readonly license: string;
  readonly purl: string;
  /** The sha256 of the download, or of the bytes in the binary. */
  readonly sha256?: string;
  /** "required" is part of a release; "excluded" is used only to build and test it. */
  readonly scope: "required" | "excluded";
}

/** The components, in the order of the document. */
export function components(): Component[] {
  return [...inTheBinary(), ...inTheSdk(), ...forBuilds()];
}

function inTheBinary(): Component[] {
  const deno = pin("DENO_VERSION");
  return [
    {
      type: "application",
      name: "denort",
      version: deno,
      description: "the bare Deno runtime with V8, the first bytes of the binary (x86_64)",
      license: "MIT",
      purl: `pkg:github/denoland/deno@v${deno}`,
      sha256: pinOf("DENORT_SHA256", "x86_64"),
      scope: "required",
    },
    source("libbpf", "LGPL-2.1-only OR BSD-2-Clause", "in libwasm_bpf.so, with the patches of scripts/patches/"),
    source("elfutils", "LGPL-3.0-or-later OR GPL-2.0-or-later", "its libelf is in libwasm_bpf.so"),
    source("zlib", "Zlib", "in libwasm_bpf.so"),
  ];
}

function inTheSdk(): Component[] {
  const license = "Apache-2.0 WITH LLVM-exception AND MIT";
  return [
    source("wasi-libc", license, "in the SDK, with the patches of wasm-include/sdk/wasi-libc/; contains musl"),
    source("libcxx", "Apache-2.0 WITH LLVM-exception", "in the SDK for C++, with libc++abi and libunwind, all of LLVM"),
  ];
}

/** A source package of Debian. */
function source(name: string, license: string, description: string): Component {
  const prefix = name.toUpperCase().replaceAll("-", "_");
  const version = pin(`${prefix}_VERSION`);
  return {
    type: "library",
    name,
    version,
    description,
    license,
    purl: `pkg:generic/${name}@${encodeURIComponent(version)}`,
    sha256: pin(`${prefix}_SHA256`),
    scope: "required",
  };
}

function forBuilds(): Component[] {
  const specifiers = [pin("BINARYEN"), pin("ASSEMBLYSCRIPT"), config.imports["@std/assert"]];
  const version = pin("ZIG_VERSION");
  const zig: Component = {
    type: "application",
    name: "zig",
    version,
    description: "used by builds and tests, not in a release",
    license: "MIT",
    purl: `pkg:pypi/ziglang@${version}`,
    scope: "excluded",
  };
  const packages = specifiers.map((specifier): Component => {
    const [, name = "", version = ""] = /^npm:([^@]+)@([^/]+)/.exec(specifier) ?? [];
    return {
      type: "library",
      name,
      version,
      description: "used by builds and tests, not in a release",
      license: name === "deno-std" ? "MIT" : "Apache-2.0",
      purl: `pkg:npm/${name}@${version}`,
      scope: "excluded",
    };
  });
  return [...packages, zig];
}

/** The document. It has no time and no random number, so the same sources give the same bytes. */
export function sbom() {
  const reference = `pkg:github/wasm-bpf/wasm-bpf@${config.version}`;
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      component: {
        type: "application",
        "bom-ref": reference,
        name: "wasm-bpf",
        version: config.version,
        licenses: [{ license: { id: "MIT" } }],
        purl: reference,
      },
    },
    components: components().map(({ license, sha256, purl, ...rest }) => ({
      ...rest,
      "bom-ref": purl,
      purl,
      licenses: [{ expression: license }],
      ...sha256 === undefined ? {} : { hashes: [{ alg: "SHA-256", content: sha256 }] },
    })),
    dependencies: [
      { ref: reference, dependsOn: components().filter(({ scope }) => scope === "required").map(({ purl }) => purl) },
    ],
  };
}

if (import.meta.main) console.log(JSON.stringify(sbom(), null, 2));

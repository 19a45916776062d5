/**
 * Numbers that may differ between the architectures, as TypeScript.
 *
 * @module
 */

import type { Architecture } from "./sources.ts";

/** The same number on each architecture. */
export type ByArchitecture = Readonly<Record<Architecture, number>>;

/** The constant that {@link numberText} refers to. */
export const IS_ARM64 = `const IS_ARM64 = Deno.build.arch === "aarch64";\n`;

/** The notation of a number. */
export interface NumberFormat {
  readonly base?: 8 | 16 | undefined;
  readonly big?: boolean | undefined;
}

/** The number as TypeScript: one literal, or a choice by `IS_ARM64`. */
export function numberText({ x86_64, aarch64 }: ByArchitecture, format: NumberFormat = {}): string {
  if (x86_64 === aarch64) return literal(x86_64, format);
  return `IS_ARM64 ? ${literal(aarch64, format)} : ${literal(x86_64, format)}`;
}

/** The declaration of `IS_ARM64`, when one of `texts` needs it. */
export function architectureParts(texts: readonly string[]): string[] {
  return texts.some((text) => text.includes("IS_ARM64")) ? [IS_ARM64] : [];
}

function literal(value: number, { base, big = false }: NumberFormat): string {
  if (value < 0) return `${value}${big ? "n" : ""}`;
  const prefix = base === undefined || value < 8 ? "" : { 8: "0o", 16: "0x" }[base];
  return `${prefix}${value.toString(base ?? 10)}${big ? "n" : ""}`;
}

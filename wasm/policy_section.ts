/**
 * The policy in a module: the custom section `wasm_bpf.policy` has its text, JSON without comments.
 *
 * @module
 */

import { FormatError } from "../errors/mod.ts";
import { isWasm, readSections, SECTION } from "./sections.ts";
import { unsignedLeb, withSection } from "./write_section.ts";

/** The name of the section. */
export const POLICY_SECTION = "wasm_bpf.policy";

const MAX_SECTION_BYTES = 1 << 16;

/**
 * The text of a module's policy; undefined if it has none.
 *
 * @throws {FormatError} when the module is damaged before the section, or has two of them, or the text is too long or not UTF-8.
 */
export function readPolicyText(bytes: Uint8Array): string | undefined {
  if (!isWasm(bytes)) return undefined;
  let text: string | undefined;
  for (const { id, content } of readSections(bytes)) {
    if (id !== SECTION.CUSTOM || content.peekName() !== POLICY_SECTION) continue;
    if (text !== undefined) throw new FormatError(POLICY_SECTION, "there are two sections");
    content.name();
    const size = content.sizeBytes - content.at;
    if (size > MAX_SECTION_BYTES) throw new FormatError(POLICY_SECTION, `${size} bytes are too many`);
    text = decode(content.bytes(size));
  }
  return text;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new FormatError(POLICY_SECTION, "it is not UTF-8");
  }
}

/** A copy of a module with this text as its policy, in place of the one it has. @throws {FormatError} when the module is damaged. */
export function withPolicyText(bytes: Uint8Array<ArrayBuffer>, text: string): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode(POLICY_SECTION);
  const content = new TextEncoder().encode(text);
  if (content.length > MAX_SECTION_BYTES) {
    throw new FormatError(POLICY_SECTION, `${content.length} bytes are too many`);
  }
  return withSection(bytes, placeOfPolicy(bytes), SECTION.CUSTOM, [unsignedLeb(name.length), name, content]);
}

/** The place of the section, or the end of the module. */
function placeOfPolicy(bytes: Uint8Array): { start: number; end: number } {
  for (const { id, start, end, content } of readSections(bytes)) {
    if (id === SECTION.CUSTOM && content.peekName() === POLICY_SECTION) return { start, end };
  }
  return { start: bytes.length, end: bytes.length };
}

/**
 * A policy as the text of a file.
 *
 * @module
 */

import { printableJson } from "../../errors/mod.ts";
import { POLICY_VERSION } from "../../host/core/policy/policy_schema.ts";
import { LINE_LENGTH, wrapped } from "../wrapped.ts";
import type { PolicyDraft } from "./draft.ts";

const INDENT = "  ";
const COMMENT = "// ";

/** The usual directory of the BPF file system. */
const PIN_DIRECTORY = "/sys/fs/bpf";

/** The parts of the file beside the policy. */
interface FileParts {
  readonly header: readonly string[];
  /** True if the guest pins. */
  readonly pin: boolean;
  readonly directories: readonly string[];
}

/** The text: JSON with comments. */
export function policyText(draft: PolicyDraft, { header, pin, directories }: FileParts): string {
  const members = [
    member("version", POLICY_VERSION, []),
    ...[...draft.entries()].map(({ key, value, remarks }) => member(key, value, remarks)),
    ...(pin ? [member("pin", PIN_DIRECTORY, draft.remarksOf("pin"))] : []),
    member("directories", directories, directories.length === 0 ? [] : ["the module records them as its needs"]),
    member("environment", [], []),
    member("limits", {}, []),
  ];
  const body = members.map(({ comments, text }, i) => [...comments, text + (i < members.length - 1 ? "," : "")]);
  return printableJson([...header.flatMap((line) => comment(line, "")), "{", ...body.flat(), "}"].join("\n"));
}

function member(key: string, value: unknown, remarks: readonly string[]): { comments: string[]; text: string } {
  const short = `${INDENT}${JSON.stringify(key)}: ${JSON.stringify(value)}`.replace(/","/g, '", "');
  const long = JSON.stringify({ [key]: value }, undefined, 2).split("\n").slice(1, -1).join("\n");
  return {
    comments: remarks.flatMap((remark) => comment(remark, INDENT)),
    text: short.length <= LINE_LENGTH ? short : long,
  };
}

/** Names in it come from the module, and JSON.stringify() escapes none of its own, so line breaks are made harmless. */
function comment(text: string, indent: string): string[] {
  const lines = wrapped(text.replace(/[^\x20-\x7e]/g, "?"), LINE_LENGTH - indent.length - COMMENT.length);
  return lines.map((line) => indent + COMMENT + line);
}

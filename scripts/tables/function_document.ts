/**
 * The document of libbpf's functions: those that guests may call, and why they may not call the others.
 *
 * @module
 */

import { offeredLines } from "../../host/libbpf/functions.ts";
import { readDeclarations } from "../headers/declarations.ts";
import { LIBBPF_FUNCTIONS, LIBBPF_SOURCE } from "./sources.ts";
import { versionsOf } from "./symbol_rows.ts";
import type { GeneratedFile } from "./text.ts";

const PATH = "docs/libbpf-functions.md";

/** Functions of libbpf that the SDK has without an import: libbpf's own files, compiled for guests, and C of this project. */
const IN_GUEST: readonly string[] = [
  "bpf_btf_get_fd_by_id_opts",
  "bpf_obj_get_opts",
  "bpf_obj_pin_opts",
  "bpf_object__attach_skeleton",
  "bpf_object__destroy_skeleton",
  "bpf_object__destroy_subskeleton",
  "bpf_object__detach_skeleton",
  "bpf_object__load_skeleton",
  "bpf_object__open",
  "bpf_object__open_file",
  "bpf_object__open_skeleton",
  "bpf_object__open_subskeleton",
  "bpf_object__token_fd",
  "bpf_prog_attach_opts",
  "bpf_prog_detach_opts",
  "bpf_prog_linfo__free",
  "bpf_prog_linfo__lfind",
  "bpf_prog_linfo__lfind_addr_func",
  "bpf_prog_linfo__new",
  "bpf_prog_query_opts",
  "bpf_program__get_expected_attach_type",
  "bpf_program__get_type",
  "libbpf_find_kernel_btf",
  "libbpf_get_error",
  "libbpf_major_version",
  "libbpf_minor_version",
  "libbpf_set_strict_mode",
  "libbpf_strerror",
  "libbpf_version_string",
];

/** The beginnings of the names of further such functions. */
const IN_GUEST_PREFIXES: readonly string[] = ["btf__", "btf_dump__", "btf_ext__"];

const BY_ID = "it would reach what other processes have loaded";
const CALLBACKS = "libbpf would call functions of the guest in the middle of its own";
const LINKER = "it writes objects; `bpftool gen object` does that when a guest is built";
const TOKEN = "the host decides about the rights of a guest's programs";

/** Functions that are not offered, with the reason. The names may be beginnings. */
const ABSENT: Readonly<Record<string, string>> = {
  bpf_link_get_fd_by_id: BY_ID,
  bpf_link_get_fd_by_id_opts: BY_ID,
  bpf_map_get_fd_by_id: BY_ID,
  bpf_map_get_fd_by_id_opts: BY_ID,
  bpf_prog_get_fd_by_id: BY_ID,
  bpf_prog_get_fd_by_id_opts: BY_ID,
  bpf_object__gen_loader: "its result is a program that loads others, which the host could not check",
  bpf_token_create: TOKEN,
  bpf_prog_detach: "it detaches programs of other processes; `bpf_prog_detach2` names the program",
  bpf_program__set_insns: "libbpf's relocations would write outside of fewer instructions",
  bpf_task_fd_query: "it asks about descriptors of other processes",
  libbpf_register_prog_handler: CALLBACKS,
  libbpf_unregister_prog_handler: CALLBACKS,
  perf_buffer__buffer: "the kernel's pages lie in the memory of the pump, which the guest cannot address",
  bpf_linker__add_file: LINKER,
  bpf_linker__finalize: LINKER,
  bpf_linker__free: LINKER,
  bpf_linker__new: LINKER,
};

/** The document. @throws {Error} for a function without a line, a place in the SDK and a reason. */
export async function functionDocument(): Promise<GeneratedFile> {
  const exported = versionsOf(await Deno.readTextFile(new URL("libbpf.map", LIBBPF_SOURCE))).keys();
  const declared = new Set((await readDeclarations(LIBBPF_FUNCTIONS)).functionNames());
  const names = [...exported].filter((name) => declared.has(name)).sort();
  const lines = new Map(offeredLines());
  const isInGuest = (name: string) =>
    IN_GUEST.includes(name) || IN_GUEST_PREFIXES.some((prefix) => name.startsWith(prefix));
  const imports = names.filter((name) => lines.has(name) && !isInGuest(name));
  const inGuest = names.filter(isInGuest);
  const absent = names.filter((name) => !imports.includes(name) && !inGuest.includes(name));
  const unknown = absent.filter((name) => ABSENT[name] === undefined);
  if (unknown.length > 0) throw new Error(`No line and no reason for ${unknown.join(", ")}`);
  return { path: PATH, text: documentText({ imports, inGuest, absent }) };
}

function documentText(
  { imports, inGuest, absent }: Readonly<Record<"imports" | "inGuest" | "absent", readonly string[]>>,
): string {
  const total = imports.length + inGuest.length + absent.length;
  return `# libbpf's functions for guests

This list is generated from the headers of the pinned libbpf and from the table of imports (\`host/libbpf/functions.ts\`). Of
libbpf's ${total} functions, guests have ${imports.length + inGuest.length}.

## Offered

The host calls these ${imports.length} functions for a guest:

${groupsText(imports)}

The guest contains these ${inGuest.length}: libbpf's own files, compiled for guests, and C code of the SDK.

${groupsText(inGuest)}

## Not offered

Programs that call these functions link. The calls fail with EPERM, or with EOPNOTSUPP for what no guest can have.

| function | reason |
| --- | --- |
${absent.map((name) => `| \`${name}\` | ${ABSENT[name]} |\n`).join("")}`;
}

/** A line for each group of functions: "\`bpf_map__\`: \`fd\`, \`name\`". */
function groupsText(names: readonly string[]): string {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const prefix = prefixOf(name);
    groups.set(prefix, [...groups.get(prefix) ?? [], name.slice(prefix.length)]);
  }
  return [...groups].map(([prefix, rest]) => `- \`${prefix}\`: ${rest.map((one) => `\`${one}\``).join(", ")}\n`).join(
    "",
  );
}

/** The part of a name before the function's own: "bpf_map__", or "bpf_map_" for a function by descriptor. */
function prefixOf(name: string): string {
  const end = name.indexOf("__");
  if (end >= 0) return name.slice(0, end + 2);
  const [first = "", second = ""] = name.split("_");
  return first === "bpf" ? `${first}_${second}_` : `${first}_`;
}

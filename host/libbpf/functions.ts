/**
 * The functions that guests may call: a line for each says what its prototype does not. A function without a line is not offered.
 *
 * @module
 */

import { btfById, kernelBtf, moduleBtf, objectBtf } from "./btf.ts";
import { mapFd, objectMapFd, programFd } from "./descriptors.ts";
import { bytesIn, bytesOut, descriptor, type Line, type Lines, nextPartOf, NULLABLE, orNull, partOf } from "./line.ts";
import { attaches, attachStructOps, destroyLink, disconnectLink, linkFd } from "./links.ts";
import {
  checkFlags,
  checkKeySize,
  checkMapExtra,
  checkMaxEntries,
  checkReuse,
  checkType,
  checkValueSize,
} from "./map_checks.ts";
import { MAP_BATCH_LINES } from "./map_batch.ts";
import { MAP_ELEMENT_LINES } from "./map_elements.ts";
import { shareMap, unshareMap } from "./map_memory.ts";
import { closeObject, initialValue, innerMap, loadObject, openMem } from "./objects.ts";
import { PERF_BUFFER_LINES } from "./perf_buffer.ts";
import { setPrint } from "./print.ts";
import { RING_BUFFER_LINES } from "./ring_buffer.ts";
import { USER_RING_BUFFER_LINES } from "./user_ring_buffer.ts";

/** Objects. */
const OBJECTS = {
  bpf_object__open_mem: { run: openMem, guest: "sdk" },
  bpf_object__load: { run: loadObject, guest: "sdk" },
  bpf_object__close: { run: closeObject, guest: "sdk" },
  bpf_object__btf: { run: objectBtf, guest: "sdk" },
  bpf_object__name: {},
  bpf_object__kversion: {},
  bpf_object__set_kversion: {},
  bpf_object__find_program_by_name: { result: partOf("obj") },
  bpf_object__next_program: { parameters: { prog: NULLABLE }, result: nextPartOf("obj") },
  bpf_object__prev_program: { parameters: { prog: NULLABLE }, result: nextPartOf("obj") },
  bpf_object__find_map_by_name: { result: partOf("obj") },
  bpf_object__find_map_fd_by_name: { run: objectMapFd },
  bpf_object__next_map: { parameters: { map: NULLABLE }, result: nextPartOf("obj") },
  bpf_object__prev_map: { parameters: { map: NULLABLE }, result: nextPartOf("obj") },
} satisfies Lines;

/** Maps. */
const MAPS = {
  bpf_map__fd: { run: mapFd },
  bpf_map__name: {},
  bpf_map__type: {},
  bpf_map__key_size: {},
  bpf_map__value_size: {},
  bpf_map__max_entries: {},
  bpf_map__map_flags: {},
  bpf_map__map_extra: {},
  bpf_map__numa_node: {},
  bpf_map__ifindex: {},
  bpf_map__btf_key_type_id: {},
  bpf_map__btf_value_type_id: {},
  bpf_map__is_internal: {},
  bpf_map__autocreate: {},
  bpf_map__autoattach: {},
  bpf_map__set_type: { check: checkType },
  bpf_map__set_key_size: { check: checkKeySize },
  bpf_map__set_value_size: { check: checkValueSize, guest: "sdk" },
  bpf_map__set_max_entries: { check: checkMaxEntries },
  bpf_map__set_map_flags: { check: checkFlags },
  bpf_map__set_map_extra: { check: checkMapExtra },
  bpf_map__set_numa_node: {},
  bpf_map__set_ifindex: {},
  bpf_map__set_autocreate: {},
  bpf_map__set_autoattach: {},
  bpf_map__initial_value: { run: initialValue, guest: "sdk" },
  bpf_map__set_initial_value: { parameters: { data: bytesIn("size") }, guest: "sdk" },
  bpf_map__reuse_fd: { parameters: { fd: descriptor("map") }, check: checkReuse },
  bpf_map__inner_map: { run: innerMap },
  bpf_map__attach_struct_ops: { run: attachStructOps },
  bpf_map_mmap: { run: shareMap, guest: "sdk", isOfBothVersions: true },
  bpf_map_munmap: { run: unshareMap, guest: "sdk", isOfBothVersions: true },
} satisfies Lines;

/** Programs. */
const PROGRAMS = {
  bpf_program__fd: { run: programFd },
  bpf_program__name: {},
  bpf_program__section_name: {},
  bpf_program__type: {},
  bpf_program__expected_attach_type: {},
  bpf_program__flags: {},
  bpf_program__log_level: {},
  bpf_program__insn_cnt: {},
  bpf_program__autoload: {},
  bpf_program__autoattach: {},
  bpf_program__set_type: {},
  bpf_program__set_expected_attach_type: {},
  bpf_program__set_flags: {},
  bpf_program__set_log_level: {},
  bpf_program__set_ifindex: {},
  bpf_program__set_autoload: {},
  bpf_program__set_autoattach: {},
  bpf_program__attach: attaches("bpf_program__attach", { guest: "sdk" }),
} satisfies Lines;

/** Links. */
const LINKS = {
  bpf_link__fd: { run: linkFd },
  bpf_link__destroy: { run: destroyLink },
  bpf_link__disconnect: { run: disconnectLink },
  bpf_link__detach: {},
} satisfies Lines;

/** libbpf itself, and facts about the machine. */
const LIBRARY = {
  libbpf_set_print: { run: setPrint, guest: "sdk" },
  libbpf_num_possible_cpus: { run: ({ guest }) => guest.gate.possibleCpus(), isOfBothVersions: true },
  libbpf_bpf_attach_type_str: {},
  libbpf_bpf_link_type_str: {},
  libbpf_bpf_map_type_str: {},
  libbpf_bpf_prog_type_str: {},
  libbpf_prog_type_by_name: { parameters: { prog_type: bytesOut(4), expected_attach_type: bytesOut(4) } },
  libbpf_attach_type_by_name: { parameters: { attach_type: bytesOut(4) } },
  libbpf_find_vmlinux_btf_id: {},
  btf__load_vmlinux_btf: { run: kernelBtf, guest: "sdk" },
  btf__load_module_btf: { run: moduleBtf, guest: "sdk" },
  btf__load_from_kernel_by_id: { run: btfById, guest: "sdk" },
  libbpf_probe_bpf_prog_type: { parameters: { opts: orNull(bytesIn(0)) } },
  libbpf_probe_bpf_map_type: { parameters: { opts: orNull(bytesIn(0)) } },
  libbpf_probe_bpf_helper: { parameters: { opts: orNull(bytesIn(0)) } },
} satisfies Lines;

/** Buffers of events, and elements of maps. Their data does not pass through the marshaller. */
const DATA = {
  ...RING_BUFFER_LINES,
  ...PERF_BUFFER_LINES,
  ...USER_RING_BUFFER_LINES,
  ...MAP_ELEMENT_LINES,
  ...MAP_BATCH_LINES,
} satisfies Lines;

/** All lines. */
export const FUNCTIONS: Lines = { ...OBJECTS, ...MAPS, ...PROGRAMS, ...LINKS, ...LIBRARY, ...DATA };

/** The line of an import; undefined if it is not offered. */
export function lineOf(name: string): Line | undefined {
  const lines: Readonly<Record<string, Line>> = FUNCTIONS;
  return Object.hasOwn(lines, name) ? lines[name] : undefined;
}

/** The names of all offered imports with their lines. */
export function offeredLines(): [name: string, line: Line][] {
  const lines: Readonly<Record<string, Line>> = FUNCTIONS;
  return Object.entries(lines);
}

/**
 * The functions that guests may call: a line for each says what its prototype does not. A function without a line is not offered.
 *
 * @module
 */

import {
  BINARY,
  ITER_OPTS,
  KPROBE_MULTI_OPTS,
  KPROBE_OPTS,
  KSYSCALL_OPTS,
  LINK_CREATE_OPTS,
  LINKED_PROGRAM,
  NETFILTER_OPTS,
  NETKIT_OPTS,
  PERF_EVENT,
  PERF_EVENT_OPTS,
  RAW_TRACEPOINT_OPTS,
  SYMBOL_NAME,
  SYMBOL_PATTERN,
  targetFd,
  TCX_OPTS,
  TRACE_OPTS,
  TRACEPOINT_NAME,
  TRACEPOINT_OPTS,
  UPROBE_MULTI_OPTS,
  UPROBE_OPTS,
  USDT_OPTS,
} from "./attach_rules.ts";
import { btfById, kernelBtf, moduleBtf, objectBtf } from "./btf.ts";
import { mapFd, objectBtfFd, objectMapFd, programFd } from "./descriptors.ts";
import { logBuffer, setLogBuffer } from "./kernel_logs.ts";
import { alsoRead, element, key, value } from "./elements.ts";
import { anyInfo, infoOf } from "./info.ts";
import { initialValue, setInitialValue } from "./initial_values.ts";
import {
  bytesIn,
  bytesOut,
  descriptor,
  type Line,
  type Lines,
  NEW_MAP,
  NEW_PROGRAM,
  nextPartOf,
  NULLABLE,
  optionalDescriptor,
  opts,
  orNull,
  partOf,
  required,
} from "./line.ts";
import {
  attachBySection,
  attaches,
  attachesFd,
  attachStructOps,
  checkStructOpsLink,
  destroyLink,
  disconnectLink,
  linkFd,
  openLink,
} from "./links.ts";
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
import {
  PROG_ATTACH,
  PROG_DETACH2,
  TC_ATTACH,
  TC_DETACH,
  TC_HOOK,
  TC_OPTS,
  XDP_ATTACH,
  XDP_DETACH,
  XDP_QUERY_OPTS,
} from "./network.ts";
import { closeObject, innerMap, loadObject, openMem, setInnerMapFd } from "./objects.ts";
import { PERF_BUFFER_LINES } from "./perf_buffer.ts";
import {
  checkPartNames,
  guestPin,
  openPinned,
  OPTIONAL_PIN,
  OPTIONAL_PIN_DIRECTORY,
  PIN,
  PIN_DIRECTORY,
} from "./pins.ts";
import { setPrint } from "./print.ts";
import { RING_BUFFER_LINES } from "./ring_buffer.ts";
import { USER_RING_BUFFER_LINES } from "./user_ring_buffer.ts";
import {
  BTF_LOAD_OPTS,
  createMapRequest,
  INSTRUCTIONS,
  loadProgramRequest,
  MAP_CREATE_OPTS,
  PROG_LOAD_OPTS,
} from "./program_load.ts";
import {
  BIND_OPTS,
  instructions,
  LINK_UPDATE_OPTS,
  PROGRAM_COUNT,
  programIdBytes,
  RAW_TP_OPTS,
  SET_ATTACH_TARGET,
  TEST_RUN_OPTS,
  unloadProgram,
} from "./programs.ts";

/** Objects. */
const OBJECTS = {
  bpf_object__open_mem: { run: openMem, guest: "sdk" },
  bpf_object__load: { run: loadObject, guest: "sdk" },
  bpf_object__close: { run: closeObject, guest: "sdk" },
  bpf_object__btf: { run: objectBtf, guest: "sdk" },
  bpf_object__name: {},
  bpf_object__kversion: {},
  bpf_object__set_kversion: {},
  bpf_object__btf_fd: { run: objectBtfFd },
  bpf_object__find_program_by_name: { result: partOf("obj") },
  bpf_object__next_program: { parameters: { prog: NULLABLE }, result: nextPartOf("obj") },
  bpf_object__prev_program: { parameters: { prog: NULLABLE }, result: nextPartOf("obj") },
  bpf_object__find_map_by_name: { result: partOf("obj") },
  bpf_object__find_map_fd_by_name: { run: objectMapFd },
  bpf_object__next_map: { parameters: { map: NULLABLE }, result: nextPartOf("obj") },
  bpf_object__prev_map: { parameters: { map: NULLABLE }, result: nextPartOf("obj") },
  bpf_object__pin: { parameters: { path: PIN_DIRECTORY }, check: checkPartNames("object") },
  bpf_object__unpin: { parameters: { path: PIN_DIRECTORY }, check: checkPartNames("object") },
  bpf_object__pin_maps: { parameters: { path: OPTIONAL_PIN_DIRECTORY }, check: checkPartNames("obj") },
  bpf_object__unpin_maps: { parameters: { path: OPTIONAL_PIN_DIRECTORY }, check: checkPartNames("obj") },
  bpf_object__pin_programs: { parameters: { path: PIN_DIRECTORY }, check: checkPartNames("obj") },
  bpf_object__unpin_programs: { parameters: { path: PIN_DIRECTORY }, check: checkPartNames("obj") },
} satisfies Lines;

/** Maps of objects. */
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
  bpf_map__is_pinned: {},
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
  bpf_map__set_initial_value: { run: setInitialValue, guest: "sdk" },
  bpf_map__reuse_fd: { parameters: { fd: descriptor("map") }, check: checkReuse },
  bpf_map__inner_map: { run: innerMap },
  bpf_map__set_inner_map_fd: { run: setInnerMapFd },
  bpf_map__pin: { parameters: { path: OPTIONAL_PIN } },
  bpf_map__unpin: { parameters: { path: OPTIONAL_PIN } },
  bpf_map__set_pin_path: { parameters: { path: OPTIONAL_PIN } },
  bpf_map__pin_path: { text: guestPin },
  bpf_map__get_pin_path: { text: guestPin },
  bpf_map__attach_struct_ops: { run: attachStructOps },
  bpf_map__lookup_elem: {
    parameters: { key: key("key_sz"), value: bytesOut("value_sz") },
    request: element("read"),
  },
  bpf_map__update_elem: {
    parameters: { key: key("key_sz"), value: value("value_sz") },
    request: element("write"),
  },
  bpf_map__delete_elem: { parameters: { key: key("key_sz") }, request: element("write") },
  bpf_map__lookup_and_delete_elem: {
    parameters: { key: key("key_sz"), value: bytesOut("value_sz") },
    check: alsoRead,
    request: element("write"),
  },
  bpf_map__get_next_key: {
    parameters: { cur_key: orNull(bytesIn("key_sz")), next_key: bytesOut("key_sz") },
    request: element("read"),
  },
} satisfies Lines;

/** Maps by descriptor. The calls for elements are in `map_elements.ts`. */
const MAP_DESCRIPTORS = {
  bpf_map_create: {
    parameters: { map_name: NULLABLE, opts: opts(MAP_CREATE_OPTS) },
    request: createMapRequest,
    result: NEW_MAP,
  },
  bpf_map_freeze: { parameters: { fd: descriptor("map") } },
  bpf_map_get_info_by_fd: { run: infoOf("map") },
  bpf_map_get_next_id: { parameters: { next_id: bytesOut(4) } },
  bpf_map_mmap: { run: shareMap, guest: "sdk", isOfBothVersions: true },
  bpf_map_munmap: { run: unshareMap, guest: "sdk", isOfBothVersions: true },
} satisfies Lines;

/** Programs of objects. */
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
  bpf_program__set_log_buf: { run: setLogBuffer, guest: "sdk" },
  bpf_program__log_buf: { run: logBuffer, guest: "sdk" },
  bpf_program__insns: { run: instructions, guest: "sdk" },
  bpf_program__set_ifindex: {},
  bpf_program__set_autoload: {},
  bpf_program__set_autoattach: {},
  bpf_program__set_attach_target: SET_ATTACH_TARGET,
  bpf_program__pin: { parameters: { path: PIN } },
  bpf_program__unpin: { parameters: { path: PIN } },
  bpf_program__unload: { run: unloadProgram },
} satisfies Lines;

/** Programs by descriptor. */
const PROGRAM_DESCRIPTORS = {
  bpf_prog_load: {
    parameters: { prog_name: NULLABLE, license: NULLABLE, insns: INSTRUCTIONS, opts: opts(PROG_LOAD_OPTS) },
    request: loadProgramRequest,
    result: NEW_PROGRAM,
  },
  bpf_prog_test_run_opts: { parameters: { prog_fd: descriptor("program"), opts: opts(TEST_RUN_OPTS) } },
  bpf_prog_bind_map: {
    parameters: { prog_fd: descriptor("program"), map_fd: descriptor("map"), opts: opts(BIND_OPTS) },
  },
  bpf_prog_get_info_by_fd: { run: infoOf("program") },
  bpf_prog_get_next_id: { parameters: { next_id: bytesOut(4) } },
  bpf_prog_attach: PROG_ATTACH,
  bpf_prog_detach2: PROG_DETACH2,
  bpf_prog_query: {
    parameters: {
      target_fd: targetFd("type"),
      attach_flags: orNull(bytesOut(4)),
      prog_ids: orNull(bytesOut(programIdBytes)),
      prog_cnt: PROGRAM_COUNT,
    },
  },
} satisfies Lines;

/** Attaching programs. */
const ATTACHING = {
  bpf_program__attach: { run: attachBySection, guest: "sdk" },
  bpf_program__attach_cgroup: attaches("bpf_program__attach_cgroup", { parameters: { cgroup_fd: descriptor("file") } }),
  bpf_program__attach_freplace: attaches("bpf_program__attach_freplace", {
    parameters: { target_fd: optionalDescriptor("program"), attach_func_name: NULLABLE },
  }),
  bpf_program__attach_iter: attaches("bpf_program__attach_iter", { parameters: { opts: opts(ITER_OPTS) } }),
  bpf_program__attach_kprobe: attaches("bpf_program__attach_kprobe", { parameters: { func_name: SYMBOL_NAME } }),
  bpf_program__attach_kprobe_opts: attaches("bpf_program__attach_kprobe_opts", {
    parameters: { func_name: SYMBOL_NAME, opts: opts(KPROBE_OPTS) },
  }),
  bpf_program__attach_kprobe_multi_opts: attaches("bpf_program__attach_kprobe_multi_opts", {
    parameters: { pattern: SYMBOL_PATTERN, opts: opts(KPROBE_MULTI_OPTS) },
  }),
  bpf_program__attach_ksyscall: attaches("bpf_program__attach_ksyscall", {
    parameters: { syscall_name: SYMBOL_NAME, opts: opts(KSYSCALL_OPTS) },
  }),
  bpf_program__attach_lsm: attaches("bpf_program__attach_lsm", {}),
  bpf_program__attach_netfilter: attaches("bpf_program__attach_netfilter", {
    parameters: { opts: opts(NETFILTER_OPTS) },
  }),
  bpf_program__attach_netkit: attaches("bpf_program__attach_netkit", { parameters: { opts: opts(NETKIT_OPTS) } }),
  bpf_program__attach_netns: attaches("bpf_program__attach_netns", { parameters: { netns_fd: descriptor("file") } }),
  bpf_program__attach_perf_event: attaches("bpf_program__attach_perf_event", { parameters: { pfd: PERF_EVENT } }),
  bpf_program__attach_perf_event_opts: attaches("bpf_program__attach_perf_event_opts", {
    parameters: { pfd: PERF_EVENT, opts: opts(PERF_EVENT_OPTS) },
  }),
  bpf_program__attach_raw_tracepoint: attaches("bpf_program__attach_raw_tracepoint", {}),
  bpf_program__attach_raw_tracepoint_opts: attaches("bpf_program__attach_raw_tracepoint_opts", {
    parameters: { opts: opts(RAW_TRACEPOINT_OPTS) },
  }),
  bpf_program__attach_sockmap: attaches("bpf_program__attach_sockmap", { parameters: { map_fd: descriptor("map") } }),
  bpf_program__attach_tcx: attaches("bpf_program__attach_tcx", { parameters: { opts: opts(TCX_OPTS) } }),
  bpf_program__attach_trace: attaches("bpf_program__attach_trace", {}),
  bpf_program__attach_trace_opts: attaches("bpf_program__attach_trace_opts", {
    parameters: { opts: opts(TRACE_OPTS) },
  }),
  bpf_program__attach_tracepoint: attaches("bpf_program__attach_tracepoint", {
    parameters: { tp_category: TRACEPOINT_NAME, tp_name: TRACEPOINT_NAME },
  }),
  bpf_program__attach_tracepoint_opts: attaches("bpf_program__attach_tracepoint_opts", {
    parameters: { tp_category: TRACEPOINT_NAME, tp_name: TRACEPOINT_NAME, opts: opts(TRACEPOINT_OPTS) },
  }),
  bpf_program__attach_uprobe: attaches("bpf_program__attach_uprobe", { parameters: { binary_path: BINARY } }),
  bpf_program__attach_uprobe_opts: attaches("bpf_program__attach_uprobe_opts", {
    parameters: { binary_path: BINARY, opts: opts(UPROBE_OPTS) },
  }),
  bpf_program__attach_uprobe_multi: attaches("bpf_program__attach_uprobe_multi", {
    parameters: { binary_path: BINARY, func_pattern: SYMBOL_PATTERN, opts: opts(UPROBE_MULTI_OPTS) },
  }),
  bpf_program__attach_usdt: attaches("bpf_program__attach_usdt", {
    parameters: { binary_path: BINARY, opts: opts(USDT_OPTS) },
  }, { pointsIntoObject: true }),
  bpf_program__attach_xdp: attaches("bpf_program__attach_xdp", {}),
  bpf_tc_attach: TC_ATTACH,
  bpf_tc_detach: TC_DETACH,
  bpf_tc_hook_create: { parameters: { hook: required(TC_HOOK) } },
  bpf_tc_hook_destroy: { parameters: { hook: required(TC_HOOK) } },
  bpf_tc_query: { parameters: { hook: required(TC_HOOK), opts: required(TC_OPTS) } },
  bpf_xdp_attach: XDP_ATTACH,
  bpf_xdp_detach: XDP_DETACH,
  bpf_xdp_query: { parameters: { opts: required(XDP_QUERY_OPTS) } },
  bpf_xdp_query_id: { parameters: { prog_id: bytesOut(4) } },
} satisfies Lines;

/** Links. */
const LINKS = {
  bpf_link__fd: { run: linkFd },
  bpf_link__destroy: { run: destroyLink },
  bpf_link__disconnect: { run: disconnectLink },
  bpf_link__detach: {},
  bpf_link__update_program: {},
  bpf_link__update_map: { check: checkStructOpsLink },
  bpf_link__open: { run: openLink },
  bpf_link__pin: { parameters: { path: PIN } },
  bpf_link__unpin: {},
  bpf_link__pin_path: { text: guestPin },
  bpf_link_create: attachesFd("bpf_link_create", {
    parameters: { prog_fd: LINKED_PROGRAM, target_fd: targetFd("attach_type"), opts: LINK_CREATE_OPTS },
  }),
  bpf_link_detach: { parameters: { link_fd: descriptor("link") } },
  bpf_link_update: {
    parameters: {
      link_fd: descriptor("link"),
      new_prog_fd: descriptor("program", "map"),
      opts: opts(LINK_UPDATE_OPTS),
    },
  },
  bpf_link_get_info_by_fd: { run: infoOf("link") },
  bpf_link_get_next_id: { parameters: { next_id: bytesOut(4) } },
  bpf_raw_tracepoint_open: attachesFd("bpf_raw_tracepoint_open", {
    parameters: { name: NULLABLE, prog_fd: descriptor("program") },
  }),
  bpf_raw_tracepoint_open_opts: attachesFd("bpf_raw_tracepoint_open_opts", {
    parameters: { prog_fd: descriptor("program"), opts: opts(RAW_TP_OPTS) },
  }),
  bpf_iter_create: {
    parameters: { link_fd: descriptor("link") },
    result: { is: "descriptor", kind: "iterator" },
  },
} satisfies Lines;

/** BTF, and descriptors of several kinds. */
const DESCRIPTORS = {
  bpf_btf_load: {
    parameters: { btf_data: bytesIn("btf_size"), opts: opts(BTF_LOAD_OPTS) },
    result: { is: "descriptor", kind: "btf" },
  },
  bpf_btf_get_fd_by_id: { result: { is: "descriptor", kind: "btf" } },
  bpf_btf_get_info_by_fd: { run: infoOf("btf") },
  bpf_btf_get_next_id: { parameters: { next_id: bytesOut(4) } },
  bpf_obj_get_info_by_fd: { run: anyInfo },
  bpf_obj_pin: { parameters: { fd: descriptor("map", "program", "link"), pathname: PIN } },
  bpf_obj_get: { run: openPinned },
} satisfies Lines;

/** libbpf itself, and facts about the machine. */
const LIBRARY = {
  libbpf_set_print: { run: setPrint, guest: "sdk" },
  libbpf_num_possible_cpus: { run: ({ guest }) => guest.gate.possibleCpus(), isOfBothVersions: true },
  libbpf_set_memlock_rlim: {},
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
  bpf_enable_stats: { result: { is: "descriptor", kind: "stats" } },
} satisfies Lines;

/**
 * All lines. Buffers of events, and elements of maps, are in tables of their own: their data does not pass through the marshaller. One
 * table of all would delay the start of a guest by 0.3 ms.
 */
const TABLES: readonly Lines[] = [
  OBJECTS,
  MAPS,
  MAP_DESCRIPTORS,
  PROGRAMS,
  PROGRAM_DESCRIPTORS,
  ATTACHING,
  LINKS,
  DESCRIPTORS,
  LIBRARY,
  RING_BUFFER_LINES,
  PERF_BUFFER_LINES,
  USER_RING_BUFFER_LINES,
  MAP_ELEMENT_LINES,
  MAP_BATCH_LINES,
];

/** The line of an import; undefined if it is not offered. */
export function lineOf(name: string): Line | undefined {
  const lines: Readonly<Record<string, Line>> | undefined = TABLES.find((table) => Object.hasOwn(table, name));
  return lines?.[name];
}

/** The names of all offered imports with their lines. */
export function offeredLines(): [name: string, line: Line][] {
  return TABLES.flatMap((table) => {
    const lines: Readonly<Record<string, Line>> = table;
    return Object.entries(lines);
  });
}

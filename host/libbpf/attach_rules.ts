/**
 * The parameters and options of functions that attach.
 *
 * @module
 */

import { AttachType } from "../../ffi/mod.ts";
import { cString } from "../../ffi/system/c_string.ts";
import { pathOfDescriptor } from "../../ffi/system/host_paths.ts";
import { realPath } from "../core/attach_targets/attach_points.ts";
import { withHiddenPath } from "../core/attach_targets/target_reading.ts";
import { refuse } from "../core/refusal.ts";
import { isOnInterface, isOnMap } from "./attach_types.ts";
import type { Call } from "./call.ts";
import { bytesOf, descriptorOf, longsOf, text, textsOf } from "./fields.ts";
import type { ParameterRule } from "./line.ts";
import { shown } from "./links.ts";
import { messagesOf } from "./print.ts";
import { type FieldRule, struct, type StructRule } from "./structs.ts";

/** The name of a function in the kernel or in a file. libbpf puts it into a line of a file of tracefs. */
const SYMBOL = /^[\w.$:@]+$/;
/** A pattern for such names. */
const PATTERN = /^[\w.$:@*?]+$/;
/** libbpf matches patterns by backtracking: each further `*` multiplies the time by the length of the name. */
const MAX_STARS = 4;
/** libbpf uses these names in a path of tracefs. */
const TRACEPOINT = /^[\w-]+$/;

function matching(pattern: RegExp): (text: string) => string {
  return (text) => pattern.test(text) ? text : refuse("EINVAL");
}

function checkedPattern(text: string): string {
  if (text.split("*").length - 1 > MAX_STARS) refuse("EINVAL");
  return matching(PATTERN)(text);
}

function textRule(check: (text: string) => string, isNullable = false): ParameterRule {
  return { is: "text", isNullable, map: (_call, text) => check(text) };
}

/** The name of a function. */
export const SYMBOL_NAME = textRule(matching(SYMBOL));
/** A pattern for names of functions, or NULL for lists in the options. */
export const SYMBOL_PATTERN = textRule(checkedPattern, true);
/** The category or the name of a tracepoint. */
export const TRACEPOINT_NAME = textRule(matching(TRACEPOINT));

/** The path of an executable or library of the host. It is resolved and checked as the targets of version 1 are. */
export const BINARY: ParameterRule = {
  is: "text",
  isNullable: false,
  map: pathOfBinary,
};

/** libbpf's path of an executable or library, until the call ends. */
function pathOfBinary(call: Call, path: string): string {
  const { system } = call.guest;
  const fd = hidden(call, () => system.openBinary(path));
  call.onEnd(() => system.closeDescriptor(fd));
  hidden(call, () => {
    call.calls.check({ kind: "call", function: call.name, point: { kind: "binary", path: realPath(system, fd) } });
  });
  messagesOf(call.guest).rename(pathOfDescriptor(fd), path);
  return pathOfDescriptor(fd);
}

/** Uses a path of the host. The guest does not learn the reason of a failure. */
function hidden<T>(call: Call, use: () => T): T {
  try {
    return withHiddenPath(use);
  } catch (error) {
    throw shown(call, error);
  }
}

const symbol: FieldRule = text((name) => matching(SYMBOL)(name));

export const KPROBE_OPTS = struct("bpf_kprobe_opts", ["bpf_cookie", "offset", "retprobe", "attach_mode"]);
export const KPROBE_MULTI_OPTS = struct("bpf_kprobe_multi_opts", ["cnt", "retprobe", "session"], {
  syms: textsOf("cnt"),
  addrs: longsOf("cnt"),
  cookies: bytesOf("cnt", 8),
});
export const UPROBE_MULTI_OPTS = struct("bpf_uprobe_multi_opts", ["cnt", "retprobe"], {
  syms: textsOf("cnt"),
  offsets: longsOf("cnt"),
  ref_ctr_offsets: longsOf("cnt"),
  cookies: bytesOf("cnt", 8),
});
export const KSYSCALL_OPTS = struct("bpf_ksyscall_opts", ["bpf_cookie", "retprobe"]);
export const UPROBE_OPTS = struct("bpf_uprobe_opts", ["ref_ctr_offset", "bpf_cookie", "retprobe", "attach_mode"], {
  func_name: symbol,
});
export const USDT_OPTS = struct("bpf_usdt_opts", ["usdt_cookie"]);
export const PERF_EVENT_OPTS = struct("bpf_perf_event_opts", ["bpf_cookie", "force_ioctl_attach"]);
export const TRACEPOINT_OPTS = struct("bpf_tracepoint_opts", ["bpf_cookie"]);
export const RAW_TRACEPOINT_OPTS = struct("bpf_raw_tracepoint_opts", ["cookie"]);
export const TRACE_OPTS = struct("bpf_trace_opts", ["cookie"]);
export const NETFILTER_OPTS = struct("bpf_netfilter_opts", ["pf", "hooknum", "priority", "flags"]);
const RELATIVE = { relative_fd: descriptorOf("program", "link") };
export const TCX_OPTS = struct("bpf_tcx_opts", ["flags", "relative_id", "expected_revision"], RELATIVE);
export const NETKIT_OPTS = struct("bpf_netkit_opts", ["flags", "relative_id", "expected_revision"], RELATIVE);

/** The target of an iterator, as its section names it: "bpf_map_elem" of "iter/bpf_map_elem". */
function iteratorTarget(call: Call): string {
  const [kind = "", target = ""] = call.programOf(call.program("prog")).sectionName.split("/");
  return kind.startsWith("iter") ? target : refuse("EINVAL");
}

/**
 * `union bpf_iter_link_info`, whose meaning the iterator's target decides: a map, a cgroup, or the numbers of a task. The program stays
 * with the target of its section, see `checkAttachTarget()`.
 */
const linkInfo: FieldRule = ({ call, source, target, offset, place }) => {
  const sizeBytes = source.getUint32(place("link_info_len").offset, true);
  if (sizeBytes < 4 || sizeBytes > 64) refuse("EINVAL");
  const info = call.copy(call.pointerIn(source, offset), sizeBytes);
  const view = new DataView(info.buffer);
  const kind = iteratorTarget(call);
  const translate = (at: number, kinds: readonly ("map" | "file")[]) => {
    const fd = at + 4 <= sizeBytes ? view.getInt32(at, true) : 0;
    if (fd !== 0) view.setInt32(at, call.hostFd(fd, kinds), true);
  };
  if (kind.includes("map")) translate(MAP_FD_AT, ["map"]);
  else if (kind.startsWith("cgroup")) translate(CGROUP_FD_AT, ["file"]);
  else if (kind.startsWith("task")) {
    if (sizeBytes > PID_FD_AT && view.getInt32(PID_FD_AT, true) !== 0) refuse("EBADF");
  } else if (info.some((byte) => byte !== 0)) refuse("EINVAL");
  target.point(offset, info);
};

/** The places of descriptors in `union bpf_iter_link_info`. */
const MAP_FD_AT = 0;
const CGROUP_FD_AT = 4;
const PID_FD_AT = 8;

export const ITER_OPTS = struct("bpf_iter_attach_opts", ["link_info_len"], { link_info: linkInfo });

/** The attach types that have a program as target, or none. */
const ON_PROGRAM: ReadonlySet<number> = new Set([
  AttachType.TRACE_RAW_TP,
  AttachType.TRACE_FENTRY,
  AttachType.TRACE_FEXIT,
  AttachType.MODIFY_RETURN,
  AttachType.LSM_MAC,
  AttachType.TRACE_ITER,
  AttachType.TRACE_KPROBE_MULTI,
  AttachType.TRACE_KPROBE_SESSION,
  AttachType.TRACE_UPROBE_MULTI,
  AttachType.NETFILTER,
  AttachType.STRUCT_OPS,
]);

/** The target of an attach type: an index, or a descriptor. @param type the name of the parameter with the attach type. */
export function targetFd(type: string): ParameterRule {
  return {
    is: "number",
    map: (call, value) => {
      const kind = call.int(type);
      if (isOnInterface(kind)) return value;
      if (ON_PROGRAM.has(kind)) return value === 0 ? 0 : call.hostFd(value, ["program"]);
      if (kind === AttachType.PERF_EVENT) return call.hostFd(value, ["perf_event"]);
      // All others have a cgroup, a network namespace or a device.
      return call.hostFd(value, isOnMap(kind) ? ["map"] : ["file"]);
    },
  };
}

/** The program of an attach type; a map for struct_ops. */
export const LINKED_PROGRAM: ParameterRule = {
  is: "number",
  map: (call, value) => call.hostFd(value, call.int("attach_type") === AttachType.STRUCT_OPS ? ["map"] : ["program"]),
};

const LINK_CREATE_FIELDS: ReadonlyMap<number, StructRule> = new Map([
  [AttachType.PERF_EVENT, linkOpts(["perf_event.bpf_cookie"])],
  [AttachType.TRACE_KPROBE_MULTI, kprobeMulti()],
  [AttachType.TRACE_KPROBE_SESSION, kprobeMulti()],
  [AttachType.TRACE_UPROBE_MULTI, uprobeMulti()],
  [AttachType.TRACE_RAW_TP, linkOpts(["tracing.cookie"])],
  [AttachType.TRACE_FENTRY, linkOpts(["tracing.cookie"])],
  [AttachType.TRACE_FEXIT, linkOpts(["tracing.cookie"])],
  [AttachType.MODIFY_RETURN, linkOpts(["tracing.cookie"])],
  [AttachType.LSM_MAC, linkOpts(["tracing.cookie"])],
  [
    AttachType.NETFILTER,
    linkOpts(["netfilter.pf", "netfilter.hooknum", "netfilter.priority", "netfilter.flags"]),
  ],
  [AttachType.TCX_INGRESS, relative("tcx")],
  [AttachType.TCX_EGRESS, relative("tcx")],
  [AttachType.NETKIT_PRIMARY, relative("netkit")],
  [AttachType.NETKIT_PEER, relative("netkit")],
]);

function linkOpts(fields: readonly string[], rules: Readonly<Record<string, FieldRule>> = {}): StructRule {
  return struct("bpf_link_create_opts", ["flags", "target_btf_id", ...fields], rules);
}

function kprobeMulti(): StructRule {
  const count = "kprobe_multi.cnt";
  return linkOpts(["kprobe_multi.flags", count], {
    "kprobe_multi.syms": textsOf(count),
    "kprobe_multi.addrs": longsOf(count),
    "kprobe_multi.cookies": bytesOf(count, 8),
  });
}

function uprobeMulti(): StructRule {
  const count = "uprobe_multi.cnt";
  return linkOpts(["uprobe_multi.flags", count, "uprobe_multi.pid"], {
    "uprobe_multi.path": ({ call, source, target, offset }) => {
      target.point(offset, cString(pathOfBinary(call, call.textAt(call.pointerIn(source, offset)))));
    },
    "uprobe_multi.offsets": longsOf(count),
    "uprobe_multi.ref_ctr_offsets": longsOf(count),
    "uprobe_multi.cookies": bytesOf(count, 8),
  });
}

function relative(kind: "tcx" | "netkit"): StructRule {
  return linkOpts([`${kind}.relative_id`, `${kind}.expected_revision`], {
    [`${kind}.relative_fd`]: descriptorOf("program", "link"),
  });
}

/** The options of `bpf_link_create`, whose fields the attach type decides. */
export const LINK_CREATE_OPTS: ParameterRule = {
  is: "struct",
  rule: (call) => LINK_CREATE_FIELDS.get(call.int("attach_type")) ?? linkOpts([]),
};

/**
 * A perf event that libbpf closes with the link. It gets a copy, because the guest's own descriptor stays the guest's until it closes it.
 */
export const PERF_EVENT: ParameterRule = {
  is: "number",
  map: (call, value) => {
    const { system } = call.guest;
    const copied = system.calls.duplicate(call.hostFd(value, ["perf_event"]));
    if (copied < 0) refuse("EMFILE");
    call.onFailure(() => system.calls.close(copied));
    return copied;
  },
};

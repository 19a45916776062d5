/**
 * The places of attachments that guests of version 2 make, as policies name them.
 *
 * They come from the arguments as libbpf gets them. The guest's own memory may change meanwhile.
 *
 * @module
 */

import { AttachType, type FunctionName, type NativeArgument } from "../../ffi/mod.ts";
import { PROTOTYPES } from "../../ffi/libbpf/prototypes.ts";
import { interfacePoint, realPath, withOffset } from "../core/attach_targets/attach_points.ts";
import { isNetworkAttachType } from "../core/policy/effects.ts";
import type { AttachPoint, GateRequest } from "../core/requests.ts";
import { isOnInterface, isOnMap } from "./attach_types.ts";
import type { Call } from "./call.ts";
import { fieldOf } from "./structs.ts";

/** The arguments of a call by the names of the parameters. */
type Arguments = (parameter: string) => NativeArgument | undefined;

/** The functions whose place is in their arguments. Those that attach to a file pass its place when they open it. */
const POINTS: { readonly [N in FunctionName]?: (call: Call, argument: Arguments) => AttachPoint } = {
  bpf_program__attach_cgroup: (call, argument) => cgroupPoint(call, argument("cgroup_fd")),
  bpf_program__attach_netns: (call, argument) => namespacePoint(call, argument("netns_fd")),
  bpf_program__attach_xdp: onInterface,
  bpf_program__attach_tcx: onInterface,
  bpf_program__attach_netkit: onInterface,
  bpf_program__attach_netfilter: () => ({ kind: "netfilter" }),
  bpf_program__attach_sockmap: () => ({ kind: "sockmap" }),
  bpf_program__attach_kprobe: (_call, argument) => functionPoint(argument("func_name")),
  bpf_program__attach_kprobe_opts: (_call, argument) => {
    const name = withOffset(textOf(argument("func_name")), fieldOf(argument("opts"), "bpf_kprobe_opts", "offset"));
    return { kind: "function", name };
  },
  bpf_program__attach_ksyscall: (_call, argument) => functionPoint(argument("syscall_name")),
  bpf_program__attach_kprobe_multi_opts: (_call, argument) => patternPoint(argument("pattern")),
  bpf_program__attach_tracepoint: onTracepoint,
  bpf_program__attach_tracepoint_opts: onTracepoint,
  bpf_program__attach_raw_tracepoint: (_call, argument) => rawTracepoint(argument("tp_name")),
  bpf_program__attach_raw_tracepoint_opts: (_call, argument) => rawTracepoint(argument("tp_name")),
};

/** The place of a call that attaches a program; undefined if loading has bound the program to one. */
export function pointOf(call: Call, name: FunctionName, args: readonly NativeArgument[]): AttachPoint | undefined {
  return POINTS[name]?.(call, argumentsByName(name, args));
}

function argumentsByName(name: FunctionName, args: readonly NativeArgument[]): Arguments {
  const names = Object.keys(PROTOTYPES[name].parameters);
  return (parameter) => args[names.indexOf(parameter)];
}

function onInterface(call: Call, argument: Arguments): AttachPoint {
  return interfacePoint(call.guest.system, Number(argument("ifindex")));
}

function onTracepoint(_call: Call, argument: Arguments): AttachPoint {
  return { kind: "tracepoint", name: `${textOf(argument("tp_category"))}/${textOf(argument("tp_name"))}` };
}

function rawTracepoint(name: NativeArgument | undefined): AttachPoint {
  return { kind: "tracepoint", name: textOf(name) };
}

function functionPoint(name: NativeArgument | undefined): AttachPoint {
  return { kind: "function", name: textOf(name) };
}

/** Without a pattern, the options list functions or addresses, which can be any. */
function patternPoint(pattern: NativeArgument | undefined): AttachPoint {
  return { kind: "function", name: pattern instanceof Uint8Array ? textOf(pattern) : "*", isPattern: true };
}

function cgroupPoint({ guest }: Call, fd: NativeArgument | undefined): AttachPoint {
  return { kind: "cgroup", path: realPath(guest.system, Number(fd)) };
}

function namespacePoint({ guest }: Call, fd: NativeArgument | undefined): AttachPoint {
  return { kind: "namespace", path: realPath(guest.system, Number(fd)) };
}

function textOf(argument: NativeArgument | undefined): string {
  return argument instanceof Uint8Array ? new TextDecoder().decode(argument.subarray(0, -1)) : "";
}

/** The attach types whose target is a network namespace. */
const ON_NAMESPACE: ReadonlySet<number> = new Set([AttachType.SK_LOOKUP, AttachType.FLOW_DISSECTOR]);
/** Those whose options list functions, or their addresses. */
const ON_FUNCTIONS: ReadonlySet<number> = new Set([AttachType.TRACE_KPROBE_MULTI, AttachType.TRACE_KPROBE_SESSION]);
/** Those of programs that loading has bound to a place, and those whose place passes the gate on its own. */
const WITHOUT_PLACE: ReadonlySet<number> = new Set([
  AttachType.TRACE_RAW_TP,
  AttachType.TRACE_FENTRY,
  AttachType.TRACE_FEXIT,
  AttachType.MODIFY_RETURN,
  AttachType.LSM_MAC,
  AttachType.TRACE_ITER,
  AttachType.PERF_EVENT,
  AttachType.TRACE_UPROBE_MULTI,
  AttachType.STRUCT_OPS,
]);

/** The place of an attachment by descriptors. @param target an index, or a descriptor of the host. */
function typedPoint(call: Call, attachType: number, target: number): AttachPoint | undefined {
  if (WITHOUT_PLACE.has(attachType)) return undefined;
  if (isOnInterface(attachType)) return interfacePoint(call.guest.system, target);
  if (ON_NAMESPACE.has(attachType)) return namespacePoint(call, target);
  if (isOnMap(attachType)) return { kind: "sockmap" };
  if (ON_FUNCTIONS.has(attachType)) return patternPoint(undefined);
  return attachType === AttachType.NETFILTER ? { kind: "netfilter" } : cgroupPoint(call, target);
}

/** A call that attaches, or undoes an attachment that may be another's. */
function request(
  name: FunctionName,
  point: AttachPoint | undefined,
  { isNetwork = true, stays = false } = {},
): GateRequest {
  return { kind: "call", function: name, point, isNetwork, stays };
}

/** The functions that make attachments by descriptors or numbers, or change those of others. */
const REQUESTS: { readonly [N in FunctionName]?: (call: Call, argument: Arguments) => GateRequest } = {
  bpf_link_create: (call, argument) =>
    typedRequest("bpf_link_create", call, { type: argument("attach_type"), target: argument("target_fd") }),
  bpf_prog_attach: (call, argument) => {
    const [type, target] = [argument("type"), argument("attachable_fd")];
    // The programs of a socket map end with it.
    return typedRequest("bpf_prog_attach", call, { type, target, stays: !isOnMap(Number(type)) });
  },
  bpf_prog_detach2: (call, argument) =>
    typedRequest("bpf_prog_detach2", call, { type: argument("type"), target: argument("attachable_fd") }),
  // A negative program detaches.
  bpf_xdp_attach: (call, argument) =>
    request("bpf_xdp_attach", onInterface(call, argument), { stays: Number(argument("prog_fd")) >= 0 }),
  bpf_xdp_detach: (call, argument) => request("bpf_xdp_detach", onInterface(call, argument)),
  bpf_tc_attach: (call, argument) => hookRequest("bpf_tc_attach", call, argument, { stays: true }),
  bpf_tc_detach: (call, argument) => hookRequest("bpf_tc_detach", call, argument),
  bpf_tc_hook_create: (call, argument) => hookRequest("bpf_tc_hook_create", call, argument),
  bpf_tc_hook_destroy: (call, argument) => hookRequest("bpf_tc_hook_destroy", call, argument),
  bpf_raw_tracepoint_open: (_call, argument) => {
    const name = argument("name");
    return request("bpf_raw_tracepoint_open", name === null ? undefined : rawTracepoint(name), { isNetwork: false });
  },
  // The name is in a struct, behind a pointer.
  bpf_raw_tracepoint_open_opts: () =>
    request("bpf_raw_tracepoint_open_opts", { kind: "tracepoint", name: "*" }, { isNetwork: false }),
  bpf_prog_test_run_opts: (_call, argument) => {
    const sends = (fieldOf(argument("opts"), "bpf_test_run_opts", "flags") & LIVE_FRAMES) !== 0;
    return request("bpf_prog_test_run_opts", sends ? { kind: "other" } : undefined, { isNetwork: sends });
  },
};

/** BPF_F_TEST_XDP_LIVE_FRAMES: the kernel sends the packets of a test run. */
const LIVE_FRAMES = 1 << 1;

/** The request of a function that no link's owner makes. */
export function requestOf(call: Call, name: FunctionName, args: readonly NativeArgument[]): GateRequest {
  return REQUESTS[name]?.(call, argumentsByName(name, args)) ?? { kind: "call", function: name };
}

function typedRequest(
  name: FunctionName,
  call: Call,
  { type, target, stays = false }: {
    type: NativeArgument | undefined;
    target: NativeArgument | undefined;
    stays?: boolean;
  },
): GateRequest {
  const attachType = Number(type);
  const point = typedPoint(call, attachType, Number(target));
  return request(name, point, { isNetwork: isNetworkAttachType(attachType), stays });
}

function hookRequest(name: FunctionName, call: Call, argument: Arguments, { stays = false } = {}): GateRequest {
  const index = fieldOf(argument("hook"), "bpf_tc_hook", "ifindex");
  return request(name, interfacePoint(call.guest.system, index), { stays });
}

/** PROBE_ATTACH_MODE_LEGACY: libbpf writes the probe into a file of tracefs, where it stays when the process is killed. */
const LEGACY_PROBE = 1;

/** True for a probe that stays when the process is killed. */
export function staysAfterKill(name: FunctionName, args: readonly NativeArgument[]): boolean {
  const opts = argumentsByName(name, args)("opts");
  if (name === "bpf_program__attach_kprobe_opts") {
    return fieldOf(opts, "bpf_kprobe_opts", "attach_mode") === LEGACY_PROBE;
  }
  return name === "bpf_program__attach_uprobe_opts" && fieldOf(opts, "bpf_uprobe_opts", "attach_mode") === LEGACY_PROBE;
}

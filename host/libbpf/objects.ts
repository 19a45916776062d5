/**
 * Opening, loading and closing objects, and the definitions of inner maps.
 *
 * @module
 */

import { BpfError, libbpfErrno, LINUX_ERRNO, openOperation } from "../../errors/mod.ts";
import { MAX_OBJECT_BYTES } from "../core/allowances.ts";
import type { GuestContext } from "../core/context.ts";
import type { GuestPtr } from "../core/memory.ts";
import type { GuestOpenOptions } from "../core/object_requests.ts";
import { refuse } from "../core/refusal.ts";
import type { Call } from "./call.ts";
import { keepLog, type KernelLog, kernelLogOf, writeLogs } from "./kernel_logs.ts";
import { endDescriptors, endPart, partHandle } from "./parts.ts";
import { copyOptions, struct } from "./structs.ts";

/** The offered fields of `struct bpf_object_open_opts`. */
const OPEN_OPTS = struct("bpf_object_open_opts", [
  "object_name",
  "relaxed_maps",
  "pin_root_path",
  "kconfig",
  "btf_custom_path",
  "kernel_log_buf",
  "kernel_log_size",
  "kernel_log_level",
  "bpf_token_path",
]);

/** `bpf_object__open_mem`. */
export function openMem(call: Call): number {
  const { guest } = call;
  const size = call.size("obj_buf_sz");
  if (call.isNull("obj_buf") || size === 0) refuse("EINVAL");
  const view = guest.memory.view(call.pointer("obj_buf"), size);
  if (size > MAX_OBJECT_BYTES) refuse("E2BIG");
  const options = call.isNull("opts") ? { options: {}, log: undefined } : openOptions(call, call.pointer("opts"));
  const object = quietly(() => guest.gate.open(view.slice(), options.options));
  if (typeof object === "number") return object;
  if (options.log !== undefined) keepLog(object, options.log);
  return guest.objects.add(object);
}

function openOptions(call: Call, at: GuestPtr): { options: GuestOpenOptions; log: KernelLog | undefined } {
  const { view, place } = copyOptions(call, at, OPEN_OPTS);
  const text = (field: string) => {
    const pointer = call.pointerIn(view, place(field).offset);
    return pointer === 0 ? undefined : call.textAt(pointer);
  };
  checkPaths(call, { pinRoot: text("pin_root_path"), btf: text("btf_custom_path"), token: text("bpf_token_path") });
  const level = view.getUint32(place("kernel_log_level").offset, true);
  const log = kernelLogOf(call, {
    at: call.pointerIn(view, place("kernel_log_buf").offset),
    sizeBytes: Number(view.getBigUint64(place("kernel_log_size").offset, true)),
  });
  return {
    log,
    options: {
      name: text("object_name") ?? call.guest.gate.objectName,
      kconfig: text("kconfig"),
      relaxedMaps: view.getUint8(place("relaxed_maps").offset) !== 0,
      kernelLog: log === undefined ? undefined : { buffer: log.buffer, level },
      tokenPath: text("bpf_token_path") === undefined ? undefined : "",
    },
  };
}

/** Refuses paths of the host that the guest was not given. */
function checkPaths(
  { guest }: Call,
  { pinRoot, btf, token }: { pinRoot: string | undefined; btf: string | undefined; token: string | undefined },
): void {
  if (pinRoot !== undefined && pinRoot !== guest.gate.pinPath) {
    throw refusedPath(guest, `it pins in "${pinRoot}"`, "--pin DIR gives it a directory");
  }
  if (btf !== undefined && btf !== guest.gate.btfPath) {
    throw refusedPath(guest, `it uses BTF of "${btf}"`, "--btf FILE gives it a file");
  }
  if (token !== undefined && token !== "") throw refusedPath(guest, "it asks for a BPF token", undefined);
}

function refusedPath({ gate }: GuestContext, reason: string, hint: string | undefined): BpfError {
  return new BpfError(openOperation(gate.objectName), LINUX_ERRNO.EPERM, { reason, hint });
}

/**
 * Calls `make`. A refusal whose reason libbpf has logged becomes a negative errno, because the guest prints that reason itself.
 *
 * @throws {BpfError} for refusals of the host.
 */
function quietly<T>(make: () => T): T | number {
  try {
    return make();
  } catch (error) {
    if (error instanceof BpfError && error.log.length > 0) return -libbpfErrno(error.errno);
    throw error;
  }
}

/** `bpf_object__load`. The host reports a failure in one line, beside libbpf's own messages. */
export function loadObject(call: Call): number {
  const { guest } = call;
  const object = call.object("obj");
  call.calls.pass({ kind: "call", function: call.name });
  try {
    object.load();
  } catch (error) {
    endDescriptors(guest, object);
    throw error;
  } finally {
    // libbpf frees the definitions of inner maps once the outer maps exist.
    for (const ref of object.takeInnerMaps()) endPart(guest, object, ref);
    writeLogs(guest, object);
  }
  return 0;
}

/** `bpf_object__close`: ends everything that belongs to the object. NULL is allowed, as in libbpf. */
export function closeObject(call: Call): number {
  if (call.isNull("obj")) return 0;
  if (!call.guest.closeObject(call.raw("obj"))) refuse("EINVAL");
  return 0;
}

/** `bpf_map__inner_map`: its definition ends when the object is loaded, or when the map gets another one. */
export function innerMap(call: Call): number {
  const { ref, object } = call.map("map");
  const { value } = call.calls.call("bpf_map__inner_map", [ref], { owner: object.ref });
  if (typeof value !== "object") return 0;
  object.addInnerMap(value);
  return partHandle(call, object, value, { isInner: true });
}

/** `bpf_map__set_inner_map_fd`: libbpf frees the definition of the inner map. */
export function setInnerMapFd(call: Call): number {
  const { ref, object } = call.map("map");
  const hostFd = call.hostFd(call.int("fd"), ["map"]);
  const { errno } = call.calls.call("bpf_map__set_inner_map_fd", [ref, hostFd]);
  if (errno < 0) return -libbpfErrno(errno);
  for (const inner of object.takeInnerMaps()) endPart(call.guest, object, inner);
  return 0;
}

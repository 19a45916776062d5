/**
 * Attaching to functions of the kernel, of executables and of shared libraries.
 *
 * @module
 */

import { shows, withFileName } from "../../errors/log_signs.ts";
import { BpfError, LINUX_ERRNO } from "../../errors/mod.ts";
import { cString } from "../system/c_string.ts";
import { codeOffset } from "../system/executable.ts";
import { pathOfDescriptor } from "../system/host_paths.ts";
import { address } from "../system/pointers.ts";
import type { Attachment, Target } from "./attachment.ts";
import type { BinaryTarget, BpfLink, KprobeMultiTarget, UprobeMultiTarget, UprobeTarget } from "./interfaces/mod.ts";
import { NativeLink } from "./link.ts";
import { Struct } from "./struct.ts";

/** Attaches to a place in a file. The kernel gets the open file, so a concurrent rename has no effect. */
export function attachUprobe(at: Attachment, target: UprobeTarget): BpfLink {
  return onBinary(at, target, (fd) => {
    const offset = target.address === undefined
      ? target.offset
      : codeOffset(at.native.system.calls, fd, target.address, at.operation);
    const opts = new Struct("bpf_uprobe_opts")
      .u8("retprobe", Number(target.retprobe))
      .string("func_name", target.function);
    const { symbols } = at.native.program;
    const path = cString(pathOfDescriptor(fd));
    return symbols.bpf_program__attach_uprobe_opts(at.pointer, target.pid, path, address(offset), opts.bytes);
  });
}

/** Attaches to all functions of a file whose names match, or to the code at an address, through one link. */
export function attachUprobeMulti(at: Attachment, target: UprobeMultiTarget): BpfLink {
  const { native, pointer, operation } = at;
  const attach = native.need(native.program.symbols.bpf_program__attach_uprobe_multi, operation, "1.3");
  return onBinary(at, target, (fd) => {
    const opts = new Struct("bpf_uprobe_multi_opts").u8("retprobe", Number(target.retprobe));
    const path = cString(pathOfDescriptor(fd));
    const { place } = target;
    if ("address" in place) {
      opts.numbers("offsets", [codeOffset(native.system.calls, fd, place.address, operation)]).u64("cnt", 1);
      return attach(pointer, target.pid, path, null, opts.bytes);
    }
    return attach(pointer, target.pid, path, cString(place.pattern), opts.bytes);
  });
}

/** Attaches to every location of a USDT probe in a file. */
export function attachUsdt(at: Attachment, target: Target<"usdt">): BpfLink {
  const { symbols } = at.native.program;
  return onBinary(at, target, (fd) =>
    symbols.bpf_program__attach_usdt(
      at.pointer,
      target.pid,
      cString(pathOfDescriptor(fd)),
      cString(target.provider),
      cString(target.name),
      null,
    ));
}

/** Attaches to all kernel functions whose names match, through one link. */
export function attachKprobeMulti(at: Attachment, target: KprobeMultiTarget): BpfLink {
  const { native, pointer, operation, description } = at;
  const opts = new Struct("bpf_kprobe_multi_opts")
    .u8("retprobe", Number(target.retprobe))
    .u8("session", Number(target.session));
  const { symbols } = native.program;
  const link = symbols.bpf_program__attach_kprobe_multi_opts(pointer, cString(target.pattern), opts.bytes);
  try {
    return NativeLink.from(native, link, operation, description);
  } catch (error) {
    throw error instanceof BpfError && error.errno === LINUX_ERRNO.ENOENT ? withoutMatch(error, target.pattern) : error;
  }
}

function withoutMatch(error: BpfError, pattern: string): BpfError {
  return shows(error.log, "unreadableFunctionList")
    ? new BpfError(error, error.errno, {
      log: error.log,
      hint: "this kernel cannot probe functions (CONFIG_FPROBE=y), or tracefs is not mounted",
    })
    : new BpfError(error, error.errno, {
      reason: `no kernel function has a name like "${pattern}"`,
      log: error.log,
    });
}

/** Calls `attach` with the path of the opened file, and puts the file's own name into libbpf's messages. */
function onBinary(at: Attachment, target: BinaryTarget, attach: (fd: number) => Deno.PointerValue): BpfLink {
  const { native, operation, description } = at;
  const fd = target.fd ?? native.system.openBinary(target.binary);
  try {
    return NativeLink.from(native, attach(fd), operation, description);
  } catch (error) {
    throw error instanceof BpfError ? withName(error, pathOfDescriptor(fd), target.binary) : error;
  } finally {
    if (target.fd === undefined) native.system.calls.close(fd);
  }
}

/** `error` with the file's own name in the log. */
function withName(error: BpfError, path: string, name: string): BpfError {
  const { errno, reason, hint } = error;
  const log = withFileName(error.log, path, name);
  // libbpf is silent when no function matches a pattern.
  const isSilent = log.length === 0 && errno === LINUX_ERRNO.ENOENT;
  return new BpfError(error, errno, {
    reason: isSilent ? `no function of "${name}" has such a name` : reason,
    log,
    hint,
  });
}

/**
 * BTF that guests read. Each function copies it into the guest's buffer, as far as it fits, and returns its full size. libbpf's other
 * functions of BTF run in the guest.
 *
 * @module
 */

import { LINUX_ERRNO } from "../../errors/mod.ts";
import { O } from "../../ffi/system/linux_numbers.ts";
import { checked, refuse } from "../core/refusal.ts";
import type { Call } from "./call.ts";
import { FIELDS } from "./struct_fields.ts";

/** The kernel's types, and those of its modules, one file each. All users may read them. */
const KERNEL_BTF = "/sys/kernel/btf";

/** `btf__load_vmlinux_btf(buffer, size)`. ENOENT if the kernel has no BTF. */
export function kernelBtf(call: Call): number {
  return readKernelBtf(call, "vmlinux");
}

/** `btf__load_module_btf(module, buffer, size)`. ENOENT for an unknown module, and for one without BTF. */
export function moduleBtf(call: Call): number {
  const name = call.text("module");
  if (name === "" || name.includes("/") || name.startsWith(".")) refuse("ENOENT");
  return readKernelBtf(call, name);
}

function readKernelBtf(call: Call, name: string): number {
  call.calls.pass({ kind: "call", function: call.name });
  const { guest: { memory, system: { calls } } } = call;
  const fd = checked(calls.open(`${KERNEL_BTF}/${name}`, O.RDONLY | O.CLOEXEC));
  try {
    const status = calls.status(fd);
    if (typeof status === "number") return checked(status);
    const size = Number(status.sizeBytes);
    const wanted = Math.min(size, call.size("size"));
    if (wanted === 0) return size;
    let rest = memory.view(call.pointer("buffer"), wanted);
    while (rest.length > 0) {
      const count = calls.read(fd, rest);
      if (count === -LINUX_ERRNO.EINTR) continue;
      if (checked(count) === 0) refuse("EIO");
      rest = rest.subarray(count);
    }
    return size;
  } finally {
    calls.close(fd);
  }
}

/** `btf__load_from_kernel_by_id(id, buffer, size)`. */
export function btfById(call: Call): number {
  const { calls, guest: { system } } = call;
  const { value: fd, errno } = calls.call("bpf_btf_get_fd_by_id", [call.int("id") >>> 0]);
  if (typeof fd !== "number" || fd < 0) return checked(errno);
  try {
    const { size } = btfInfo(call, fd, new Uint8Array(0));
    if (call.size("size") === 0) return size;
    const bytes = new Uint8Array(size);
    btfInfo(call, fd, bytes);
    return call.returnBytes(bytes, { buffer: "buffer", size: "size" });
  } finally {
    system.calls.close(fd);
  }
}

/** Reads the BTF behind a descriptor into `bytes`. @returns its full size. */
function btfInfo({ calls }: Call, fd: number, bytes: Uint8Array<ArrayBuffer>): { size: number } {
  const { size: structBytes, fields } = FIELDS.bpf_btf_info;
  const [[btf], [btfSize]] = [fields.btf, fields.btf_size];
  const info = calls.struct(new Uint8Array(structBytes));
  const view = new DataView(info.bytes.buffer);
  if (bytes.length > 0) info.point(btf, bytes);
  view.setUint32(btfSize, bytes.length, true);
  const length = new Uint8Array(Uint32Array.of(structBytes).buffer);
  checked(calls.call("bpf_btf_get_info_by_fd", [fd, info, length]).errno);
  return { size: view.getUint32(btfSize, true) };
}

/** `bpf_object__btf(object, buffer, size)`; 0 for an object without BTF. libbpf has set the offsets of variables in it. */
export function objectBtf(call: Call): number {
  const object = call.object("object");
  const { value } = call.calls.call("bpf_object__btf", [object.ref], { owner: object.ref });
  if (typeof value !== "object") return 0;
  return call.returnBytes(call.calls.btfBytes(value), { buffer: "buffer", size: "size" });
}

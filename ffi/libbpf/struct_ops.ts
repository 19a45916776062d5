/**
 * Maps of section `.struct_ops`. The kernel keeps their registration until it is removed, unless a link holds it.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO, openOperation } from "../../errors/mod.ts";
import { MAP_FLAG, MapType } from "../../object/bpf_numbers.ts";
import { cString } from "../system/c_string.ts";
import { type NativePointer, nativePointer } from "../system/pointers.ts";
import type { Native } from "./native.ts";
import { Struct } from "./struct.ts";

/**
 * Makes every struct_ops map of an object register through a link, as those of `.struct_ops.link` do. Call it before load.
 *
 * @throws {BpfError} EOPNOTSUPP when the object has such a map and the kernel has no such links (before Linux 6.4).
 */
export function bindStructOps(native: Native, object: NativePointer<"bpf_object">, objectName: string): void {
  const { symbols } = native.map;
  let isLinkable: boolean | undefined;
  const next = native.object.symbols.bpf_object__next_map;
  for (let pointer = next(object, null); pointer !== null; pointer = next(object, pointer)) {
    const map = nativePointer<"bpf_map">(pointer);
    if (symbols.bpf_map__type(map) !== MapType.STRUCT_OPS) continue;
    const flags = symbols.bpf_map__map_flags(map);
    if ((flags & MAP_FLAG.BPF_F_LINK) !== 0) continue;
    const operation = openOperation(objectName);
    isLinkable ??= canLink(native);
    if (!isLinkable) {
      const name = native.text(symbols.bpf_map__name(map));
      throw new BpfError(operation, LINUX_ERRNO.EOPNOTSUPP, {
        reason: `struct_ops "${name}" would stay in the kernel after this process`,
        hint: "--allow-persist permits that; Linux 6.4 and newer do not need it",
      });
    }
    native.check.value(operation, symbols.bpf_map__set_map_flags(map, flags | MAP_FLAG.BPF_F_LINK));
  }
}

/**
 * True when this kernel has links for struct_ops. The kernel checks a map's flags before the type of its value. Type 1 is an integer
 * in every kernel, so the probe never creates a map.
 */
function canLink(native: Native): boolean {
  const opts = new Struct("bpf_map_create_opts").i32("btf_vmlinux_value_type_id", 1).i32(
    "map_flags",
    MAP_FLAG.BPF_F_LINK,
  );
  const result = native.map.symbols.bpf_map_create(MapType.STRUCT_OPS, cString("probe"), 4, 4, 1, opts.bytes);
  if (result >= 0) native.system.calls.close(result);
  return result === -LINUX_ERRNO.ENOTSUPP;
}

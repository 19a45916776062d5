/**
 * Calls a function of libbpf for a guest, as its prototype and its line in `functions.ts` say.
 *
 * Every argument is checked and copied before the gate is asked. The guest's BPF programs can write to memory that they share with it,
 * so bytes that were checked in place could change before libbpf reads them.
 *
 * @module
 */

import { libbpfErrno } from "../../errors/mod.ts";
import type { FunctionName, NativeArgument, NativeOutcome } from "../../ffi/mod.ts";
import { PROTOTYPES } from "../../ffi/libbpf/prototypes.ts";
import { cString } from "../../ffi/system/c_string.ts";
import { refuse } from "../core/refusal.ts";
import { requestOf } from "./attach_points.ts";
import type { Call } from "./call.ts";
import { addDescriptor, addMapDescriptor } from "./descriptors.ts";
import type { Line, ParameterRule, SizeRule } from "./line.ts";
import { partHandle } from "./parts.ts";
import { readStruct } from "./structs.ts";

/** Makes a call. @returns the guest's result: 0 or positive, or a negative errno of WASI or libbpf. */
export function marshal(call: Call, name: FunctionName, line: Line): number | bigint {
  const args = argumentsOf(call, name, line);
  line.check?.(call);
  const owner = line.result?.is === "part" ? call.object(line.result.of).ref : undefined;
  const outcome = call.calls.call(name, args, {
    request: line.request?.(call, args) ?? requestOf(call, name, args),
    owner,
  });
  call.writeBack();
  return resultOf(call, outcome, PROTOTYPES[name].result, line);
}

/** The arguments for libbpf, checked and copied. */
export function argumentsOf(call: Call, name: FunctionName, line: Line): NativeArgument[] {
  return Object.entries<string>(PROTOTYPES[name].parameters).map(([parameter, kind]) =>
    argument(call, parameter, kind, line.parameters?.[parameter])
  );
}

function argument(call: Call, name: string, kind: string, rule: ParameterRule | undefined): NativeArgument {
  switch (rule?.is) {
    case "bytes":
      return bytes(call, name, rule);
    case "struct":
      return structArgument(call, name, rule);
    case "descriptor": {
      const fd = call.int(name);
      return rule.isOptional && fd <= 0 ? fd : call.hostFd(fd, rule.kinds);
    }
    case "number":
      return rule.map(call, call.int(name));
    case "text":
      return rule.isNullable && call.isNull(name) ? null : cString(rule.map(call, call.text(name)));
    default:
      return plainArgument(call, name, kind, { isNullable: rule?.is === "nullable" });
  }
}

/** An argument without a rule, or one that may be NULL. */
function plainArgument(
  call: Call,
  name: string,
  kind: string,
  { isNullable }: { isNullable: boolean },
): NativeArgument {
  switch (kind) {
    case "bool":
      return call.int(name) !== 0;
    case "i32":
      return call.int(name);
    case "u32":
      return call.int(name) >>> 0;
    case "i64":
      return BigInt(call.raw(name));
    case "u64":
      return BigInt.asUintN(64, BigInt(call.raw(name)));
    case "size":
      return BigInt(call.size(name));
    case "string": {
      if (isNullable && call.isNull(name)) return null;
      return cString(call.text(name));
    }
  }
  if (!kind.endsWith("*")) throw new TypeError(`Cannot pass ${name} to ${call.name}(): its line has no rule for it`);
  return isNullable && call.isNull(name) ? null : call.ref(kind.slice(0, -1), name);
}

function bytes(call: Call, name: string, rule: Extract<ParameterRule, { is: "bytes" }>): NativeArgument {
  if (rule.isNullable && call.isNull(name)) return null;
  const sizeBytes = sizeOf(call, rule.size);
  const at = call.pointer(name);
  const copied = call.copy(at, sizeBytes);
  rule.translate?.(call, new DataView(copied.buffer));
  if (rule.isWritten) call.onReturn(() => call.guest.memory.view(at, sizeBytes).set(copied));
  return copied;
}

/** The value of a {@link SizeRule}. */
export function sizeOf(call: Call, size: SizeRule): number {
  if (typeof size === "number") return size;
  return typeof size === "string" ? call.size(size) : size(call);
}

function structArgument(
  call: Call,
  name: string,
  { rule, isRequired = false }: Extract<ParameterRule, { is: "struct" }>,
): NativeArgument {
  if (call.isNull(name)) return isRequired ? refuse("EINVAL") : null;
  const fields = typeof rule === "function" ? rule(call) : rule;
  const { struct, writeBack } = readStruct(call, call.pointer(name), fields);
  if (fields.written.length > 0) call.onReturn(writeBack);
  return struct;
}

/** The guest's result of a call. */
function resultOf(
  call: Call,
  { value, errno }: NativeOutcome,
  kind: string,
  line: Line,
): number | bigint {
  const { result: rule } = line;
  if (rule?.is === "part") {
    if (value !== undefined) return partHandle(call, call.object(rule.of), value);
    return rule.mayEnd ? 0 : -libbpfErrno(errno);
  }
  if (kind === "string") {
    if (typeof value !== "string") refuse("ENOENT");
    return call.returnText(line.text?.(call, value) ?? value, { buffer: "buf", size: "size" });
  }
  if (errno < 0) return -libbpfErrno(errno);
  if (rule?.is === "descriptor") return addDescriptor(call, rule.kind, Number(value));
  if (rule?.is === "map") return addMapDescriptor(call, Number(value));
  if (typeof value === "number" || typeof value === "bigint") return value;
  return value === true ? 1 : 0;
}

/**
 * The imports of hostile guests: all functions of all modules, with the meaning of their parameters.
 *
 * @module
 */

import { ASSEMBLYSCRIPT_TYPES } from "../../host/assemblyscript/import_types.ts";
import { lineOf, offeredLines } from "../../host/libbpf/functions.ts";
import { shapeOf, valueType } from "../../host/libbpf/shape.ts";
import { LIBBPF_MODULE } from "../../host/libbpf/import_types.ts";
import { SYS_MODULE, SYS_TYPES } from "../../host/sys/import_types.ts";
import { WASI_MODULE, WASI_TYPES, WASI_UNSTABLE_MODULE, WASI_UNSTABLE_TYPES } from "../../host/wasi/import_types.ts";
import {
  CALLBACK_WRAPPER_MODULE,
  CALLBACK_WRAPPER_TYPES,
  ENV_MODULE,
  WASM_BPF_MODULE,
  WASM_BPF_TYPES,
} from "../../host/wasm_bpf/import_types.ts";
import type { Signature, VALUE } from "./wasm_writer.ts";

/** A type of WebAssembly that the imports use. */
export type ValueType = keyof typeof VALUE;

/** Functions that change the machine, end the process by design, or wait for something that never comes. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  "libbpf_set_memlock_rlim",
  "pause",
  "setitimer",
]);

/** A function that a guest may import. */
export interface Import {
  readonly module: string;
  readonly name: string;
  readonly type: Signature;
  readonly parameters: readonly { readonly name: string; readonly kind: string; readonly type: ValueType }[];
  /** "bpf_map*", "fd" or "". */
  readonly result: string;
}

/** All imports for guests of this width. */
export function importsFor(addressBits: 32 | 64): Import[] {
  const ptr: ValueType = addressBits === 64 ? "i64" : "i32";
  const valueOf = (type: string): ValueType => type === "ptr" ? ptr : type === "i64" || type === "f64" ? type : "i32";
  const byTypes = (module: string, types: Readonly<Record<string, readonly string[]>>): Import[] =>
    Object.entries(types).map(([name, [text = ""]]) => {
      const { parameters, result } = /^\((?<parameters>.*?)\)( -> (?<result>.*))?$/.exec(text)?.groups ?? {};
      const list = parameters ? parameters.split(", ") : [];
      return {
        module,
        name,
        type: { parameters: list.map(valueOf), result: result === undefined ? undefined : valueOf(result) },
        parameters: list.map((type, index) => ({
          name: "",
          kind: kindOf({ module, name, type, index }),
          type: valueOf(type),
        })),
        result: RESULTS[name] ?? "",
      };
    });
  const all = [
    ...byTypes(WASM_BPF_MODULE, WASM_BPF_TYPES).filter(({ name }) =>
      addressBits === 32 || name !== "wasm_bpf_buffer_poll"
    ),
    ...(addressBits === 32
      ? [...byTypes(CALLBACK_WRAPPER_MODULE, CALLBACK_WRAPPER_TYPES), ...byTypes(ENV_MODULE, ASSEMBLYSCRIPT_TYPES)]
      : []),
    ...byTypes(SYS_MODULE, SYS_TYPES),
    ...byTypes(WASI_MODULE, WASI_TYPES),
    ...(addressBits === 32 ? byTypes(WASI_UNSTABLE_MODULE, WASI_UNSTABLE_TYPES) : []),
    ...offeredLines().map(([name]) => libbpfImport(name, valueOf)),
  ];
  return all.filter(({ name }) => !LEFT_OUT.has(name));
}

/** Results that later calls use. */
const RESULTS: Readonly<Record<string, string>> = {
  wasm_load_bpf_object: "object",
  wasm_attach_bpf_program: "fd",
  wasm_bpf_map_fd_by_name: "fd",
  socket: "fd",
  perf_event_open: "fd",
};

/** The meaning of a parameter that has only a type. */
function kindOf({ module, name, type, index }: { module: string; name: string; type: string; index: number }): string {
  if (module === WASM_BPF_MODULE || module === CALLBACK_WRAPPER_MODULE) {
    if (name === "wasm_bpf_map_operate" && index === 0 || name === "wasm_bpf_buffer_poll" && index === 1) return "fd";
    if (name === "wasm_bpf_buffer_poll" && index === 2 && module === WASM_BPF_MODULE) return "function";
    if (type === "i64" && index === 0) return "handle";
    return type === "ptr" && name !== "wasm_bpf_map_operate" ? "string" : type;
  }
  // Strings have their length before them. All other numbers are also addresses.
  if (module === ENV_MODULE) return type === "f64" || name === "process.exit" ? type : "text";
  if (type === "i32" && index === 0 && /^(fd|path|sock|bind|setsockopt|perf_event_ioctl|terminal)/.test(name)) {
    return "fd";
  }
  if (name === "sigaction" && index === 3) return "function";
  return type;
}

function libbpfImport(name: string, valueOf: (type: string) => ValueType): Import {
  const { parameters, result } = shapeOf(name);
  const line = lineOf(name);
  const rules = new Map(Object.entries(line?.parameters ?? {}));
  const isFd = line?.result?.is === "descriptor" || line?.result?.is === "map" || /(__fd|_fd)$/.test(name) ||
    /^bpf_(map_create|prog_load|btf_load|obj_get)/.test(name);
  return {
    module: LIBBPF_MODULE,
    name,
    type: {
      parameters: parameters.map(([, kind]) => valueOf(valueType(kind))),
      result: result === "void" ? undefined : valueOf(valueType(result)),
    },
    parameters: parameters.map(([parameter, kind]) => ({
      name: parameter,
      kind: rules.get(parameter)?.is === "descriptor" ? "fd" : kind,
      type: valueOf(valueType(kind)),
    })),
    result: isFd ? "fd" : result,
  };
}

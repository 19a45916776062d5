/**
 * The language of the table in `functions.ts`: one line a function says what its prototype does not.
 *
 * @module
 */

import type { PROTOTYPES } from "../../ffi/libbpf/prototypes.ts";
import type { FunctionName, NativeArgument } from "../../ffi/mod.ts";
import type { FunctionType } from "../../wasm/types.ts";
import type { GuestContext } from "../core/context.ts";
import type { DescriptorKind } from "../core/descriptors.ts";
import type { ImportFunction } from "../core/imports.ts";
import type { GateRequest } from "../core/requests.ts";
import type { Call } from "./call.ts";
import type { IMPORT_PROTOTYPES } from "./import_prototypes.ts";
import type { ImportName } from "./shape.ts";
import type { StructRule } from "./structs.ts";

/** The size of a buffer: bytes, the name of the parameter that holds it, or a function of the call. */
export type SizeRule = number | string | ((call: Call) => number);

/** A parameter, where its kind does not say enough. */
export type ParameterRule =
  /** A handle or a string that may be NULL. */
  | { readonly is: "nullable" }
  /** Bytes of the guest. `isWritten`: libbpf writes to them. */
  | {
    readonly is: "bytes";
    readonly size: SizeRule;
    readonly isWritten: boolean;
    readonly isNullable: boolean;
    /** Translates the copied bytes. */
    readonly translate?: (call: Call, bytes: DataView<ArrayBuffer>) => void;
  }
  /** A struct with rules for its fields. It may be NULL. */
  | {
    readonly is: "struct";
    readonly rule: StructRule | ((call: Call) => StructRule);
    readonly isRequired?: boolean;
  }
  /** A descriptor of one of these kinds. */
  | { readonly is: "descriptor"; readonly kinds: readonly DescriptorKind[]; readonly isOptional: boolean }
  /** A string that is checked, or becomes another one, such as a path. */
  | { readonly is: "text"; readonly isNullable: boolean; readonly map: (call: Call, text: string) => string }
  /** An `int` that becomes another one, such as a descriptor of a kind that another parameter decides. */
  | { readonly is: "number"; readonly map: (call: Call, value: number) => number };

/** A result, where its kind does not say enough. */
export type ResultRule =
  /** A part of the object in this parameter. With `mayEnd`, NULL is no error. */
  | { readonly is: "part"; readonly of: string; readonly mayEnd: boolean }
  /** A new descriptor of the guest. */
  | { readonly is: "descriptor"; readonly kind: Exclude<DescriptorKind, "file" | "map"> }
  /** A new descriptor of a map. */
  | { readonly is: "map" };

/** A line of the table. */
export interface Line<P extends string = string> {
  readonly parameters?: { readonly [N in P]?: ParameterRule };
  readonly result?: ResultRule;
  /** Checks that the kinds do not say. @throws {Refusal} or {BpfError} */
  readonly check?: (call: Call) => void;
  /** The request at the gate, from the arguments as libbpf gets them; by default a call of this function. */
  readonly request?: (call: Call, args: readonly NativeArgument[]) => GateRequest;
  /** Changes a string that libbpf returns, such as a path. */
  readonly text?: (call: Call, text: string) => string;
  /** Makes the call in place of the marshaller. It makes the request at the gate itself. */
  readonly run?: (call: Call) => number | bigint;
  /** Makes the whole import, for functions that are called often. It guards itself, and delivers no messages. */
  readonly make?: (guest: GuestContext, types: readonly FunctionType[]) => ImportFunction;
  /** True for functions that guests of version 1 import too. They deliver no messages of libbpf. */
  readonly isOfBothVersions?: boolean;
  /** "sdk": C code of the SDK has the function, and calls the import. So no stub is generated. */
  readonly guest?: "sdk";
}

type ParametersOf<N> = N extends keyof typeof IMPORT_PROTOTYPES ? keyof (typeof IMPORT_PROTOTYPES)[N]["parameters"]
  : N extends keyof typeof PROTOTYPES ? keyof (typeof PROTOTYPES)[N]["parameters"]
  : never;

/** A table of lines. Each names parameters of its own function only. */
export type Lines = { readonly [N in FunctionName | ImportName]?: Line<ParametersOf<N> & string> };

/** A handle or string that may be NULL. */
export const NULLABLE = { is: "nullable" } as const;

/** Bytes that libbpf reads. @param translate changes the copy of them. */
export function bytesIn(
  size: SizeRule,
  translate: (call: Call, bytes: DataView<ArrayBuffer>) => void = () => {},
): ParameterRule {
  return { is: "bytes", size, isWritten: false, isNullable: false, translate };
}

/** Bytes that libbpf writes to. */
export function bytesOut(size: SizeRule): ParameterRule {
  return { is: "bytes", size, isWritten: true, isNullable: false };
}

/** As the rule, but NULL is allowed. */
export function orNull(rule: ParameterRule): ParameterRule {
  return rule.is === "bytes" ? { ...rule, isNullable: true } : rule;
}

/** A descriptor of one of these kinds. */
export function descriptor(...kinds: DescriptorKind[]): ParameterRule {
  return { is: "descriptor", kinds, isOptional: false };
}

/** A descriptor, where 0 and negative numbers mean none. */
export function optionalDescriptor(...kinds: DescriptorKind[]): ParameterRule {
  return { is: "descriptor", kinds, isOptional: true };
}

/** A struct of options. */
export function opts(rule: StructRule | ((call: Call) => StructRule)): ParameterRule {
  return { is: "struct", rule };
}

/** A struct of options that must not be NULL. */
export function required(rule: StructRule): ParameterRule {
  return { is: "struct", rule, isRequired: true };
}

/** A new descriptor of a map. */
export const NEW_MAP: ResultRule = { is: "map" };
/** A new descriptor of a program. */
export const NEW_PROGRAM: ResultRule = { is: "descriptor", kind: "program" };

/** A part of an object. */
export function partOf(of: string): ResultRule {
  return { is: "part", of, mayEnd: false };
}

/** The next part of an object, or NULL after the last. */
export function nextPartOf(of: string): ResultRule {
  return { is: "part", of, mayEnd: true };
}

/**
 * The kinds of BTF types, as plain data.
 *
 * @see https://docs.kernel.org/bpf/btf.html the format
 * @module
 */

/** Index of a type in its {@link Btf}; 0 is void. */
export type TypeId = number;

/** Properties of every type. Anonymous types have the name "". */
interface Named<Kind extends string> {
  readonly kind: Kind;
  readonly id: TypeId;
  readonly name: string;
}

export type BtfVoid = Named<"void">;

export interface BtfInt extends Named<"int"> {
  readonly sizeBytes: number;
  /** The number of its used bits; fewer than `sizeBytes * 8` only in bit-fields of old compilers. */
  readonly bits: number;
  readonly bitOffset: number;
  readonly signed: boolean;
  readonly char: boolean;
  readonly bool: boolean;
}

export interface BtfFloat extends Named<"float"> {
  readonly sizeBytes: number;
}

export interface BtfArray extends Named<"array"> {
  readonly element: TypeId;
  readonly index: TypeId;
  readonly length: number;
}

/** A field of a struct or union. */
export interface BtfMember {
  readonly name: string;
  readonly type: TypeId;
  /** Position of its lowest bit from the start of the struct. */
  readonly bitOffset: number;
  /** Width of a bit-field; 0 for everything else. */
  readonly bitSize: number;
}

export interface BtfStruct extends Named<"struct" | "union"> {
  readonly sizeBytes: number;
  readonly members: readonly BtfMember[];
}

/** An enum of 1, 2, 4 or 8 bytes; BTF's ENUM and ENUM64 alike. */
export interface BtfEnum extends Named<"enum"> {
  readonly sizeBytes: number;
  readonly signed: boolean;
  readonly values: readonly { readonly name: string; readonly value: bigint }[];
}

/** A struct or union that is declared and not defined. */
export interface BtfForward extends Named<"fwd"> {
  readonly union: boolean;
}

/** Types that say something about one other type. */
export interface BtfReference
  extends Named<"ptr" | "typedef" | "volatile" | "const" | "restrict" | "type_tag" | "func"> {
  readonly target: TypeId;
}

export interface BtfFuncProto extends Named<"func_proto"> {
  readonly returns: TypeId;
  readonly parameters: readonly { readonly name: string; readonly type: TypeId }[];
}

export interface BtfVar extends Named<"var"> {
  readonly target: TypeId;
  readonly linkage: "static" | "global" | "extern";
}

export interface BtfDataSection extends Named<"datasec"> {
  readonly sizeBytes: number;
  /** Offsets are 0 for global variables in objects that no linker has seen; the symbol table has them. */
  readonly variables: readonly {
    readonly type: TypeId;
    readonly offset: number;
    readonly sizeBytes: number;
  }[];
}

export interface BtfDeclTag extends Named<"decl_tag"> {
  readonly target: TypeId;
  /** Which member or parameter of `target`; -1 for `target` itself. */
  readonly component: number;
}

export type BtfType =
  | BtfVoid
  | BtfInt
  | BtfFloat
  | BtfArray
  | BtfStruct
  | BtfEnum
  | BtfForward
  | BtfReference
  | BtfFuncProto
  | BtfVar
  | BtfDataSection
  | BtfDeclTag;

/** The types of one kind. */
export type BtfTypeOf<Kind extends BtfType["kind"], Type extends BtfType = BtfType> = Type extends BtfType
  ? Kind extends Type["kind"] ? Type : never
  : never;

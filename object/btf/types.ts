/**
 * The kinds of BTF types, as plain data.
 *
 * @see https://docs.kernel.org/bpf/btf.html the format
 * @module
 */

/** The index of a type in its {@link Btf}; 0 is void. */
export type TypeId = number;

/** Properties of every type. Anonymous types have the name "". */
interface Named<Kind extends string> {
  readonly kind: Kind;
  readonly id: TypeId;
  readonly name: string;
}

/** The type with id 0. */
export type BtfVoid = Named<"void">;

/** An integer, a character or a bool. */
export interface BtfInt extends Named<"int"> {
  readonly sizeBytes: number;
  /** The number of used bits; fewer than `sizeBytes * 8` only in bit-fields of old compilers. */
  readonly bits: number;
  readonly bitOffset: number;
  readonly signed: boolean;
  readonly char: boolean;
  readonly bool: boolean;
}

/** A floating-point number. */
export interface BtfFloat extends Named<"float"> {
  readonly sizeBytes: number;
}

/** An array of `length` elements. */
export interface BtfArray extends Named<"array"> {
  readonly element: TypeId;
  readonly index: TypeId;
  readonly length: number;
}

/** A field of a struct or union. */
export interface BtfMember {
  readonly name: string;
  readonly type: TypeId;
  /** The position of its lowest bit from the start of the struct. */
  readonly bitOffset: number;
  /** The width of a bit-field; 0 for other members. */
  readonly bitSize: number;
}

/** A struct or union with its members. */
export interface BtfStruct extends Named<"struct" | "union"> {
  readonly sizeBytes: number;
  readonly members: readonly BtfMember[];
}

/** An enum of 1, 2, 4 or 8 bytes: BTF's ENUM or ENUM64. */
export interface BtfEnum extends Named<"enum"> {
  readonly sizeBytes: number;
  readonly signed: boolean;
  readonly values: readonly { readonly name: string; readonly value: bigint }[];
}

/** A struct or union that is declared but not defined. */
export interface BtfForward extends Named<"fwd"> {
  readonly union: boolean;
}

/** A type that refers to one other type. */
export interface BtfReference
  extends Named<"ptr" | "typedef" | "volatile" | "const" | "restrict" | "type_tag" | "func"> {
  readonly target: TypeId;
}

/** The result and the parameters of a function. */
export interface BtfFuncProto extends Named<"func_proto"> {
  readonly returns: TypeId;
  readonly parameters: readonly { readonly name: string; readonly type: TypeId }[];
}

/** A global variable. */
export interface BtfVar extends Named<"var"> {
  readonly target: TypeId;
  readonly linkage: "static" | "global" | "extern";
}

/** A section of global variables. */
export interface BtfDataSection extends Named<"datasec"> {
  readonly sizeBytes: number;
  /** Compilers leave the offset of a global variable 0, and only a linker sets it. The symbol table always has it. */
  readonly variables: readonly {
    readonly type: TypeId;
    readonly offset: number;
    readonly sizeBytes: number;
  }[];
}

/** A tag of a type, or of one of its members or parameters. */
export interface BtfDeclTag extends Named<"decl_tag"> {
  readonly target: TypeId;
  /** The index of the tagged member or parameter of `target`; -1 for `target` itself. */
  readonly component: number;
}

/** A type of any kind. */
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

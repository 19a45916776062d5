/**
 * The declarations of C headers: functions with their parameters, structs with their fields, enums with their values.
 *
 * @module
 */

import { type AstNode, constantValue, evaluate, type Source, syntaxTree } from "./clang.ts";
import { type CType, readType } from "./c_types.ts";

/** A function. Names are without the underscores that libc puts before them. */
export interface CFunction {
  readonly name: string;
  readonly result: CType;
  readonly parameters: readonly CVariable[];
  /** True when it takes more arguments than it names: `...`. */
  readonly isVariadic: boolean;
}

/** A parameter or a field. */
export interface CVariable {
  readonly name: string;
  readonly type: CType;
}

/** A field of a struct. */
export interface CField extends CVariable {
  /** Bit fields have no offset in bytes. */
  readonly isBitField: boolean;
}

/** A struct with its size and the places of its fields, in bytes. Bit fields are left out. */
export interface CLayout {
  readonly size: number;
  readonly fields: ReadonlyMap<string, { readonly offset: number; readonly size: number }>;
}

/** The declarations of `source`. @throws {Error} with clang's messages, when it does not compile. */
export async function readDeclarations(source: Source): Promise<Declarations> {
  return new Declarations(source, await syntaxTree(source));
}

/** The declarations of a {@link Source}, by name. */
export class Declarations {
  readonly #source: Source;
  readonly #typedefs = new Map<string, string>();
  readonly #functions = new Map<string, AstNode>();
  readonly #structs = new Map<string, AstNode>();
  readonly #enums = new Map<string, AstNode>();
  readonly #unnamedEnums: AstNode[] = [];

  constructor(source: Source, nodes: readonly AstNode[]) {
    this.#source = source;
    for (const node of nodes) {
      const { kind, name = "", type } = node;
      if (kind === "TypedefDecl" && type !== undefined) this.#typedefs.set(name, type.qualType);
      // clang has built-in declarations of some functions of libc, without the names of their parameters.
      if (kind === "FunctionDecl" && (!this.#functions.has(name) || hasNames(node))) this.#functions.set(name, node);
      if (kind === "RecordDecl" && name !== "" && node.completeDefinition === true) this.#structs.set(name, node);
      if (kind === "EnumDecl" && name !== "") this.#enums.set(name, node);
      if (kind === "EnumDecl" && name === "") this.#unnamedEnums.push(node);
    }
  }

  /** The function `name`. @throws {Error} when it is not declared. */
  function(name: string): CFunction {
    const node = this.#functions.get(name);
    const spelling = node?.type?.qualType;
    if (node === undefined || spelling === undefined) throw new Error(`Cannot find function ${name} in the headers`);
    return {
      name,
      // The spelling of a function's type is its result and, in parentheses, its parameters.
      result: this.type(spelling.slice(0, spelling.indexOf("("))),
      parameters: parametersOf(node).map((parameter) => ({
        name: withoutUnderscores(parameter.name ?? ""),
        type: this.type(parameter.type?.qualType ?? ""),
      })),
      isVariadic: node.variadic === true,
    };
  }

  /** The names of all functions. */
  functionNames(): string[] {
    return [...this.#functions.keys()];
  }

  /** The fields of a struct, with those of unnamed structs and unions in it. @throws {Error} when it is not declared. */
  fields(struct: string): CField[] {
    const node = this.#structs.get(struct);
    if (node === undefined) throw new Error(`Cannot find struct ${struct} in the headers`);
    return this.#fieldsOf(node);
  }

  /** As {@link fields}, with the fields of structs without a tag in place of these: "tcx.relative_fd". */
  nestedFields(struct: string): CField[] {
    const node = this.#structs.get(struct);
    if (node === undefined) throw new Error(`Cannot find struct ${struct} in the headers`);
    return this.#nestedFieldsOf(node);
  }

  /** True when the headers declare the fields of the struct: one without them is an opaque handle. */
  isComplete(struct: string): boolean {
    return this.#structs.has(struct);
  }

  /** The names and values of an enum, in the order of the header. @throws {Error} when it is not declared. */
  enumerators(tag: string): [name: string, value: number][] {
    const node = this.#enums.get(tag);
    if (node === undefined) throw new Error(`Cannot find enum ${tag} in the headers`);
    return enumeratorsOf(node);
  }

  /** The values of all enumerators, also of enums without a tag, by name. */
  allEnumerators(): ReadonlyMap<string, number> {
    return new Map([...this.#enums.values(), ...this.#unnamedEnums].flatMap(enumeratorsOf));
  }

  /** The tags of all structs whose fields are declared. */
  structNames(): string[] {
    return [...this.#structs.keys()];
  }

  /** The spelling of the type that a typedef stands for; undefined for any other name. */
  typedef(name: string): string | undefined {
    return this.#typedefs.get(name);
  }

  /** The type with this spelling. */
  type(spelling: string): CType {
    return readType(spelling, this.#typedefs);
  }

  /** The values of constant expressions, in their order. */
  async evaluate(expressions: readonly string[]): Promise<number[]> {
    return await evaluate(this.#source, expressions);
  }

  /** The layouts of structs, by name, on the architecture that the source is compiled for. */
  async layouts(structs: readonly string[]): Promise<ReadonlyMap<string, CLayout>> {
    const fields = structs.map((struct) => this.fields(struct).filter(({ isBitField }) => !isBitField));
    const values = await this.evaluate(
      structs.flatMap((struct, index) => [
        `sizeof(struct ${struct})`,
        ...(fields[index] ?? []).flatMap(({ name, type }) => [
          `__builtin_offsetof(struct ${struct}, ${name})`,
          // An array without a length at the end of a struct has no size.
          type.kind === "array" && type.length === 0 ? "0" : `sizeof(((struct ${struct} *)0)->${name})`,
        ]),
      ]),
    );
    const next = values.values();
    const take = () => next.next().value ?? 0;
    return new Map(structs.map((struct, index) => {
      const size = take();
      return [
        struct,
        { size, fields: new Map((fields[index] ?? []).map(({ name }) => [name, { offset: take(), size: take() }])) },
      ];
    }));
  }

  #nestedFieldsOf(struct: AstNode): CField[] {
    const members = struct.inner ?? [];
    return members.flatMap((member, index) => {
      const before = members[index - 1];
      // A struct without a tag comes before the field that it is the type of.
      if (member.kind === "FieldDecl" && before?.kind === "RecordDecl" && before.name === undefined) {
        const prefix = member.name === undefined ? "" : `${member.name}.`;
        return this.#nestedFieldsOf(before).map((field) => ({ ...field, name: `${prefix}${field.name}` }));
      }
      if (member.kind !== "FieldDecl" || member.name === undefined) return [];
      const type = this.type(member.type?.qualType ?? "");
      return [{ name: member.name, type, isBitField: member.isBitfield === true }];
    });
  }

  #fieldsOf(struct: AstNode): CField[] {
    const members = struct.inner ?? [];
    return members.flatMap((member, index) => {
      // An unnamed struct or union comes before the unnamed field that it is the type of.
      if (member.kind === "RecordDecl") {
        const field = members[index + 1];
        return field?.kind === "FieldDecl" && field.name === undefined ? this.#fieldsOf(member) : [];
      }
      if (member.kind !== "FieldDecl" || member.name === undefined) return [];
      const type = this.type(member.type?.qualType ?? "");
      return [{ name: member.name, type, isBitField: member.isBitfield === true }];
    });
  }
}

function enumeratorsOf(node: AstNode): [name: string, value: number][] {
  let next = 0;
  return (node.inner ?? []).filter(({ kind }) => kind === "EnumConstantDecl").map(({ name = "", inner }) => {
    const value = constantValue(inner ?? []) ?? next;
    next = value + 1;
    return [name, value];
  });
}

function parametersOf(node: AstNode): AstNode[] {
  return (node.inner ?? []).filter(({ kind }) => kind === "ParmVarDecl");
}

function hasNames(node: AstNode): boolean {
  return parametersOf(node).every(({ name }) => name !== undefined);
}

/** libc's headers name parameters `__fd`, because a program may define a macro `fd`. */
function withoutUnderscores(name: string): string {
  return name.startsWith("__") ? name.slice(2) : name;
}

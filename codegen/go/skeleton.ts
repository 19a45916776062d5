/**
 * Writes Go: the types of an object, and functions that load it, on top of the module in wasm-include/go/. The form is that of bpf2go of
 * cilium/ebpf.
 *
 * @module
 */

import { fieldNames, GoNames } from "./names.ts";
import { byteLiteral, lines, table, tag } from "./text.ts";
import { typeTexts } from "./types.ts";
import type { ObjectModel } from "../model.ts";

const MODULE = "github.com/wasm-bpf/wasm-bpf/wasm-include/go";

/** Options of generated Go. */
export interface GoOptions {
  /** The package of the file; by default "main". */
  readonly packageName?: string | undefined;
}

/** The types of an object, as a Go file. */
export function goTypes(model: ObjectModel, options: GoOptions = {}): string {
  return fileText(typeTexts(model, new GoNames(model)), { ...options, imports: importsOf(model) });
}

/** A part of the object, as a field of a struct. */
interface Part {
  readonly field: string;
  readonly name: string;
}

/** A Go file with the object's bytes and types, and structs with its maps, programs and variables. */
export function goSkeleton(model: ObjectModel, object: Uint8Array, options: GoOptions = {}): string {
  const names = new GoNames(model);
  const parts: Kind[] = [
    { kind: "Program", what: "programs", parts: partsOf(model.programs) },
    { kind: "Map", what: "maps", parts: partsOf([...model.maps, ...model.structOps]) },
    { kind: "Variable", what: "global variables", parts: variablesOf(model) },
  ];
  const imports = [
    ...['"bytes"', '"fmt"', '"io"', ...importsOf(model)],
    "",
    `ebpf "${MODULE}"`,
  ];
  return fileText([
    ...typeTexts(model, names),
    loadText(names),
    ...specTexts(names, parts),
    ...objectTexts(names, parts),
    `// ${names.bytes} is the object: an ELF file.\nvar ${names.bytes} = []byte(${byteLiteral(object)})\n`,
  ], { ...options, imports });
}

/** The parts of one kind. */
interface Kind {
  readonly kind: "Program" | "Map" | "Variable";
  readonly what: string;
  readonly parts: readonly Part[];
}

function partsOf(parts: readonly { readonly name: string; readonly member: string }[]): Part[] {
  const fields = fieldNames(parts.map(({ member }) => member));
  return parts.map(({ name, member }) => ({ name, field: fields.get(member) ?? "" }));
}

function variablesOf({ sections }: ObjectModel): Part[] {
  const members = sections.flatMap(({ variables }) => variables.fields.filter(({ role }) => role === "member"));
  return partsOf(members.map(({ name }) => ({ name, member: name })));
}

function loadText({ bytes, load, loadObjects, objects, stem }: GoNames): string {
  return `// ${load} opens the object. Its variables, maps and programs can be changed before they are loaded.
func ${load}() (*ebpf.CollectionSpec, error) {
	spec, err := ebpf.LoadCollectionSpecFromReader(bytes.NewReader(${bytes}))
	if err != nil {
		return nil, fmt.Errorf("can't load ${stem}: %w", err)
	}
	return spec, nil
}

// ${loadObjects} loads the object into the kernel, and sets the fields of a struct: *${objects}, *${stem}Programs, *${stem}Maps, or one
// of your own with the tags of these. See ebpf.CollectionSpec.LoadAndAssign.
func ${loadObjects}(obj any, opts *ebpf.CollectionOptions) error {
	spec, err := ${load}()
	if err != nil {
		return err
	}
	return spec.LoadAndAssign(obj, opts)
}
`;
}

/** The parts before load. */
function specTexts({ specs, stem }: GoNames, kinds: readonly Kind[]): string[] {
  return [
    `// ${specs} has everything before it is loaded into the kernel. ebpf.CollectionSpec.Assign sets it.
type ${specs} struct {
${lines(kinds.map(({ kind }) => `${stem}${kind}Specs`))}
}
`,
    ...kinds.map(({ kind, what, parts }) =>
      `// ${stem}${kind}Specs has the ${what} before they are loaded into the kernel.
${structText(`${stem}${kind}Specs`, parts, `*ebpf.${kind}Spec`)}
`
    ),
  ];
}

/** The parts in the kernel. */
function objectTexts({ objects, loadObjects, closer, stem }: GoNames, kinds: readonly Kind[]): string[] {
  const structs = kinds.map(({ kind, what, parts }) => {
    const name = `${stem}${kind}s`;
    const text = `// ${name} has the ${what} in the kernel.\n${structText(name, parts, `*ebpf.${kind}`)}\n`;
    return kind === "Variable" ? text : `${text}\n${closeText(name, parts, closer)}`;
  });
  return [
    `// ${objects} has everything in the kernel. ${loadObjects} sets it.
type ${objects} struct {
${lines(kinds.map(({ kind }) => `${stem}${kind}s`))}
}

// Close closes all programs and maps.
func (o *${objects}) Close() error {
	return ${closer}(
		&o.${stem}Programs,
		&o.${stem}Maps,
	)
}
`,
    ...structs,
    `func ${closer}(closers ...io.Closer) error {
	for _, closer := range closers {
		if err := closer.Close(); err != nil {
			return err
		}
	}
	return nil
}
`,
  ];
}

function structText(name: string, parts: readonly Part[], type: string): string {
  if (parts.length === 0) return `type ${name} struct {\n}`;
  return `type ${name} struct {\n${table(parts.map((part) => [part.field, type, tag(part.name)]))}\n}`;
}

function closeText(name: string, parts: readonly Part[], closer: string): string {
  const fields = parts.map(({ field }) => `\t\to.${field},\n`).join("");
  return `// Close closes them.
func (o *${name}) Close() error {
	return ${closer}(${fields === "" ? "" : `\n${fields}\t`})
}
`;
}

function importsOf({ records }: ObjectModel): string[] {
  return records.length > 0 ? ['"unsafe"'] : [];
}

function fileText(
  texts: readonly string[],
  { packageName = "main", imports }: GoOptions & { imports: readonly string[] },
): string {
  const list = imports.map((one) => one === "" ? "" : `\t${one}`).join("\n");
  const block = imports.length === 0 ? "" : `import (\n${list}\n)\n`;
  return [
    `// Code generated by wasm-bpf gen --lang go. DO NOT EDIT.\n\npackage ${packageName}\n`,
    block,
    ...texts,
  ].filter((text) => text !== "").join("\n");
}

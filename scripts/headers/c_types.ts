/**
 * C types as clang spells them: "const struct bpf_map *", "__u32".
 *
 * clang normalises the spelling: qualifiers come first, and a pointer ends with its star.
 *
 * @module
 */

/** A type, with the spelling that the header uses. */
export type CType =
  & { readonly spelling: string }
  & (
    | { readonly kind: "void" | "bool" | "function" | "other" }
    | { readonly kind: "integer"; readonly bits: 8 | 16 | 32 | 64; readonly signed: boolean }
    /** `name` is the tag. */
    | { readonly kind: "enum" | "struct" | "union"; readonly name: string }
    | { readonly kind: "pointer"; readonly to: CType; readonly toConst: boolean }
    | { readonly kind: "array"; readonly of: CType; readonly length: number }
  );

type Integer = readonly [bits: 8 | 16 | 32 | 64, signed: boolean];

/** On Linux's 64-bit architectures. Plain `char` is unsigned on arm64, but no number here depends on its sign. */
const INTEGERS: Readonly<Record<string, Integer>> = {
  "char": [8, true],
  "signed char": [8, true],
  "unsigned char": [8, false],
  "short": [16, true],
  "unsigned short": [16, false],
  "int": [32, true],
  "unsigned int": [32, false],
  "long": [64, true],
  "unsigned long": [64, false],
  "long long": [64, true],
  "unsigned long long": [64, false],
};

const QUALIFIERS: readonly string[] = ["const", "volatile", "restrict"];

/** Each architecture defines this type differently. All pass it as an address. */
const VA_LISTS: readonly string[] = ["__builtin_va_list", "struct __va_list_tag *", "struct __va_list"];

/** The type that `spelling` names. @param typedefs the spelling of each typedef's type, by its name. */
export function readType(spelling: string, typedefs: ReadonlyMap<string, string>): CType {
  const text = withoutQualifiers(spelling);
  const pointer = (to: CType, toConst: boolean): CType => ({ kind: "pointer", to, toConst, spelling: text });
  if (VA_LISTS.includes(text)) return { ...pointer({ kind: "other", spelling: text }, false), spelling: "va_list" };
  if (text.includes("(*)(")) return pointer({ kind: "function", spelling: text }, false);
  if (text.endsWith("*")) {
    const target = text.slice(0, -1).trim();
    return pointer(readType(target, typedefs), target.startsWith("const "));
  }
  if (text.endsWith("]")) {
    const open = text.indexOf("[");
    const rest = text.slice(text.indexOf("]") + 1);
    const of = readType(`${text.slice(0, open)}${rest}`, typedefs);
    return { kind: "array", of, length: Number(text.slice(open + 1, text.indexOf("]"))), spelling: text };
  }
  const [keyword = "", tag] = text.split(" ");
  if (tag !== undefined && isTagKeyword(keyword)) return { kind: keyword, name: tag, spelling: text };
  if (text === "void" || text === "bool") return { kind: text, spelling: text };
  const integer = INTEGERS[text];
  if (integer !== undefined) return { kind: "integer", bits: integer[0], signed: integer[1], spelling: text };
  const target = typedefs.get(text);
  return target === undefined ? { kind: "other", spelling: text } : { ...readType(target, typedefs), spelling: text };
}

function isTagKeyword(word: string): word is "enum" | "struct" | "union" {
  return word === "enum" || word === "struct" || word === "union";
}

/** Removes the qualifiers of the type itself: those of a pointer stand after its star, all others come first. */
function withoutQualifiers(spelling: string): string {
  let text = spelling.trim();
  for (const qualifier of [...QUALIFIERS, ...QUALIFIERS]) {
    if (text.endsWith(`*${qualifier}`) || text.endsWith(`* ${qualifier}`)) {
      text = text.slice(0, -qualifier.length).trim();
    }
  }
  // The qualifiers inside a function type belong to its parameters.
  if (text.endsWith("*") || text.includes("(*)")) return text;
  return text.split(" ").filter((word) => !QUALIFIERS.includes(word)).join(" ");
}

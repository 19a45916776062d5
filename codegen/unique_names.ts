/**
 * Chooses names for generated source code. Names come from untrusted files: only plain identifiers get into source, and no two things of
 * a scope get the same one.
 *
 * @module
 */

import { FormatError } from "../errors/mod.ts";

/** Longer names would only fill the memory. The kernel allows 512 characters at most. */
const MAX_NAME = 1024;

/** The limit of characters of all names of an object. */
const MAX_CHARACTERS = 50_000_000;

/** Counts the characters of an object's names, so that a small file cannot become gigabytes of source. */
export class NameBudget {
  #characters = 0;

  /** @throws {FormatError} when there are too many. */
  spend(characters: number): void {
    this.#characters += characters;
    if (this.#characters > MAX_CHARACTERS) throw new FormatError("BTF", "its types are too large to be written out");
  }
}

/** The names of one scope of the model. They are unique and match `[A-Za-z_][A-Za-z0-9_]*`. */
export class UniqueNames {
  readonly #budget: NameBudget;
  readonly #scope = new Scope();

  constructor(budget = new NameBudget()) {
    this.#budget = budget;
  }

  /** `name`, or `name_2` if it is already used. @throws {FormatError} for a name that C does not allow. */
  take(name: string): string {
    const plain = plainIdentifier(name);
    this.#budget.spend(plain.length + 8);
    return this.#scope.take(plain, (spelled) => [spelled]);
  }
}

/** `name` as an identifier of every language: C's compilers also allow `$`, which becomes `_`. @throws {FormatError} */
export function plainIdentifier(name: string): string {
  if (name.length > MAX_NAME) throw new FormatError("BTF", `it has a name of ${name.length} characters`);
  if (!/^[A-Za-z_$][A-Za-z0-9_$]*$/.test(name)) {
    throw new FormatError("BTF", `${JSON.stringify(name)} cannot be a name`);
  }
  return name.replaceAll("$", "_");
}

/** The names of a language. */
export interface NameRules {
  /** The name in the language: "IsExit" for "is_exit". It may be the same for several names. */
  readonly spell: (name: string) => string;
  /** Names that the scope cannot have: words of the language, or names of an outer scope. */
  readonly reserved?: Iterable<string>;
  /** All names that one name brings into the scope: a bit-field "Low" also has "SetLow". By default only the name itself. */
  readonly formsOf?: (spelled: string, name: string) => readonly string[];
}

/**
 * Returns the name of each of `names` in a language, all in one scope. The first of several that are spelled alike keeps its name,
 * and each other gets a number: "is_exit" and "isExit" become "IsExit" and "IsExit_2".
 */
export function chooseNames(names: Iterable<string>, rules: NameRules): ReadonlyMap<string, string> {
  const scope = new Scope(rules.reserved);
  const chosen = new Map<string, string>();
  const formsOf = rules.formsOf ?? ((spelled: string) => [spelled]);
  for (const name of names) {
    if (chosen.has(name)) continue;
    chosen.set(name, scope.take(rules.spell(name), (spelled) => formsOf(spelled, name)));
  }
  return chosen;
}

/** Used names. */
class Scope {
  readonly #used: Set<string>;
  /** The last number that each name got. */
  readonly #numbers = new Map<string, number>();

  constructor(reserved: Iterable<string> = []) {
    this.#used = new Set(reserved);
  }

  take(name: string, formsOf: (name: string) => readonly string[]): string {
    let unique = name;
    let number = this.#numbers.get(name) ?? 1;
    while (formsOf(unique).some((form) => this.#used.has(form))) unique = `${name}_${++number}`;
    this.#numbers.set(name, number);
    for (const form of formsOf(unique)) this.#used.add(form);
    return unique;
  }
}

/**
 * The kinds of options that a command can declare. Each option is one row: the parser, the help and the type of the value follow
 * from it.
 *
 * @module
 */

/** An option of a command, with a value of type `T`. */
export interface Option<T> extends Description {
  /** The name of its value in the help: "SIZE"; undefined for an option without a value. */
  readonly value?: string;
  /** True for a value that may be left out. It then follows `=`. */
  readonly mayLackValue?: boolean;
  /** The text in the help for the value when the option is not given. */
  readonly shownDefault?: string | undefined;
  /** True for an option that also works without dashes after an operand, like bpftool's `name NAME`. */
  readonly bareWord?: boolean;
  /** True for an option that replaces the action of the command, so that operands and other options do not matter. */
  readonly standsAlone?: boolean;
  /** The option's value. @param texts the texts that were given for it, in order; empty texts for an option without a value. */
  read(texts: readonly string[], refuse: Refuse): T;
}

/** The parts of every row. */
interface Description {
  /** The heading in the help under which the option is; "Options" by default. */
  readonly group?: string;
  /** The letter of its short form: "v". */
  readonly letter?: string;
  /** The text in the help. */
  readonly help: string;
}

/** Throws a UsageError with the option's name and this reason: `"16GB" is not a size`. */
export type Refuse = (reason: string) => never;

/** Turns the text of a value, which is never empty, into the value. */
export type ParseValue<T> = (text: string, refuse: Refuse) => T;

/** The parts of a row whose option has a value. */
interface ValueDescription<T> extends Description {
  readonly value: string;
  readonly parse: ParseValue<T>;
  readonly bareWord?: boolean;
}

/** The value when the option is not given, and its text in the help if the value itself is not readable there. */
interface Default<T> {
  readonly default: T;
  readonly shownDefault?: string;
}

/** An option without a value, false by default. */
export function flag(row: Description & { readonly standsAlone?: boolean }): Option<boolean> {
  return { ...row, read: (texts) => texts.length > 0 };
}

/** An option that may be given once. Without a default, its value is undefined when it is not given. */
export function single<T>(row: ValueDescription<T> & Default<T>): Option<T>;
export function single<T>(row: ValueDescription<T>): Option<T | undefined>;
export function single<T>(row: ValueDescription<T> & Partial<Default<T>>): Option<T | undefined> {
  const { parse, default: usual, shownDefault = usual === undefined ? undefined : String(usual), ...rest } = row;
  const read = (texts: readonly string[], refuse: Refuse) => {
    const [text] = texts;
    if (texts.length > 1) return refuse("is given twice");
    return text === undefined ? usual : parse(text, refuse);
  };
  return { ...rest, shownDefault, read };
}

/** An option that may be repeated; its value is a list. */
export function list<T>({ parse, ...row }: ValueDescription<T>): Option<T[]> {
  return { ...row, read: (texts, refuse) => texts.map((text) => parse(text, refuse)) };
}

/**
 * An option that may be repeated, and whose value may be left out: `--name`, `--name=A,B`. Its value is `true` if a use has no value,
 * and otherwise a list of the words between commas.
 */
export function switchOrList(row: Description & { readonly value: string }): Option<true | string[]> {
  const read = (texts: readonly string[], refuse: Refuse) => {
    if (texts.includes("")) return true;
    const words = texts.flatMap((text) => text.split(","));
    return words.includes("") ? refuse("has an empty word in its list") : words;
  };
  return { ...row, mayLackValue: true, read };
}

/** The parser for values that may be any text. */
export const anyText: ParseValue<string> = (text) => text;

/** The option that every command has. */
export const HELP: Option<boolean> = flag({ letter: "h", standsAlone: true, help: "shows this text" });

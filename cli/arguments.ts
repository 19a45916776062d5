/**
 * Parses the arguments of a command by its declaration.
 *
 * Libraries cost more than they save here. `parseArgs` of Deno's standard library or of `node:util` takes 0.6 ms of a start with
 * options, checks no values and makes no help. Libraries that do both add 40 KB (citty) to 150 KB (commander, stricli) to the
 * binary, which also contains their bytecode. This parser and the help add 30 KB.
 *
 * @module
 */

import { nearest } from "./nearest.ts";
import type { Option, Refuse } from "./options.ts";
import { UsageError } from "./usage_error.ts";

/** The part of a command's declaration that parsing needs. `V` has the type of each option's value. */
export interface Syntax<V> {
  /** The words after "Cannot" in messages: "generate types". */
  readonly task: string;
  readonly operands: Operands;
  /** The options by name, without dashes. */
  readonly options: { readonly [K in keyof V]: Option<V[K]> };
}

/** The operands that a command takes. */
export interface Operands {
  /** The word for one of them in messages: "file". */
  readonly noun: string;
  readonly min: number;
  readonly max: number;
  /** True when the first operand ends the options, so that all later words are operands. */
  readonly endOptions?: boolean;
  /** True when unknown options are operands, in their place among the others. They are another program's. */
  readonly passUnknown?: boolean;
}

type Options = ReadonlyMap<string, Option<unknown>>;

/** The parsed arguments of a command. */
export class Arguments<V> {
  readonly operands: readonly string[];
  readonly #syntax: Syntax<V>;
  readonly #texts: ReadonlyMap<string, readonly string[]>;

  /**
   * Parses `args`. Checks the given values and the number of operands, unless an option stands alone.
   *
   * @throws {UsageError} for the first mistake.
   */
  constructor(syntax: Syntax<V>, args: readonly string[]) {
    const options = new Map<string, Option<unknown>>();
    for (const name in syntax.options) options.set(name, syntax.options[name]);
    const words = new Words(args, options, syntax.task);
    words.sort(syntax.operands);
    this.operands = words.operands;
    this.#syntax = syntax;
    this.#texts = words.texts;
    if ([...words.texts.keys()].some((name) => options.get(name)?.standsAlone)) return;
    for (const name in syntax.options) {
      if (words.texts.has(name)) this.get(name);
    }
    this.#checkOperands();
  }

  /** The value of the option `name`. */
  get<K extends keyof V & string>(name: K): V[K] {
    const refuse: Refuse = (reason) => {
      throw new UsageError(`Cannot ${this.#syntax.task}: --${name} ${reason}`);
    };
    const option = this.#syntax.options[name];
    const texts = this.#texts.get(name) ?? [];
    if (option.value !== undefined && !option.mayLackValue && texts.includes("")) return refuse("needs a value");
    return option.read(texts, refuse);
  }

  #checkOperands(): void {
    const { task, operands: { noun, min, max } } = this.#syntax;
    if (this.operands.length < min) throw new UsageError(`Cannot ${task}: no ${noun} given`);
    if (this.operands.length <= max) return;
    const limit = max === 1 ? `one ${noun}` : `${max} ${noun}s`;
    throw new UsageError(`Cannot ${task}: ${limit} at a time, not also "${this.operands[max]}"`);
  }
}

/** The words of a command line, to be sorted into operands and options. */
class Words {
  readonly operands: string[] = [];
  /** The texts that each option was given. An option without a value gets an empty text each time. */
  readonly texts = new Map<string, string[]>();
  readonly #rest: string[];
  readonly #options: Options;
  readonly #task: string;

  constructor(args: readonly string[], options: Options, task: string) {
    this.#rest = [...args];
    this.#options = options;
    this.#task = task;
  }

  /** @throws {UsageError} for an unknown option. */
  sort({ endOptions = false, passUnknown = false }: Operands): void {
    let ended = false;
    for (let word = this.#rest.shift(); word !== undefined; word = this.#rest.shift()) {
      if (!ended && word === "--") ended = true;
      else if (!ended && isDashed(word) && !(passUnknown && !this.#isKnown(word))) this.#readOption(word);
      else if (!ended && this.#isBareWord(word)) this.#give(word, this.#takeText());
      else {
        this.operands.push(word);
        ended ||= endOptions;
      }
    }
  }

  #isBareWord(word: string): boolean {
    return this.operands.length > 0 && this.#options.get(word)?.bareWord === true;
  }

  /** True for `--name`, `--name=text` and `-n` of a declared option. */
  #isKnown(word: string): boolean {
    if (!word.startsWith("--")) return word.length === 2 && this.#options.has(this.#nameOf(word.slice(1)));
    return this.#options.has(word.slice(2).split("=", 1)[0] ?? "");
  }

  /** Reads `--name`, `--name=text`, `-n` or the letters `-nm`, and takes the text of an option from the next word. */
  #readOption(word: string): void {
    const [spelling = "", attached] = word.startsWith("--") ? word.slice(2).split(/=(.*)/s, 2) : [];
    const names = word.startsWith("--") ? [spelling] : [...word.slice(1)].map((letter) => this.#nameOf(letter));
    for (const name of names) {
      const option = this.#options.get(name);
      if (option === undefined) throw this.#unknownOption(word);
      if (option.mayLackValue) this.#giveOptional(name, attached);
      else if (option.value !== undefined) this.#give(name, attached ?? this.#takeText());
      else if (attached === undefined) this.#give(name, "");
      else throw new UsageError(`Cannot ${this.#task}: --${name} takes no value`);
    }
  }

  #nameOf(letter: string): string {
    for (const [name, option] of this.#options) {
      if (option.letter === letter) return name;
    }
    return "";
  }

  /** The next word as the text of an option; an empty text if there is none, or another option. */
  #takeText(): string {
    const [next] = this.#rest;
    return next === undefined || isDashed(next) ? "" : this.#rest.shift() ?? "";
  }

  #giveOptional(name: string, attached: string | undefined): void {
    if (attached === "") throw new UsageError(`Cannot ${this.#task}: --${name}= needs a value`);
    this.#give(name, attached ?? "");
  }

  #give(name: string, text: string): void {
    this.texts.set(name, [...this.texts.get(name) ?? [], text]);
  }

  #unknownOption(word: string): UsageError {
    const [name = ""] = word.replace(/^-+/, "").split("=", 1);
    const meant = nearest(name, [...this.#options.keys()]);
    const advice = meant === undefined ? undefined : `did you mean --${meant}?`;
    return new UsageError(`Cannot ${this.#task}: unknown option "${word}"`, advice);
  }
}

/** True for an option. "-" alone is the operand that stands for standard input. */
function isDashed(word: string): boolean {
  return word.startsWith("-") && word !== "-";
}

/**
 * Parses JSON with comments and trailing commas, and keeps the place of each value for messages.
 *
 * @module
 */

/** A value with its place. */
export interface JsonNode {
  /** The value, as `JSON.parse` gives it. */
  readonly value: unknown;
  /** The offset of its first character. */
  readonly offset: number;
  /** The members of an object by key, with the places of the keys. */
  readonly members: ReadonlyMap<string, { readonly keyOffset: number; readonly node: JsonNode }>;
  /** The items of a list. */
  readonly items: readonly JsonNode[];
}

/** A mistake in a text, at an offset. */
export class JsonError extends Error {
  override readonly name = "JsonError";
  readonly offset: number;

  constructor(offset: number, problem: string) {
    super(problem);
    this.offset = offset;
  }
}

/** Policies need three. */
const MAX_DEPTH = 16;

/** Parses a text. A key that is there twice is a mistake, because readers could differ about its value. @throws {JsonError} */
export function parseJson(text: string): JsonNode {
  const parser = new JsonParser(text);
  const node = parser.value(0);
  parser.end();
  return node;
}

class JsonParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): JsonNode {
    this.#skip();
    const offset = this.#at;
    if (depth > MAX_DEPTH) throw new JsonError(offset, "it is nested too deeply");
    const leaf = { offset, members: new Map(), items: [] };
    switch (this.#text[offset]) {
      case undefined:
      case ",":
      case "}":
      case "]":
        throw new JsonError(offset, "a value is missing");
      case "{":
        return this.#object(depth);
      case "[":
        return this.#list(depth);
      case '"':
        return { ...leaf, value: this.#string() };
      default:
        return { ...leaf, value: this.#word() };
    }
  }

  /** Checks that nothing but comments follows. */
  end(): void {
    this.#skip();
    if (this.#at < this.#text.length) throw new JsonError(this.#at, "something follows the end");
  }

  #object(depth: number): JsonNode {
    const offset = this.#at++;
    const members = new Map<string, { keyOffset: number; node: JsonNode }>();
    while (!this.#closes("}")) {
      const keyOffset = this.#at;
      if (this.#text[keyOffset] !== '"') throw new JsonError(keyOffset, 'a key in "quotes" is missing');
      const key = this.#string();
      if (members.has(key)) throw new JsonError(keyOffset, `key ${JSON.stringify(key)} is there twice`);
      this.#skip();
      if (this.#text[this.#at] !== ":") throw new JsonError(this.#at, "a colon is missing");
      this.#at++;
      members.set(key, { keyOffset, node: this.value(depth + 1) });
      this.#separate("}");
    }
    const value = Object.fromEntries([...members].map(([key, { node }]) => [key, node.value]));
    return { value, offset, members, items: [] };
  }

  #list(depth: number): JsonNode {
    const offset = this.#at++;
    const items: JsonNode[] = [];
    while (!this.#closes("]")) {
      items.push(this.value(depth + 1));
      this.#separate("]");
    }
    return { value: items.map(({ value }) => value), offset, members: new Map(), items };
  }

  /** True after the closing bracket, which it takes. */
  #closes(bracket: string): boolean {
    this.#skip();
    if (this.#at >= this.#text.length) throw new JsonError(this.#at, `${bracket} is missing`);
    if (this.#text[this.#at] !== bracket) return false;
    this.#at++;
    return true;
  }

  /** Takes a comma, unless the closing bracket follows. */
  #separate(bracket: string): void {
    this.#skip();
    const next = this.#text[this.#at];
    if (next === ",") this.#at++;
    else if (next !== undefined && next !== bracket) throw new JsonError(this.#at, "a comma is missing");
  }

  #string(): string {
    const offset = this.#at;
    // deno-lint-ignore no-control-regex -- JSON excludes these characters from texts
    const token = this.#take(/"(?:[^"\\\u0000-\u001f]|\\.)*"/y);
    if (token === undefined) throw new JsonError(offset, "a text is not finished");
    try {
      return JSON.parse(token);
    } catch {
      throw new JsonError(offset, "a text has an unknown escape");
    }
  }

  #word(): unknown {
    const offset = this.#at;
    const token = this.#take(/[\w.+-]+/y) ?? "";
    try {
      return JSON.parse(token);
    } catch {
      throw new JsonError(offset, "it is not JSON: an unknown word");
    }
  }

  /** Skips white space and comments. */
  #skip(): void {
    while (this.#take(/[ \t\r\n]+|\/\/[^\r\n]*|\/\*.*?\*\//sy) !== undefined);
    if (this.#text.startsWith("/*", this.#at)) throw new JsonError(this.#at, "a comment is not finished");
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const [token] = pattern.exec(this.#text) ?? [];
    this.#at += token?.length ?? 0;
    return token;
  }
}

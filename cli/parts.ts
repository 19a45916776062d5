/**
 * The parts of the compiled binary: scripts that `scripts/build_parts.ts` makes of the modules, each with its bytecode (V8's code
 * cache). A part is loaded when one of its functions is first called, so a command loads only the parts that it runs.
 *
 * Without the bytecode, parsing and compiling the scripts took a third of this project's part of the start. V8 ignores a cache that
 * does not fit its version or flags.
 *
 * @module
 */

import process from "node:process";
import { Script } from "node:vm";

/** The exports of a module, by name. */
type Module = Readonly<Record<string, unknown>>;
/** The modules of a part that other parts import, by path. */
type Modules = Readonly<Record<string, Module>>;
/** The value of a part's script: it runs the modules. `find` returns a module of another part. */
type Part = (find: (part: string, path: string) => Module | undefined) => Modules;

/** Parts that are small or seldom loaded. They are compressed, without bytecode, which would take more space than it saves time. */
export const COMPRESSED: ReadonlySet<string> = new Set(["assemblyscript", "policy", "problems", "rare", "tools"]);

/** Reads the scripts and their bytecode. */
export interface PartFiles {
  readText(name: string): string;
  readBytes(name: string): Uint8Array<ArrayBuffer>;
}

/** The parts. */
export class Parts {
  readonly #files: PartFiles;
  readonly #loaded = new Map<string, Modules>();

  constructor(files: PartFiles) {
    this.#files = files;
  }

  /** The names of the loaded parts. */
  get loaded(): string[] {
    return [...this.#loaded.keys()];
  }

  /** A module of a part. Loads the part at the first call. */
  find(part: string, path: string): Module | undefined {
    return (this.#loaded.get(part) ?? this.#load(part))[path];
  }

  #load(name: string): Modules {
    const script = COMPRESSED.has(name) ? this.#compressed(name) : this.#withBytecode(name);
    const part: Part = script.runInThisContext();
    const modules = part((part, path) => this.find(part, path));
    this.#loaded.set(name, modules);
    return modules;
  }

  #withBytecode(name: string): Script {
    const cachedData = this.#files.readBytes(`${name}.cache`);
    const script = new Script(this.#files.readText(`${name}.js`), { filename: `${name}.js`, cachedData });
    // V8 has copied what it needs. The garbage collector would free the rest only much later.
    cachedData.buffer.transfer(0);
    return script;
  }

  #compressed(name: string): Script {
    // The module is loaded only here, since it would delay each start.
    const { gunzipSync } = process.getBuiltinModule("node:zlib");
    const text = new TextDecoder().decode(gunzipSync(this.#files.readBytes(`${name}.gz`)));
    return new Script(text, { filename: `${name}.js` });
  }
}

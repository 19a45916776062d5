/**
 * Tells people which `--dir` a guest would have needed.
 *
 * A guest's libc looks a path up among its directories by itself. When it is in none of them, the libc says ENOTCAPABLE and the host
 * never hears of the path. All that reaches the host is the message that the guest prints: so this listens to the guest's stderr.
 *
 * @module
 */

import type { Ranges } from "../../ffi/files.ts";

/** What guests print: C and C++ (and Rust, for an error that it was given by the host), Rust, Go. */
const MESSAGES = [
  /^(?<text>.*?):? ?Capabilities insufficient/,
  /failed to find a pre-opened file descriptor through which "(?<path>.*)" could be opened/,
  /\bopen (?<path>.+): Bad file number/,
];

/** A message is at the end of a line that is no longer than this. */
const MAX_LINE = 4096;

/** A guest that writes so much to its stderr uses it for its output, which must not take longer for this. */
const MAX_HEARD = 1 << 16;

/** Listens until it has found one message. */
export class RefusedPaths {
  readonly #args: readonly string[];
  readonly #report: (problem: string) => void;
  readonly #decoder = new TextDecoder();
  #line = "";
  #heard = 0;
  #told = false;

  /** @param args the guest's own arguments, which may hold the path. */
  constructor(args: readonly string[], report: (problem: string) => void) {
    this.#args = args;
    this.#report = report;
  }

  /** Takes what the guest has written to its stderr. The parts of a message come one by one. */
  hear({ buffer, pairs, count }: Ranges): void {
    if (this.#told || this.#heard > MAX_HEARD) return;
    for (let index = 0; index < count; index++) {
      const [start = 0, size = 0] = [pairs[index * 2], pairs[index * 2 + 1]];
      this.#heard += size;
      // A copy: the memory may be shared with the kernel. Only the end of a long text can be a message.
      const part = new Uint8Array(buffer, start + Math.max(size - MAX_LINE, 0), Math.min(size, MAX_LINE)).slice();
      this.#line = (this.#line + this.#decoder.decode(part)).slice(-MAX_LINE);
    }
    // The host's line comes after the guest's: not in the middle of it.
    const end = this.#line.lastIndexOf("\n") + 1;
    this.#look(this.#line.slice(0, end));
    this.#line = this.#line.slice(end);
  }

  /** The guest has ended: what it has written last may be a message too. */
  end(): void {
    this.#look(this.#line);
  }

  #look(text: string): void {
    const message = this.#told ? undefined : text.split("\n").map(messageIn).find((found) => found !== undefined);
    if (message === undefined) return;
    this.#told = true;
    this.#report(this.#sentence(message));
  }

  #sentence({ text = "", path = this.#pathIn(text) }: Message): string {
    if (path === undefined) {
      return "Cannot open a file for the guest: it is in none of the guest's directories (hint: --dir HOST gives it one)";
    }
    const directory = directoryOf(path);
    return `Cannot open "${path}" for the guest: it is in none of the guest's directories ` +
      `(hint: --dir ${directory}:ro, or --dir ${directory} for what it may change)`;
  }

  /** The path that a message is about: an argument of the guest's, or what looks like one; else an argument that does. */
  #pathIn(text: string): string | undefined {
    const named = this.#args.find((arg) => arg !== "" && text.split(/[\s'":]+/).includes(arg));
    const quoted = /(['"`])([^'"`]*\/[^'"`]*)\1/.exec(text)?.[2];
    return named ?? quoted ?? /\/[^\s'":]*/.exec(text)?.[0] ?? this.#args.find((arg) => arg.includes("/"));
  }
}

interface Message {
  text?: string | undefined;
  path?: string | undefined;
}

function messageIn(line: string): Message | undefined {
  for (const form of MESSAGES) {
    const found = form.exec(line);
    if (found !== null) return { ...found.groups };
  }
  return undefined;
}

/** The directory that a path is in, for a shell. */
function directoryOf(path: string): string {
  const slash = path.lastIndexOf("/");
  const directory = slash < 0 ? "." : slash === 0 ? "/" : path.slice(0, slash);
  return /^[\w./@%+,=-]+$/.test(directory) ? directory : `'${directory.replaceAll("'", "'\\''")}'`;
}

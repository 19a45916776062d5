/**
 * Suggests the `--dir` option that a guest needs.
 *
 * A guest's libc searches its directories for a path without the host. When the path is in none of them, libc fails with ENOTCAPABLE.
 * The host sees the path only if the guest prints a message, so this watches the guest's stderr.
 *
 * @module
 */

import type { Ranges } from "../../ffi/system/files.ts";

/** Error messages of guests: in C and C++ (also in Rust, for errors from the host), in Rust, in Go. */
const MESSAGES = [
  /^(?<text>.*?):? ?Capabilities insufficient/,
  /failed to find a pre-opened file descriptor through which "(?<path>.*)" could be opened/,
  /\bopen (?<path>.+): Bad file number/,
];

/** The longest end of a line that is searched for a message. */
const MAX_LINE = 4096;

/** After so many bytes, stderr is taken as normal output and not searched further, to keep it fast. */
const MAX_HEARD = 1 << 16;

/** Watches stderr until it finds one message. */
export class RefusedPaths {
  readonly #args: readonly string[];
  readonly #report: (problem: string) => void;
  /** Made when the guest writes to its stderr, since a decoder takes 0.04 ms to make. */
  #decoder: TextDecoder | undefined;
  #line = "";
  #heard = 0;
  #told = false;

  /** @param args the guest's arguments, which may contain the path. */
  constructor(args: readonly string[], report: (problem: string) => void) {
    this.#args = args;
    this.#report = report;
  }

  /** Takes text that the guest has written to its stderr. A message may arrive in several parts. */
  hear({ buffer, pairs, count }: Ranges): void {
    if (this.#told || this.#heard > MAX_HEARD) return;
    for (let index = 0; index < count; index++) {
      const [start = 0, size = 0] = [pairs[index * 2], pairs[index * 2 + 1]];
      this.#heard += size;
      // The text is copied because the memory may be shared with the kernel. Only the end of a long text can be a message.
      const part = new Uint8Array(buffer, start + Math.max(size - MAX_LINE, 0), Math.min(size, MAX_LINE)).slice();
      this.#line = (this.#line + (this.#decoder ??= new TextDecoder()).decode(part)).slice(-MAX_LINE);
    }
    // The report waits for the end of the guest's line, so that it does not split it.
    const end = this.#line.lastIndexOf("\n") + 1;
    this.#look(this.#line.slice(0, end));
    this.#line = this.#line.slice(end);
  }

  /** Searches the guest's last text, which may lack a line break. Call it when the guest has ended. */
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

  /** The path of a message: an argument of the guest, a quoted or absolute path in the text, or the first argument with a slash. */
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

/** The directory of a path, quoted for a shell. */
function directoryOf(path: string): string {
  const slash = path.lastIndexOf("/");
  const directory = slash < 0 ? "." : slash === 0 ? "/" : path.slice(0, slash);
  return /^[\w./@%+,=-]+$/.test(directory) ? directory : `'${directory.replaceAll("'", "'\\''")}'`;
}

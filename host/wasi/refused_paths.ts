/**
 * Suggests the `--dir` option that a guest needs.
 *
 * A guest's libc searches its directories for a path without the host. When the path is in none of them, libc fails without a call:
 * Debian 12's wasi-libc with ENOTCAPABLE, newer ones with ENOENT. The host sees the path only if the guest prints a message, so this
 * watches the guest's stderr. The SDK's libc tells the host itself (`host/sys/missing_path.ts`).
 *
 * ENOENT has many other reasons. It counts as a refused path only if libc has listed its directories, no import has failed since the
 * guest's last message of this kind, the path is in none of the directories, and the host has it or a directory for it.
 *
 * @module
 */

import type { Ranges } from "../../ffi/system/files.ts";
import { directoryOf, refusedPathMessage } from "../core/refused_path.ts";
import { contains, type Preopen } from "./preopens.ts";

/** Error messages of guests: in C and C++ (also in Rust, for errors from the host), in Rust, in Go. */
const MESSAGES = [
  /^(?<text>.*?):? ?(?:Capabilities insufficient|(?<isMissing>No such file or directory))/,
  /failed to find a pre-opened file descriptor through which "(?<path>.*)" could be opened/,
  /\bopen (?<path>.+): Bad file number/,
];

/** The longest end of a line that is searched for a message. */
const MAX_LINE = 4096;

/** After so many bytes, stderr is taken as normal output and not searched further, to keep it fast. */
const MAX_SEARCHED_BYTES = 1 << 16;

/** The sources of a {@link RefusedPaths}. */
export interface RefusedPathsOptions {
  /** The guest's arguments, which may contain the path. */
  readonly args: readonly string[];
  /** The guest's directories. */
  readonly preopens: readonly Preopen[];
  /** The number of imports that have failed until now; see {@link Guard.failures}. */
  failures(): number;
  /** True if the host has a file at `path`. The result is only for the host's messages, and hidden from the guest. */
  exists(path: string): boolean;
  /** Gets the hint. */
  report(problem: string): void;
}

/** Watches stderr until it finds one message. */
export class RefusedPaths {
  readonly #options: RefusedPathsOptions;
  /** Made when the guest writes to its stderr, since a decoder takes 0.04 ms to make. */
  #decoder: TextDecoder | undefined;
  #line = "";
  #searchedBytes = 0;
  #isReported = false;
  #hasListed = false;
  /** The number of failures at the last "No such file or directory". */
  #failures = 0;

  constructor(options: RefusedPathsOptions) {
    this.#options = options;
  }

  /** Notes that the guest listed its directories. libc does so before it searches them. */
  listDirectories(): void {
    this.#hasListed = true;
  }

  /** Searches text that the guest has written to its stderr. A message may arrive in several parts. */
  search({ buffer, pairs, count }: Ranges): void {
    if (this.#isReported || this.#searchedBytes > MAX_SEARCHED_BYTES) return;
    for (let index = 0; index < count; index++) {
      const [start = 0, size = 0] = [pairs[index * 2], pairs[index * 2 + 1]];
      this.#searchedBytes += size;
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
    if (this.#isReported) return;
    const messages = text.split("\n").map(messageIn).filter((message) => message !== undefined);
    const isExplained = this.#isExplained(messages);
    for (const message of messages) {
      const path = message.path ?? this.#pathIn(message);
      if (message.isMissing && (isExplained || path === undefined || !this.#isRefused(path))) continue;
      this.#isReported = true;
      this.#options.report(refusedPathMessage(path));
      return;
    }
  }

  /** True if an import has failed since the last "No such file or directory", so that the next one can be about this failure. */
  #isExplained(messages: readonly Message[]): boolean {
    if (!messages.some(({ isMissing }) => isMissing)) return false;
    const before = this.#failures;
    this.#failures = this.#options.failures();
    return this.#failures !== before;
  }

  /** True if libc cannot have found `path`, and a directory given to the guest would help. */
  #isRefused(path: string): boolean {
    const { preopens, exists } = this.#options;
    if (!this.#hasListed || path.includes("\0") || preopens.some((preopen) => contains(preopen, path))) return false;
    // A guest may also create files. An argument without a slash can be any word.
    return exists(path) || (path.includes("/") && exists(`${directoryOf(path)}/`));
  }

  /** The path of a message: an argument of the guest, a quoted or absolute path in the text, or the first argument with a slash. */
  #pathIn({ text, isMissing }: Message): string | undefined {
    const { args, preopens } = this.#options;
    const named = args.find((arg) => arg !== "" && text.split(/[\s'":]+/).includes(arg));
    const quoted = /(['"`])([^'"`]*\/[^'"`]*)\1/.exec(text)?.[2];
    const inText = named ?? quoted ?? /\/[^\s'":]*/.exec(text)?.[0];
    // A guest with directories can have found this argument, and its ENOENT can be about a map.
    if (isMissing && preopens.length > 0) return inText;
    return inText ?? args.find((arg) => arg.includes("/"));
  }
}

interface Message {
  /** The text before the error's own words. */
  readonly text: string;
  /** The path, if the form names it. */
  readonly path: string | undefined;
  /** True for "No such file or directory", which is also the message for other failures. */
  readonly isMissing: boolean;
}

function messageIn(line: string): Message | undefined {
  for (const form of MESSAGES) {
    const groups = form.exec(line)?.groups;
    if (groups === undefined) continue;
    const { text = "", path, isMissing } = groups;
    return { text, path, isMissing: isMissing !== undefined };
  }
  return undefined;
}

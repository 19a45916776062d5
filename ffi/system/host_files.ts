/**
 * The user's own files, for the commands that read and write them. Paths are not confined.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO, type Operation } from "../../errors/mod.ts";
import { cString } from "./c_string.ts";
import { Files } from "./files.ts";
import { pathOfDescriptor } from "./host_paths.ts";
import { AT, FILE_MODE, O, S_IFMT } from "./linux_numbers.ts";
import { NUMBER } from "./symbols/system_calls.ts";
import type { SystemCalls } from "./system_calls.ts";

const NEW_FILE_MODE = 0o666;
const NEW_DIRECTORY_MODE = 0o777;
const EXECUTABLE = 0o111;

/** See the module's documentation. */
export class HostFiles {
  readonly #calls: SystemCalls;
  readonly #files: Files;

  constructor(calls: SystemCalls) {
    this.#calls = calls;
    this.#files = new Files(calls);
  }

  /** True for a path that exists and may be looked up. */
  exists(path: string): boolean {
    return this.#files.exists(path);
  }

  /** True for a directory. */
  isDirectory(path: string): boolean {
    return this.exists(`${path}/.`);
  }

  /** True for a regular file that somebody may execute. */
  isProgram(path: string): boolean {
    const mode = this.#modeOf(path);
    return (mode & S_IFMT) === FILE_MODE.REGULAR && (mode & EXECUTABLE) !== 0;
  }

  /** True for a symbolic link, whether or not its target exists. */
  isLink(path: string): boolean {
    return (this.#modeOf(path, O.NOFOLLOW) & S_IFMT) === FILE_MODE.LINK;
  }

  /** The path without symbolic links; undefined if there is no such file. */
  resolved(path: string): string | undefined {
    return this.#at(path, (fd) => {
      const entry = this.#calls.open(pathOfDescriptor(fd), O.PATH | O.NOFOLLOW | O.CLOEXEC);
      if (entry < 0) return undefined;
      const target = this.#files.readLink(entry);
      this.#calls.close(entry);
      return typeof target === "number" ? undefined : new TextDecoder().decode(target);
    });
  }

  /** The names in a directory, sorted. @throws {BpfError} ENOENT, ENOTDIR, EACCES. */
  list(path: string): string[] {
    const operation: Operation = { operation: "read", kind: "directory", subject: path };
    const fd = this.#files.openDirectory(path);
    if (fd < 0) throw new BpfError(operation, fd);
    try {
      const names: string[] = [];
      for (;;) {
        const entries = this.#files.readDirectory(fd);
        if (typeof entries === "number") throw new BpfError(operation, entries);
        if (entries.length === 0) return names.filter((name) => name !== "." && name !== "..").sort();
        for (const { name } of entries) names.push(new TextDecoder().decode(name));
      }
    } finally {
      this.#calls.close(fd);
    }
  }

  /** Makes a directory, unless there is one. Its parent must exist. @throws {BpfError} ENOENT, EEXIST, EACCES ... */
  makeDirectory(path: string): void {
    const made = this.#calls.result(
      this.#calls.symbols.mkdirat(NUMBER.mkdirat, AT.FDCWD, cString(path), NEW_DIRECTORY_MODE),
    );
    if (made < 0 && !(made === -LINUX_ERRNO.EEXIST && this.isDirectory(path))) {
      throw new BpfError({ operation: "make", kind: "directory", subject: path }, made);
    }
  }

  /** Removes a file. A file that does not exist is no error. @throws {BpfError} */
  remove(path: string): void {
    const removed = this.#calls.result(this.#calls.symbols.unlinkat(NUMBER.unlinkat, AT.FDCWD, cString(path), 0));
    if (removed < 0 && removed !== -LINUX_ERRNO.ENOENT) {
      throw new BpfError({ operation: "remove", kind: "file", subject: path }, removed);
    }
  }

  /**
   * Writes a file from chunks, each of which is used before the next one is requested. If it cannot write all of them, it removes the
   * file: a part of one could be taken for the whole.
   *
   * @param options.isNew true to refuse a file that exists.
   * @throws {BpfError} EEXIST, EACCES, ENOSPC ...
   */
  write(path: string, chunks: Iterable<Uint8Array>, { isNew = false } = {}): void {
    const operation: Operation = { operation: "write", kind: "file", subject: path };
    const flags = O.WRONLY | O.CREAT | O.CLOEXEC | (isNew ? O.EXCL : O.TRUNC);
    const fd = this.#calls.open(path, flags, NEW_FILE_MODE);
    if (fd < 0) throw new BpfError(operation, fd);
    try {
      for (const chunk of chunks) this.#writeAll(fd, new Uint8Array(chunk), operation);
    } catch (error) {
      const isRegular = (modeOf(this.#calls, fd) & S_IFMT) === FILE_MODE.REGULAR;
      if (isRegular && !this.isLink(path)) this.remove(path);
      throw error;
    } finally {
      this.#calls.close(fd);
    }
  }

  #writeAll(fd: number, bytes: Uint8Array<ArrayBuffer>, operation: Operation): void {
    for (let done = 0; done < bytes.length;) {
      const written = this.#calls.write(fd, bytes.subarray(done));
      if (written < 0) throw new BpfError(operation, written);
      done += written;
    }
  }

  /** The type and the permissions of a file; 0 if there is none. */
  #modeOf(path: string, flags = 0): number {
    return this.#at(path, (fd) => modeOf(this.#calls, fd), flags) ?? 0;
  }

  /** Opens `path` for lookups only, runs `action` on it, and closes it. Returns undefined if it cannot be opened. */
  #at<T>(path: string, action: (fd: number) => T, flags = 0): T | undefined {
    const fd = this.#calls.open(path, O.PATH | O.CLOEXEC | flags);
    if (fd < 0) return undefined;
    try {
      return action(fd);
    } finally {
      this.#calls.close(fd);
    }
  }
}

/** The type and the permissions of an open file; 0 if it has none. */
function modeOf(calls: SystemCalls, fd: number): number {
  const status = calls.status(fd);
  return typeof status === "number" ? 0 : status.mode;
}

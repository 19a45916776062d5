/**
 * The form of the languages that guests are written in, for `new` and `build`. Each has a file beside this one.
 *
 * @module
 */

import type { GuestTarget } from "../toolchain/sdk.ts";
import type { RecordLayout } from "../toolchain/record_layouts.ts";
import type { Toolchain } from "../toolchain/toolchain.ts";

/** The names of a new guest. */
export interface GuestName {
  /** Letters, digits, "_" and "-": "my-tool". */
  readonly name: string;
  /** The same as an identifier: "my_tool". */
  readonly identifier: string;
}

/** The sources of a new guest, besides its BPF program and its README. */
export interface GuestTemplate {
  /** The files by path in the guest's directory. */
  readonly files: Readonly<Record<string, string>>;
  /** The file that people read and change first: "src/main.rs". */
  readonly main: string;
  /** A sentence about it for the README: "It uses libbpf, as a native program does." */
  readonly about: string;
  /** True if it includes the header that the BPF program includes. Other languages get the types from the BPF object. */
  readonly includesHeader?: boolean | undefined;
  /** Lines of .gitignore besides those for the module and `.output/`. */
  readonly ignored?: readonly string[] | undefined;
}

/** A guest in a directory. */
export interface FoundGuest {
  /** The name of the module without ".wasm". */
  readonly name: string;
  /** The sources, for languages whose compiler takes them one by one; empty for those with a build system. */
  readonly sources: readonly string[];
}

/** A BPF object of the guest. */
export interface GuestObject {
  /** The source's name without ".bpf.c". */
  readonly program: string;
  readonly path: string;
}

/** A build, as a language sees it. Paths are relative to the working directory, like `directory` itself. */
export interface GuestBuild {
  readonly tools: Toolchain;
  readonly directory: string;
  readonly guest: FoundGuest;
  /** The directory for everything that is not the module: `DIR/.output`. */
  readonly output: string;
  /** The module to write: `DIR/NAME.wasm`. */
  readonly module: string;
  readonly target: GuestTarget;
  /** Words of the command line that are not options of `build`. Only languages with `takesClangOptions` get other than -I, -D and -U. */
  readonly words: readonly string[];
  /** The records of the BPF sources; only known for wasm32. */
  readonly bpfRecords: readonly RecordLayout[];
  /** Prints a line for a step and runs it. If it fails, prints which program failed. */
  readonly step: (kind: "bindings" | "skeleton" | "guest", path: string, action: () => void) => void;
}

/** See the module's documentation. */
export interface Language {
  /** The value of `--lang`. */
  readonly name: string;
  /** The name that people write: "C++". */
  readonly title: string;
  /** True if the guest is compiled by clang, with the options of the command line. */
  readonly takesClangOptions?: boolean | undefined;
  /** The sources of a new guest. */
  readonly template: (name: GuestName) => GuestTemplate;
  /** The file that shows the language of a directory, as errors name it: "NAME.c", "Cargo.toml". */
  readonly mark: string;
  /** The guests in this language among the names of the files of `directory`. A directory may have one. */
  readonly find: (directory: string, files: readonly string[], tools: Toolchain) => readonly FoundGuest[];
  /**
   * Writes the skeletons of `objects` and compiles the guest.
   *
   * @throws {MissingToolError} when a part of the toolchain is missing, with the command that installs it.
   * @throws {ProgramFailed} when a compiler fails.
   */
  readonly compile: (build: GuestBuild, objects: readonly GuestObject[]) => void;
}

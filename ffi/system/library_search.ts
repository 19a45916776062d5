/**
 * Finds the native library.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO } from "../../errors/mod.ts";
import { CLibrary } from "./c_library.ts";
import { DynamicLinker, type LoadedLibrary } from "./dynamic_linker.ts";
import { type LibraryOrigin, NativeLibrary } from "./library.ts";

/** The environment variable that overrides the search. */
const LIBRARY_VARIABLE = "WASM_BPF_LIBBPF";

const FILE_NAME = "libwasm_bpf.so";
const SYSTEM_NAME = "libbpf.so.1";

/**
 * Opens the first library found: `$WASM_BPF_LIBBPF` (unless this program has privileges that its user lacks), the library embedded
 * in this binary, the library built in this checkout, or the system's `libbpf.so.1`.
 *
 * Needs `--allow-ffi` and nothing else.
 *
 * @throws {BpfError} ENOENT when there is none, with every place that was tried in `log`; EINVAL when the library that the variable
 * names cannot be used.
 */
export function openLibrary(): NativeLibrary {
  using stack = new DisposableStack();
  const linker = stack.use(new DynamicLinker());
  const libc = stack.use(new CLibrary(linker));
  const tried: string[] = [];
  for (const { origin, path, label, fd } of candidates(libc)) {
    try {
      const library = new NativeLibrary(origin, { linker, libc, loaded: loadLibbpf(linker, path), fd });
      stack.move();
      return library;
    } catch (error) {
      if (fd !== undefined) libc.close(fd);
      const reason = error instanceof Error ? error.message : String(error);
      // A library that the user named is never skipped.
      if (origin === "environment") throw unusable(path, reason);
      tried.push(`${label ?? path}: ${reason}`);
    }
  }
  throw new BpfError({ operation: "open", kind: "library", words: "libbpf" }, LINUX_ERRNO.ENOENT, {
    log: tried,
    hint: `run scripts/build_libbpf.sh, install libbpf1, or set ${LIBRARY_VARIABLE}`,
  });
}

interface Candidate {
  origin: LibraryOrigin;
  path: string;
  /** The name for messages, if it is not the path. */
  label?: string;
  fd?: number;
}

function* candidates(libc: CLibrary): Generator<Candidate> {
  const named = libc.environmentVariable(LIBRARY_VARIABLE);
  if (named) {
    yield { origin: "environment", path: named };
    return;
  }
  const embedded = embeddedBytes();
  if (embedded) {
    // A file in memory disappears with the process, and nobody can exchange it before it is loaded. Neither holds for a file on disk.
    const fd = libc.createMemoryFile(FILE_NAME, embedded);
    // The garbage collector would free the bytes only much later.
    embedded.buffer.transfer(0);
    yield { origin: "embedded", path: `/proc/self/fd/${fd}`, label: "the embedded library", fd };
  }
  const built = builtPath();
  if (built !== undefined) yield { origin: "built", path: built };
  yield { origin: "system", path: SYSTEM_NAME };
}

/** The library that `scripts/build_binary.sh` embedded beside the main module of this binary; undefined when there is none. */
function embeddedBytes(): Uint8Array<ArrayBuffer> | undefined {
  if (!Deno.build.standalone) return undefined;
  try {
    return Deno.readFileSync(new URL(FILE_NAME, Deno.mainModule));
  } catch {
    return undefined;
  }
}

/** The path of the library that `scripts/build_libbpf.sh` builds in this checkout; undefined in a binary and over a network. */
function builtPath(): string | undefined {
  if (Deno.build.standalone) return undefined;
  const { protocol, pathname } = new URL(`../../.build/lib/${FILE_NAME}`, import.meta.url);
  return protocol === "file:" ? decodeURIComponent(pathname) : undefined;
}

/** Loads the library at `path`. @throws {Error} when it is not a libbpf that this project can use. */
function loadLibbpf(linker: DynamicLinker, path: string): LoadedLibrary {
  const loaded = linker.open(path);
  if (linker.find(loaded, "libbpf_version_string") !== null) return loaded;
  linker.close(loaded);
  throw new Error("it is not libbpf 1.0 or newer");
}

function unusable(path: string, reason: string): BpfError {
  const operation = { operation: "open", kind: "library", subject: path, words: `libbpf "${path}"` } as const;
  return new BpfError(operation, LINUX_ERRNO.EINVAL, {
    reason,
    hint: `${LIBRARY_VARIABLE} names it; without it libbpf is looked for`,
  });
}

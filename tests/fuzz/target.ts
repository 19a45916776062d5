/**
 * libbpf under the address sanitizer, in a process of its own (libbpf_target.c).
 *
 * @module
 */

import { compileObject, compileSource } from "../../object/testdata/compile.ts";

const CHECKOUT = new URL("../../", import.meta.url).pathname;
const HERE = new URL(".", import.meta.url).pathname;
const PROGRAM = `${CHECKOUT}.build/lib/asan/libbpf_target`;

/** A request that takes longer than this hangs. */
const MAX_MS = 20_000;

/** The sanitizers end the process at the first problem, and look for lost memory at its end. */
const SANITIZERS = {
  ASAN_OPTIONS: "detect_leaks=1:allocator_may_return_null=1:abort_on_error=1:max_allocation_size_mb=4096",
  UBSAN_OPTIONS: "halt_on_error=1:print_stacktrace=1",
};

/** Compiles a source of the corpus. */
export function compileCorpus(name: string): Uint8Array<ArrayBuffer> {
  const common = Deno.readTextFileSync(`${HERE}corpus/common.h`);
  const source = Deno.readTextFileSync(`${HERE}corpus/${name}`).replace('#include "common.h"', () => common);
  return compileSource(source);
}

/** The small objects that mutations begin with. */
export function seedObjects(): Uint8Array<ArrayBuffer>[] {
  return [
    ...["core.bpf.c", "maps.bpf.c", "struct_ops.bpf.c"].map(compileCorpus),
    ...["hostile", "sections", "kernel_types", "odd_sections"].map(compileObject),
  ];
}

/** The answer to an object. */
export interface Answer {
  /** 0 when libbpf did not open it, 1 when it did not load it, 2 otherwise. */
  readonly result: number;
  /** The number of edges in libbpf's code that no earlier object reached. */
  readonly newEdges: number;
}

/** The process ended, or did not answer in time. */
export class TargetFailure extends Error {
  override name = "TargetFailure";
}

/** The process. It is started at the first request, and again after a failure. */
export class LibbpfTarget implements AsyncDisposable {
  readonly #kernelBtf: string;
  readonly #options: readonly string[];
  #running: Running | undefined;

  /** @param options.old makes the model kernel refuse newer kinds of BTF. */
  constructor(folder: string, { old }: { old: boolean }) {
    this.#kernelBtf = `${folder}/kernel.o`;
    Deno.writeFileSync(this.#kernelBtf, compileCorpus("kernel.c"));
    this.#options = old ? ["--old"] : [];
  }

  /** Opens and loads an object. @throws {TargetFailure} with the report of the sanitizer. */
  async use(object: Uint8Array, kconfig: string): Promise<Answer> {
    this.#running ??= new Running([this.#kernelBtf, ...this.#options]);
    const text = new TextEncoder().encode(kconfig);
    const request = new Uint8Array(8 + object.length + text.length);
    new Uint32Array(request.buffer, 0, 2).set([object.length, text.length]);
    request.set(object, 8);
    request.set(text, 8 + object.length);
    try {
      const [result = 0, newEdges = 0] = await this.#running.answer(request);
      return { result, newEdges };
    } catch (error) {
      const problem = await this.#running.end();
      this.#running = undefined;
      throw new TargetFailure(problem, { cause: error });
    }
  }

  /** Ends the process. @returns the report about memory that libbpf lost; "" if there is none. */
  async finish(): Promise<string> {
    const report = await this.#running?.end() ?? "";
    this.#running = undefined;
    return report;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.finish();
  }
}

class Running {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #errors: Promise<string>;

  constructor(args: readonly string[]) {
    this.#child = new Deno.Command(PROGRAM, {
      args: [...args],
      env: SANITIZERS,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#reader = this.#child.stdout.getReader();
    this.#errors = new Response(this.#child.stderr).text();
  }

  async answer(request: Uint8Array): Promise<Uint32Array> {
    const timer = setTimeout(() => this.#kill(), MAX_MS);
    try {
      await this.#writer.write(request);
      const { value } = await this.#reader.read();
      if (value?.length !== 8) throw new Error("no answer");
      return new Uint32Array(value.slice().buffer);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the process. @returns its stderr, or its status if that is not 0. */
  async end(): Promise<string> {
    await this.#writer.close().catch(() => {});
    await this.#reader.cancel();
    const { code, signal } = await this.#child.status;
    const errors = await this.#errors;
    if (errors.length > 0 || code === 0) return errors;
    return signal === "SIGKILL" ? `no answer for ${MAX_MS} ms` : `exit code ${code}`;
  }

  #kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
  }
}

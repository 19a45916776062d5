/**
 * Processes that answer lines of text: hostile guests' hosts, and the sentinel.
 *
 * @module
 */

const HERE = new URL(".", import.meta.url).pathname;

/** A worker that uses more CPU time than this for one line hangs. */
const MAX_CPU_SECONDS = 15;
/** A worker that sleeps at so many looks in a row waits, as a guest may do. */
const MAX_SLEEPS = 3;
const LOOK_EVERY_MS = 4000;
/** The kernel counts CPU time in hundredths of a second. */
const TICKS = 100;

/** A worker ended, or did not answer in time. */
export class WorkerFailure extends Error {
  override name = "WorkerFailure";
  /** The system call in which the worker waits, as a guest may do; "" if it does not wait. */
  readonly waits: string;

  constructor(message: string, { waits }: { waits: string }) {
    super(message);
    this.waits = waits;
  }
}

/** A process that prints a line for each line that it gets. */
export class LineWorker implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #errors: Promise<string>;
  #rest = "";

  /** @param command the program and its arguments. */
  constructor([program = "", ...args]: readonly string[]) {
    this.#child = new Deno.Command(program, { args, stdin: "piped", stdout: "piped", stderr: "piped" }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#lines = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.#errors = new Response(this.#child.stderr).text();
  }

  /** Sends a line. @returns the answer. @throws {WorkerFailure} */
  async ask(line: string): Promise<string> {
    await this.#writer.write(new TextEncoder().encode(`${line}\n`)).catch(() => {});
    return await this.answer();
  }

  /** The next line of the process. */
  async answer(): Promise<string> {
    let waits = "";
    let sleeps = 0;
    const start = cpuSecondsOf(this.#child.pid);
    const timer = setInterval(() => {
      waits = waitOf(this.#child.pid);
      sleeps = waits === "" ? 0 : sleeps + 1;
      const hangs = cpuSecondsOf(this.#child.pid) - start > MAX_CPU_SECONDS;
      if (sleeps >= MAX_SLEEPS || hangs) this.#child.kill("SIGKILL");
    }, LOOK_EVERY_MS);
    try {
      while (!this.#rest.includes("\n")) {
        const { value, done } = await this.#lines.read();
        if (done) break;
        this.#rest += value;
      }
    } finally {
      clearInterval(timer);
    }
    const end = this.#rest.indexOf("\n");
    if (end < 0) throw await this.#failure(waits);
    const line = this.#rest.slice(0, end);
    this.#rest = this.#rest.slice(end + 1);
    return line;
  }

  async #failure(waits: string): Promise<WorkerFailure> {
    const { code, signal } = await this.#child.status;
    const errors = (await this.#errors).slice(-4000);
    return new WorkerFailure(`the process ended with ${signal ?? `code ${code}`}\n${errors}`, { waits });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close().catch(() => {});
    await this.#lines.cancel().catch(() => {});
    await this.#child.status;
    await this.#errors;
  }
}

/** The system call in which the main thread of a process sleeps, with its arguments; "" if it runs. */
function waitOf(pid: number): string {
  try {
    const isSleeping = / S /.test(Deno.readTextFileSync(`/proc/${pid}/task/${pid}/stat`));
    return isSleeping ? Deno.readTextFileSync(`/proc/${pid}/task/${pid}/syscall`).trim() : "";
  } catch {
    return "";
  }
}

/** The CPU time of a process. */
function cpuSecondsOf(pid: number): number {
  try {
    const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).replace(/^.*\) /s, "").split(" ");
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  } catch {
    return 0;
  }
}

const DENO = [Deno.execPath(), "run", "--quiet", "--no-check", "--allow-all"];

/** Starts a host of guests, in namespaces of its own for mounts and interfaces, with `folder` on a small file system. */
export function startGuestWorker(folder: string): LineWorker {
  Deno.mkdirSync(folder, { recursive: true });
  const setUp = [
    `mount -t tmpfs -o size=32m tmpfs ${folder}`,
    `mkdir ${folder}/bpf`,
    `mount -t bpf bpf ${folder}/bpf`,
    `mkdir ${folder}/bpf/pins`,
    "ip link set lo up",
    'exec "$@" 3</dev/null 4>/dev/null',
  ].join(" && ");
  const worker = [...DENO, `${HERE}guest_worker.ts`, folder];
  return new LineWorker(["unshare", "--net", "--mount", "--", "bash", "-c", setUp, "bash", ...worker]);
}

/** Starts the sentinel. @returns it, and the ids of its maps, programs and links. */
export async function startSentinel(): Promise<{ sentinel: LineWorker; ids: number[] }> {
  const sentinel = new LineWorker([...DENO, `${HERE}sentinel.ts`]);
  const ids: unknown = JSON.parse(await sentinel.answer());
  if (!Array.isArray(ids)) throw new TypeError("The sentinel gave no ids");
  return { sentinel, ids: ids.filter((id) => typeof id === "number") };
}

/** The inputs that input_worker.ts takes. */
export type InputMode = "modules" | "btf" | "policies" | "rings";

/** Starts a reader of files, or a walker of rings. */
export function startInputWorker(mode: InputMode): LineWorker {
  return new LineWorker([...DENO, `${HERE}input_worker.ts`, mode]);
}

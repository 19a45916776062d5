/**
 * The contestants of the benchmarks, and the output of a run.
 *
 * @module
 */

import { OUT, ROOT } from "./build.ts";

/** The samples of one run, by name. */
export type Figures = Record<string, number[]>;

/** A run without figures. The table shows the message. */
export class NoFigures extends Error {
  override readonly name = "NoFigures";
}

/** One way to run the guests. */
export interface Contestant {
  readonly name: string;
  /** True for the native programs, with which all others are compared. */
  readonly native: boolean;
  /** The command that runs a guest. */
  command(guest: string, args: readonly (string | number)[]): string[];
}

/** The native twins. */
export function nativeContestant(): Contestant {
  return { name: "native C", native: true, command: (guest, args) => [`${OUT}/${guest}`, ...args.map(String)] };
}

/**
 * A host of WebAssembly guests.
 *
 * @param template a command line. The guest and its arguments replace "{module}", or come last if there is none.
 */
export function hostContestant(name: string, template: string): Contestant {
  const words = template.split(/\s+/).filter((word) => word !== "");
  if (!words.includes("{module}")) words.push("{module}");
  const place = words.indexOf("{module}");
  return {
    name,
    native: false,
    command: (guest, args) => words.toSpliced(place, 1, modulePath(guest), ...args.map(String)),
  };
}

function modulePath(guest: string): string {
  return guest === "bootstrap" ? `${ROOT}examples/bootstrap/bootstrap.wasm` : `${OUT}/${guest}.wasm`;
}

/** The work of a producer of events. */
export interface Production {
  readonly pauseUs: number;
  readonly records: number;
}

/** A run that takes longer hangs. */
const TIMEOUT_MS = 60_000;

/** Runs a command to its end. @throws {NoFigures} when it fails or hangs. */
export async function runSamples(argv: readonly string[]): Promise<Figures> {
  const { success, code, stdout, stderr } = await start(argv).output();
  const decoder = new TextDecoder();
  return parse(argv, { success, code, text: decoder.decode(stdout), reason: decoder.decode(stderr) });
}

/**
 * Runs a command, and a producer of events from the command's line "ready" to its end.
 *
 * @param production the records of each system call, and the pause after each.
 */
export async function runWithProducer(argv: readonly string[], production: Production): Promise<Figures> {
  const { pauseUs, records } = production;
  const child = start(argv);
  const [waiting, rest] = child.stdout.tee();
  const output = new Response(rest).text();
  const reason = new Response(child.stderr).text();
  const listens = await sawReady(waiting);
  const producer = listens ? start([`${OUT}/producer`, "0", `${pauseUs}`, `${records}`]) : undefined;
  const status = await child.status;
  producer?.kill("SIGKILL");
  await producer?.output();
  return parse(argv, { success: status.success, code: status.code, text: await output, reason: await reason });
}

/** Runs a command with the program `launch`, which native/launch.c describes. */
export function launch(argv: readonly string[], stayMs: number): Promise<Figures> {
  return runSamples([`${OUT}/launch`, String(stayMs), ...argv]);
}

function start([program = "", ...args]: readonly string[]): Deno.ChildProcess {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  return new Deno.Command(program, { args, signal, stdin: "null", stdout: "piped", stderr: "piped" }).spawn();
}

async function sawReady(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<boolean> {
  let text = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (text.includes("ready\n")) return true;
  }
  return false;
}

interface Ended {
  success: boolean;
  code: number;
  text: string;
  reason: string;
}

/** Lines "name number". */
function parse(argv: readonly string[], { success, code, text, reason }: Ended): Figures {
  if (!success) {
    const words = reason.trim().split("\n").at(-1) ?? "";
    throw new NoFigures(`exit code ${code}`, { cause: `${argv.join(" ")}: ${words}` });
  }
  const figures: Figures = {};
  for (const line of text.split("\n")) {
    const [name, value] = line.split(" ");
    if (name === "unsupported") throw new NoFigures("not offered");
    if (name && value && Number.isFinite(Number(value))) (figures[name] ??= []).push(Number(value));
  }
  const [sent, delivered] = [figures["sent"]?.[0], figures["delivered"]?.[0]];
  if (sent !== delivered) throw new NoFigures(`${delivered} of ${sent} delivered`);
  return figures;
}

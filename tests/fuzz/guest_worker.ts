/**
 * Runs guests on the real host, each in turn, and checks what is left after each.
 *
 *     deno run --allow-all tests/fuzz/guest_worker.ts FOLDER
 *
 * Reads the paths of modules from stdin, one a line, and prints a line of JSON for each. It runs in namespaces of its own
 * (workers.ts), since guests may attach to interfaces and pin. Errors that no guest should cause are reported as problems.
 *
 * @module
 */

import { BpfError, GuestError } from "../../errors/mod.ts";
import { ALLOW_ALL } from "../../host/core/policy/guest_policy.ts";
import { runGuestOn } from "../../host/mod.ts";
import { CALLS_AT, MAX_CALLS } from "./hostile_guest.ts";

/** The result for one guest. */
export interface GuestReport {
  readonly calls: number;
  /** The exit code, or the message of the error that ended it. */
  readonly end: string;
  readonly problem?: string;
}

/** The instances of guests. The last one has the number of its calls. */
const instances: WebAssembly.Instance[] = [];
const { Instance } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
    super(module, imports);
    // The pump and other parts of the host are modules too.
    if (this.exports["_start"] !== undefined) instances.push(this);
  }
};

const [folder = ""] = Deno.args;
const paths = { dir: `${folder}/dir`, ro: `${folder}/ro`, pins: `${folder}/bpf/pins`, canary: `${folder}/canary` };

/** The guest's stdin, stdout and stderr, which workers.ts opens. */
const STREAMS = { stdin: 3, stdout: 4, stderr: 4 };

/** Everything open after the first guest. The host and the runtime keep some of it. */
let usual: string | undefined;

/** The descriptors and the mappings of BPF things of this process. */
function openThings(): string {
  const things: string[] = [];
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    try {
      things.push(Deno.readLinkSync(`/proc/self/fd/${name}`).replace(/:\[\d+\]$/, ""));
    } catch {
      // The descriptor of this listing is closed now.
    }
  }
  const maps = Deno.readTextFileSync("/proc/self/maps").split("\n").filter((line) => /bpf[-_]|perf_event/.test(line));
  const mapped = maps.filter((line) => !line.includes(".so")).map((line) => `mapped ${line.split(/\s+/)[5]}`);
  return [...things, ...mapped].sort().join("\n");
}

/** The lines that only one of two lists has. */
function difference(before: string, after: string): string {
  const known = before.split("\n");
  const added = after.split("\n").filter((line) => {
    const index = known.indexOf(line);
    if (index >= 0) known.splice(index, 1);
    return index < 0;
  });
  return [...added.map((line) => `+ ${line}`), ...known.map((line) => `- ${line}`)].join("\n");
}

/** Makes the files that a guest may use, and those that it must not reach. */
function reset(): void {
  for (const path of [paths.dir, paths.ro]) {
    try {
      Deno.removeSync(path, { recursive: true });
    } catch {
      // The first guest.
    }
    Deno.mkdirSync(`${path}/sub`, { recursive: true });
    Deno.writeTextFileSync(`${path}/file`, "file");
    Deno.symlinkSync("../canary", `${path}/link`);
  }
  Deno.writeTextFileSync(paths.canary, "canary");
}

/** The things outside the guest's directories that it changed, or that it left. */
function damage(): string | undefined {
  const names = (path: string) => [...Deno.readDirSync(path)].map(({ name }) => name).sort().join(" ");
  if (Deno.readTextFileSync(paths.canary) !== "canary") return "changed a file outside its directories";
  if (names(folder) !== "bpf canary dir ro") return `left files outside its directories: ${names(folder)}`;
  if (names(paths.ro) !== "file link sub" || Deno.readTextFileSync(`${paths.ro}/file`) !== "file") {
    return "changed a directory that it may only read";
  }
  const pins = names(`${folder}/bpf`);
  if (pins.split(" ").some((name) => name !== "pins" && !name.endsWith(".debug"))) return `left pins: ${pins}`;
  for (const { name } of Deno.readDirSync(paths.pins)) Deno.removeSync(`${paths.pins}/${name}`, { recursive: true });
  const { stdout } = new Deno.Command("ip", { args: ["-o", "link", "show", "dev", "lo"] }).outputSync();
  return new TextDecoder().decode(stdout).includes("xdp") ? "left an XDP program on lo" : undefined;
}

/** Runs a guest. @returns the way it ended, and the problem if it was the host's. */
function end(bytes: Uint8Array<ArrayBuffer>): { end: string; problem?: string } {
  try {
    const code = runGuestOn(bytes, {
      ...STREAMS,
      name: "hostile",
      args: ["-x", "y"],
      env: { A: "b" },
      preopens: [
        { hostPath: paths.dir, guestPath: "/dir", readOnly: false },
        { hostPath: paths.ro, guestPath: "/ro", readOnly: true },
      ],
      // Only what the policy allows reaches libbpf, so it allows everything.
      policy: ALLOW_ALL,
      pinPath: paths.pins,
      maxMemoryBytes: 80 * 65536,
    });
    return { end: `exit ${code}` };
  } catch (error) {
    if (error instanceof GuestError || error instanceof BpfError) return { end: error.message };
    return { end: "", problem: `the host failed: ${error instanceof Error ? error.stack : error}` };
  }
}

function run(path: string): GuestReport {
  reset();
  const result = end(Deno.readFileSync(path));
  const memory = instances.pop()?.exports["memory"];
  const counted = memory instanceof WebAssembly.Memory ? new DataView(memory.buffer).getUint32(CALLS_AT, true) : 0;
  // Some calls fill the whole memory, and the count with it.
  const calls = counted > MAX_CALLS ? 0 : counted;
  const things = openThings();
  usual ??= things;
  const left = things === usual ? undefined : `left open:\n${difference(usual, things)}`;
  const problem = result.problem ?? left ?? damage();
  return { calls, end: result.end, ...(problem === undefined ? {} : { problem }) };
}

for await (const chunk of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  for (const path of chunk.split("\n").filter((line) => line !== "")) console.log(JSON.stringify(run(path)));
}

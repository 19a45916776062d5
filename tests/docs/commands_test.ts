/** Runs every command of every document as written, and compares its exit code and output with the document. */

import { assert, assertEquals } from "@std/assert";
import { type Block, blocksOf, CHECKOUT, documents, shapeOf, type ShownCommand, shownCommands } from "./documents.ts";
import { hasBpfLsm, hasFentry, hasKprobes, kernelHas } from "../kernel/kernel_features.ts";
import { cgroupRoot, mountAll } from "../kernel/mounts.ts";

mountAll();

const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 50;
/** The running time of endless commands without output in the document. */
const GLANCE_MS = 3000;

/** Lines that are not run, with the reason. */
const NOT_RUN: Readonly<Record<string, string>> = {
  "cd wasm-bpf   # a clone of this repository": "the tests run in it",
  "./scripts/test.sh": "it runs this test",
  '"$deno" task bench': "it takes half an hour",
  "scripts/build_binary.sh --arch aarch64    # the binary for arm64, after scripts/setup.sh arm64":
    "it needs a cross compiler, which scripts/setup.sh tests does not install",
};

/** Commands outside console blocks that run until they are stopped. */
const ENDLESS = [
  "sudo wasm-bpf examples/bootstrap/bootstrap.wasm",
  "sudo ./wasm-bpf examples/bootstrap/bootstrap.wasm",
  "sudo deno run --allow-ffi cli.ts examples/runqlat/runqlat.wasm 1",
  "sudo ./wasm-bpf minimal.wasm",
  "sudo wasm-bpf hello/hello.wasm",
];

/** The examples that some kernels refuse. tests/vm/run.sh runs them on others. */
const CAN_RUN: Readonly<Record<string, () => boolean>> = {
  "examples/lsm/README.md": hasBpfLsm,
  "examples/go-lsm/README.md": hasBpfLsm,
  "examples/kprobe/README.md": hasKprobes,
  "examples/ksyscall/README.md": hasKprobes,
  "examples/fentry/README.md": hasFentry,
  "examples/tc/README.md": () => kernelHas("tcx_link"),
};

/**
 * An environment for commands: a writable folder that looks like the checkout, a network namespace, and a PATH with `sudo`, `deno`
 * and a folder in the place of /usr/local/bin.
 */
class Place implements AsyncDisposable {
  readonly folder = Deno.makeTempDirSync();
  readonly #programs = Deno.makeTempDirSync();
  readonly #namespace = new Deno.Command("unshare", { args: ["--net", "sleep", "infinity"] }).spawn();

  #leaky: Deno.ChildProcess | undefined;

  async prepare(): Promise<void> {
    for (const { name } of Deno.readDirSync(CHECKOUT)) Deno.symlinkSync(CHECKOUT + name, `${this.folder}/${name}`);
    for (const { language, text } of blocksOf("docs/guests.md").filter((block) => block.language === "c")) {
      const name = text.includes("vmlinux.h") ? "minimal.bpf.c" : "minimal.c";
      Deno.writeTextFileSync(`${this.folder}/${name}`, text);
      assertEquals(language, "c");
    }
    Deno.writeTextFileSync(
      `${this.folder}/target.c`,
      `__attribute__((noinline)) long twice(long n) { __asm__ volatile(""); return 2 * n; }
       int main(void) { return twice(20) + twice(21) == 0; }`,
    );
    // The tests run as root, so this sudo only runs its arguments.
    Deno.writeTextFileSync(`${this.#programs}/sudo`, '#!/bin/sh\nexec "$@"\n', { mode: 0o755 });
    Deno.symlinkSync(Deno.execPath(), `${this.#programs}/deno`);
    // A link would lead a copy to this name into the checkout.
    Deno.writeTextFileSync(`${this.#programs}/wasm-bpf`, `#!/bin/sh\nexec ${CHECKOUT}wasm-bpf "$@"\n`, { mode: 0o755 });
    const inside = () => Deno.readLinkSync(`/proc/${this.#namespace.pid}/ns/net`);
    while (inside() === Deno.readLinkSync("/proc/self/ns/net")) await pause(LOOK_EVERY_MS);
    await this.run("ip link set lo up && gcc -O1 -o target target.c", this.folder);
  }

  /** Starts a shell that runs `script` in the network namespace. Files that it installs in /usr/local/bin get into the PATH only. */
  shell(script: string, cwd: string): Deno.Command {
    const run = script.replaceAll("/usr/local/bin", this.#programs);
    return new Deno.Command("nsenter", {
      args: [`--net=/proc/${this.#namespace.pid}/ns/net`, "bash", "-euo", "pipefail", "-c", run],
      cwd,
      env: { PATH: `${this.#programs}:${Deno.env.get("PATH") ?? ""}`, NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  }

  /** Runs a script to its end. @returns its stdout. */
  async run(script: string, cwd: string): Promise<string> {
    const { code, stdout, stderr } = await this.shell(script, cwd).output();
    assertEquals(code, 0, `${script}: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout);
  }

  /** Starts the program of examples/memleak/ that loses memory. */
  async leak(): Promise<void> {
    const source = `${CHECKOUT}examples/memleak/leaky/leaky.c`;
    await this.run(`gcc -O1 -fno-omit-frame-pointer -o leaky ${source}`, this.folder);
    this.#leaky = new Deno.Command(`${this.folder}/leaky`).spawn();
  }

  /** Causes the events that the examples trace: it starts programs, opens files, connects, and calls ./target. */
  async stir(): Promise<void> {
    await this.shell(
      `bash -c "sh -c 'ls / | sort | head -1 >/dev/null'; sed s/o/0/ /dev/null; sleep 0.2; sort /no/such/list; true"
       ./target || true
       ip route replace local 127.0.0.1 dev lo src 127.0.0.1 table local congctl bpf_fixed 2>/dev/null || true
       /usr/bin/python3 -S -c 'import json'
       setpriv --reuid 65534 --clear-groups chroot / true || true
       sleep 9 & kill -WINCH $! && kill -0 $! && kill $!
       kill -0 999999 || true
       echo hello >/dev/udp/127.0.0.1/5353
       deno eval --quiet '
         for (const hostname of ["127.0.0.1", "::1"]) {
           const listener = Deno.listen({ hostname, port: 0 });
           const client = await Deno.connect({ hostname, port: listener.addr.port });
           const server = await listener.accept();
           await client.write(new Uint8Array(100));
           await server.read(new Uint8Array(100));
           client.close(), server.close(), listener.close();
         }'`,
      this.folder,
    ).output();
  }

  /** Runs an endless command until it has printed lines of all these shapes or a time limit ends, then stops it as Ctrl-C does. */
  async watch(command: string, shapes: readonly string[]): Promise<string> {
    const child = this.shell(`exec ${command.replace(/^sudo /, "")}`, this.folder).spawn();
    let output = "";
    const reading = child.stdout.pipeThrough(new TextDecoderStream()).pipeTo(
      new WritableStream({ write: (text) => void (output += text) }),
    );
    const said = new Response(child.stderr).text();
    const deadline = Date.now() + (shapes.length > 0 ? PATIENCE_MS : GLANCE_MS);
    do {
      await this.stir();
      await pause(LOOK_EVERY_MS);
    } while (Date.now() < deadline && !(shapes.length > 0 && missing(shapes, output).length === 0));
    child.kill("SIGINT");
    const { signal, code } = await child.status;
    await reading;
    assert(signal === "SIGINT" || code === 0, `${command}: exit code ${code}: ${await said}`);
    return output;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const process of [this.#namespace, this.#leaky]) {
      process?.kill("SIGKILL");
      await process?.status;
    }
    await Deno.remove(this.folder, { recursive: true });
    await Deno.remove(this.#programs, { recursive: true });
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The shapes of `shapes` that no line of `output` has. */
function missing(shapes: readonly string[], output: string): string[] {
  const seen = new Set(output.split("\n").map(shapeOf));
  return shapes.filter((shape) => !seen.has(shape));
}

/** Replaces /sys/fs/cgroup of the documents by the machine's cgroup2, which has another path beside cgroup v1. */
function cgroupOf(command: string): string {
  return command.replace(/(?<=[ =])\/sys\/fs\/cgroup(?=[ :]|$)/g, cgroupRoot());
}

/** Runs a command of a console block, and compares its output with the document. */
async function check(place: Place, { command, output, isEndless }: ShownCommand): Promise<void> {
  const [header = ""] = output;
  const shapes = [...new Set(output.map(shapeOf))];
  const run = cgroupOf(command);
  if (run.includes("leaky")) await place.leak();
  const shown = isEndless ? await place.watch(run, shapes) : await place.run(run, place.folder);
  assertEquals(shown.split("\n")[0], header, command);
  assertEquals(missing(shapes, shown), [], shown);
}

/** Runs the lines of a block of commands. Lines of one script share their variables. */
async function runLines(place: Place, { text }: Block): Promise<void> {
  const lines = text.trimEnd().split("\n").filter((line) => !(line in NOT_RUN));
  const endless = lines.filter((line) => ENDLESS.includes(line));
  const script = lines.filter((line) => !endless.includes(line)).join("\n")
    // scripts/test.sh runs these tests, so they do not run it.
    .replaceAll(/"\$deno" test /g, '"$deno" test --no-run ');
  // New guests are files, which must not land in the checkout.
  await place.run(script, /minimal|hello/.test(script) ? place.folder : CHECKOUT);
  for (const command of endless) await place.watch(command, []);
}

Deno.test("lines that are marked as not run exist in the documents", () => {
  const texts = documents().flatMap(blocksOf).map(({ text }) => `\n${text}`).join("");
  assertEquals([...Object.keys(NOT_RUN), ...ENDLESS].filter((line) => !texts.includes(`\n${line}\n`)), []);
});

for (const document of documents()) {
  const blocks = blocksOf(document);
  for (const block of blocks.filter(({ language }) => language === "sh")) {
    const name = block.text.split("\n")[0] ?? "";
    Deno.test(`${document}: the commands from "${name}" on end well`, async () => {
      await using place = new Place();
      await place.prepare();
      await runLines(place, block);
    });
  }
  for (const shown of blocks.filter(({ language }) => language === "console").flatMap(shownCommands)) {
    Deno.test({
      name: `${document}: "${shown.command}" prints the output in the document`,
      ignore: CAN_RUN[document]?.() === false,
      fn: async () => {
        await using place = new Place();
        await place.prepare();
        await check(place, shown);
      },
    });
  }
}

Deno.test("shapeOf() keeps columns and leaves out changing values", () => {
  assertEquals(shapeOf("19:17:25 EXIT  ls   25115 25114   [0] (4ms)"), "# word word # # [#] (#word)");
  assertEquals(shapeOf("     2 -> 3   : 17   |*****     |"), "# -> # : # |bar|");
  assertEquals(shapeOf("connect  127.0.0.1:57482  127.0.0.1:7777  76"), "word # # #");
});

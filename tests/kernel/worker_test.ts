/** Programs of a guest whose worker is terminated stay attached until the process ends. */

import { assertEquals } from "@std/assert";
import { run } from "./command.ts";

const CHECKOUT = new URL("../../", import.meta.url).pathname;
const WAIT_MS = 10;
const PATIENCE_MS = 20_000;

/** Starts a guest in a worker, terminates the worker after the guest has attached, prints that, and waits for the end of stdin. */
const SCRIPT = `
  import { runGuest } from "${CHECKOUT}mod.ts";
  if (self.onmessage !== undefined) {
    self.onmessage = ({ data }) => runGuest(data, { name: "bootstrap", stdout: 2 });
  } else {
    const worker = new Worker(import.meta.url, { type: "module" });
    worker.postMessage(Deno.readFileSync("${CHECKOUT}examples/bootstrap/bootstrap.wasm"));
    while (links() < 2) await new Promise((resolve) => setTimeout(resolve, ${WAIT_MS}));
    worker.terminate();
    console.log("terminated");
    await Deno.stdin.read(new Uint8Array(1));
    // Deno 2.9 does not interrupt a worker that is busy, and waits for it.
    Deno.exit();
  }
  function links() {
    let count = 0;
    for (const { name } of Deno.readDirSync("/proc/self/fd")) {
      try {
        if (Deno.readTextFileSync("/proc/self/fdinfo/" + name).includes("link_id:")) count++;
      } catch { /* The descriptor was closed meanwhile. */ }
    }
    return count;
  }`;

/** The link ids that process `pid` holds. */
function linksOf(pid: number): string[] {
  const ids: string[] = [];
  for (const { name } of Deno.readDirSync(`/proc/${pid}/fdinfo`)) {
    const id = /^link_id:\t(\d+)/m.exec(Deno.readTextFileSync(`/proc/${pid}/fdinfo/${name}`))?.[1];
    if (id !== undefined) ids.push(id);
  }
  return ids;
}

/** True when the kernel has the link. The exit code of bpftool 7.5 (trixie) is useless: it is 255 for every link. */
async function exists(linkId: string): Promise<boolean> {
  return (await run("bpftool", ["link", "show", "id", linkId])).stdout !== "";
}

Deno.test("runGuest() in a worker: attachments stay after terminate(), and end with the process", async () => {
  const script = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(script, SCRIPT);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--quiet", "--allow-all", `--config=${CHECKOUT}deno.json`, script],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  try {
    const reader = child.stdout.getReader();
    const { value = new Uint8Array() } = await reader.read();
    assertEquals(new TextDecoder().decode(value), "terminated\n");
    reader.releaseLock();
    const links = linksOf(child.pid);
    assertEquals(links.length, 2);
    await new Promise((resolve) => setTimeout(resolve, 500));
    assertEquals(await Promise.all(links.map(exists)), [true, true]);
    await child.stdin.close();
    await child.stdout.cancel();
    await child.status;
    const deadline = Date.now() + PATIENCE_MS;
    while (Date.now() < deadline && (await Promise.all(links.map(exists))).includes(true)) {
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    }
    assertEquals(await Promise.all(links.map(exists)), [false, false]);
  } finally {
    try {
      child.kill("SIGKILL");
    } catch { /* The process has ended. */ }
    await Deno.remove(script);
  }
});

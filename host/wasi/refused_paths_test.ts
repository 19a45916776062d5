import { assertEquals } from "@std/assert";
import { RefusedPaths } from "./refused_paths.ts";

/** The reports for a guest with these arguments that writes these texts to its stderr. */
function reports(args: readonly string[], ...writes: readonly string[]): string[] {
  const told: string[] = [];
  const paths = new RefusedPaths(args, (problem) => told.push(problem));
  for (const write of writes) {
    const bytes = new TextEncoder().encode(`--${write}`);
    paths.hear({ buffer: bytes.buffer, pairs: new Uint32Array([2, bytes.length - 2]), count: 1 });
  }
  paths.end();
  return told;
}

function line(path: string, directory: string): string {
  return `Cannot open "${path}" for the guest: it is in none of the guest's directories ` +
    `(hint: --dir ${directory}:ro, or --dir ${directory} for what it may change)`;
}

Deno.test("RefusedPaths names the directory of the path that a guest could not open", () => {
  assertEquals(reports([], "cannot open /etc/passwd: Capabilities insufficient\n"), [line("/etc/passwd", "/etc")]);
  assertEquals(reports([], "'/a b': Capabilities insufficient"), [line("/a b", "/")]);
  assertEquals(reports(["x/data.txt"], "x/data.txt: Capabilities insufficient\n"), [line("x/data.txt", "x")]);
  assertEquals(reports(["data.txt"], "data.txt: Capabilities insufficient\n"), [line("data.txt", ".")]);
  assertEquals(reports(["-d", "/var/log/a"], "fopen: Capabilities insufficient\n"), [line("/var/log/a", "/var/log")]);
  assertEquals(reports(["/it's/a"], "fopen: Capabilities insufficient"), [line("/it's/a", "'/it'\\''s'")]);
});

Deno.test("RefusedPaths knows the messages of Rust and Go", () => {
  const rust =
    'Error: Custom { error: "failed to find a pre-opened file descriptor through which "/etc/a" could be opened" }';
  assertEquals(reports([], rust), [line("/etc/a", "/etc")]);
  assertEquals(reports([], "open /etc/a: Bad file number\n"), [line("/etc/a", "/etc")]);
});

Deno.test("RefusedPaths hears a message whose parts are written one by one, and tells it once", () => {
  const told = reports(
    [],
    "noise\nopening",
    " /etc/passwd",
    ":",
    " ",
    "Capabilities insufficient",
    "\n",
    "/b: Capabilities insufficient",
  );
  assertEquals(told, [line("/etc/passwd", "/etc")]);
});

Deno.test("RefusedPaths waits for the end of the guest's line", () => {
  const told: string[] = [];
  const paths = new RefusedPaths([], (problem) => told.push(problem));
  const hear = (text: string) => {
    const bytes = new TextEncoder().encode(text);
    paths.hear({ buffer: bytes.buffer, pairs: new Uint32Array([0, bytes.length]), count: 1 });
    return told.length;
  };
  assertEquals([hear("/a: Capabilities insufficient"), hear("\n"), hear("/b: Capabilities insufficient\n")], [0, 1, 1]);
});

Deno.test("RefusedPaths says that there is --dir where no path is known, and nothing where nothing was refused", () => {
  assertEquals(reports(["7"], "open: Capabilities insufficient\n"), [
    "Cannot open a file for the guest: it is in none of the guest's directories (hint: --dir HOST gives it one)",
  ]);
  assertEquals(
    reports(["/a"], "open: No such file or directory\n", "x".repeat(100_000), "close: Bad file number\n"),
    [],
  );
});

Deno.test("RefusedPaths stops listening to a guest whose output is on its stderr", () => {
  const lines = Array.from({ length: 70 }, () => `${"x".repeat(1000)}\n`);
  const message = "/a: Capabilities insufficient\n";
  assertEquals(reports([], ...lines.slice(0, 60), message), [line("/a", "/")]);
  assertEquals(reports([], ...lines, message), []);
});

/**
 * Confines itself, then makes system calls and prints their results as JSON: 0, or the errno. `confinement_test.ts` starts it.
 *
 *     confined_child.ts calls FILE
 *     confined_child.ts files READ WRITE OTHER
 */

import { LINUX_ERRNO } from "../../errors/mod.ts";
import { openSystem } from "../../ffi/mod.ts";
import { CAPABILITY } from "../../ffi/system/linux_numbers.ts";
import type { Capability } from "../../ffi/system/capabilities.ts";

const EVERY = Object.keys(CAPABILITY).filter((name): name is Capability => name in CAPABILITY);
const CLONE_NEWUTS = 0x04000000;
const SIGCONT = 18;
const TIOCSTI = 0x5412;
const NOBODY = 65534;
/** setxattrat, Linux 6.13: newer than the filter. */
const NEW_CALL = 463;
const [AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, SOCK_RAW] = [2, 10, 16, 17, 3];
const NO_FILE = -1;

const libc = Deno.dlopen("libc.so.6", {
  __errno_location: { parameters: [], result: "pointer" },
  execve: { parameters: ["buffer", "pointer", "pointer"], result: "i32" },
  fork: { parameters: [], result: "i32" },
  ptrace: { parameters: ["i64", "i32", "pointer", "pointer"], result: "i64" },
  unshare: { parameters: ["i32"], result: "i32" },
  mount: { parameters: ["buffer", "buffer", "buffer", "u64", "pointer"], result: "i32" },
  chroot: { parameters: ["buffer"], result: "i32" },
  setuid: { parameters: ["u32"], result: "i32" },
  kill: { parameters: ["i32", "i32"], result: "i32" },
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  sendto: { parameters: ["i32", "buffer", "u64", "i32", "buffer", "u32"], result: "i64" },
  ioctl: { parameters: ["i32", "u64", "buffer"], result: "i32" },
  chmod: { parameters: ["buffer", "u32"], result: "i32" },
  chown: { parameters: ["buffer", "u32", "u32"], result: "i32" },
  syscall: { parameters: ["i64", "i64", "i64", "i64"], result: "i64" },
}).symbols;

function errnoOf(result: number | bigint): string {
  if (Number(result) >= 0) return "0";
  const place = libc.__errno_location();
  const errno = place === null ? 0 : new Deno.UnsafePointerView(place).getInt32();
  return Object.entries(LINUX_ERRNO).find(([, value]) => value === errno)?.[0] ?? String(errno);
}

const text = (value: string) => new TextEncoder().encode(`${value}\0`);

/** The results of system calls that the filter decides. */
function tryCalls(file: string): Record<string, string> {
  const byte = new Uint8Array(16);
  return {
    execve: errnoOf(libc.execve(text("/bin/true"), null, null)),
    fork: errnoOf(libc.fork()),
    ptrace: errnoOf(libc.ptrace(0n, 0, null, null)),
    unshare: errnoOf(libc.unshare(CLONE_NEWUTS)),
    mount: errnoOf(libc.mount(text("none"), text("/nowhere"), text("tmpfs"), 0n, null)),
    chroot: errnoOf(libc.chroot(text("/"))),
    setuid: errnoOf(libc.setuid(NOBODY)),
    "kill another": errnoOf(libc.kill(Deno.ppid, SIGCONT)),
    "look for another": errnoOf(libc.kill(Deno.ppid, 0)),
    "kill itself": errnoOf(libc.kill(Deno.pid, SIGCONT)),
    "socket of IPv4": errnoOf(libc.socket(AF_INET, SOCK_RAW, 1)),
    "socket of IPv6": errnoOf(libc.socket(AF_INET6, SOCK_RAW, 1)),
    "socket of netlink": errnoOf(libc.socket(AF_NETLINK, SOCK_RAW, 0)),
    "socket of packets": errnoOf(libc.socket(AF_PACKET, SOCK_RAW, 0)),
    connect: errnoOf(libc.connect(NO_FILE, byte, byte.length)),
    "send to an address": errnoOf(libc.sendto(NO_FILE, byte, 1n, 0, byte, byte.length)),
    "send to no address": errnoOf(libc.sendto(NO_FILE, byte, 1n, 0, null, 0)),
    "input to a terminal": errnoOf(libc.ioctl(0, BigInt(TIOCSTI), byte)),
    "set-user-ID": errnoOf(libc.chmod(text(file), 0o4755)),
    "set-group-ID": errnoOf(libc.chmod(text(file), 0o2755)),
    chmod: errnoOf(libc.chmod(text(file), 0o755)),
    chown: errnoOf(libc.chown(text(file), 0, 0)),
    "a new call": errnoOf(libc.syscall(BigInt(NEW_CALL), 0n, 0n, 0n)),
  };
}

function codeOf(action: () => unknown): string {
  try {
    action();
    return "0";
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
}

/** The results of accesses that the rules for files decide. */
function tryFiles(read: string, write: string, other: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries({ read, write, other }).flatMap(([name, directory]) => [
      [`${name}: list`, codeOf(() => [...Deno.readDirSync(directory)])],
      [`${name}: read`, codeOf(() => Deno.readTextFileSync(`${directory}/file`))],
      [`${name}: write`, codeOf(() => Deno.writeTextFileSync(`${directory}/file`, "x"))],
      [`${name}: create`, codeOf(() => Deno.writeTextFileSync(`${directory}/new`, "x"))],
      [`${name}: make`, codeOf(() => Deno.mkdirSync(`${directory}/made`))],
      [`${name}: link`, codeOf(() => Deno.symlinkSync("file", `${directory}/link`))],
      [`${name}: move`, codeOf(() => Deno.renameSync(`${directory}/second`, `${directory}/sub/second`))],
      [`${name}: remove`, codeOf(() => Deno.removeSync(`${directory}/file`))],
    ]),
  );
}

const [what = "", ...paths] = Deno.args;
const [first = "", second = "", third = ""] = paths;
const system = openSystem();
const files = what === "files" ? { read: ["/proc", "/nosuch", first], write: [second] } : undefined;
system.confineProcess({ capabilities: EVERY, files })();
console.log(JSON.stringify(what === "files" ? tryFiles(first, second, third) : tryCalls(first)));

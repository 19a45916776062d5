/**
 * File systems that the tests need: mounted where a fresh machine has none. `scripts/test.sh` runs in a mount namespace of its
 * own, so that nothing stays mounted; a test file that is run alone leaves them.
 *
 * @module
 */

/** The places in which the kernel, libbpf and documents look for them. */
const PLACES: Readonly<Record<string, string>> = {
  tracefs: "/sys/kernel/tracing",
  securityfs: "/sys/kernel/security",
  bpf: "/sys/fs/bpf",
};
/** The usual place of cgroup2. */
const CGROUP = "/sys/fs/cgroup";

interface Mount {
  readonly place: string;
  readonly type: string;
}

function mounts(): Mount[] {
  const lines = Deno.readTextFileSync("/proc/self/mounts").split("\n");
  return lines.map((line) => line.split(" ")).map(([, place = "", type = ""]) => ({ place, type }));
}

function mount(type: string, place: string): void {
  const { success, stderr } = new Deno.Command("mount", { args: ["-t", type, type, place] }).outputSync();
  if (!success) throw new Error(`Cannot mount ${type}: ${new TextDecoder().decode(stderr)}`);
}

/** Mounts what is missing, as root; other users have to do without. */
export function mountAll(): void {
  if (Deno.uid() !== 0) return;
  const there = mounts();
  for (const [type, place] of Object.entries(PLACES)) {
    if (!there.some((one) => one.type === type && one.place === place)) mount(type, place);
  }
  if (there.some(({ type }) => type === "cgroup2")) return;
  // A machine with cgroup v1 has other hierarchies in the usual place.
  mount("cgroup2", there.some(({ place }) => place === CGROUP) ? Deno.makeTempDirSync() : CGROUP);
}

/** The root of cgroup2. @throws {Error} when it is not mounted. */
export function cgroupRoot(): string {
  const root = mounts().find(({ type }) => type === "cgroup2")?.place;
  if (root === undefined) throw new Error("Cannot find cgroup2: not mounted");
  return root;
}

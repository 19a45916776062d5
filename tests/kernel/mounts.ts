/**
 * Mounts file systems that the tests need and that a fresh machine lacks. `scripts/test.sh` runs in a separate mount namespace, so the
 * mounts end with it. A test file that is run alone leaves them.
 *
 * @module
 */

/** The mount points that the kernel, libbpf and documents use. */
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

/** Mounts the missing file systems. Does nothing for users other than root. */
export function mountAll(): void {
  if (Deno.uid() !== 0) return;
  const there = mounts();
  for (const [type, place] of Object.entries(PLACES)) {
    if (!there.some((one) => one.type === type && one.place === place)) mount(type, place);
  }
  if (there.some(({ type }) => type === "cgroup2")) return;
  // On a machine with cgroup v1, the usual place holds its hierarchies.
  mount("cgroup2", there.some(({ place }) => place === CGROUP) ? Deno.makeTempDirSync() : CGROUP);
}

/** The mount point of cgroup2. @throws {Error} when it is not mounted. */
export function cgroupRoot(): string {
  const root = mounts().find(({ type }) => type === "cgroup2")?.place;
  if (root === undefined) throw new Error("Cannot find cgroup2: not mounted");
  return root;
}

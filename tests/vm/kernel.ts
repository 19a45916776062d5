/** The kernel that runs, with the properties that the tests use. */

const CHECKOUT = new URL("../../", import.meta.url).pathname;

/** A feature of Linux. */
export interface Requirement {
  /** The first kernel that has it: "6.6". */
  readonly since: string;
  /** The option that Debian may leave out, without CONFIG_. */
  readonly option?: string;
}

function numbers(version: string): number[] {
  return version.split(".").slice(0, 2).map((part) => parseInt(part));
}

/**
 * True if this kernel is new enough for a feature and built with it. Tests skip nothing for this reason. But a kernel
 * that should have a feature must not refuse it.
 */
export function promises({ since, option }: Requirement): boolean {
  const [major = 0, minor = 0] = numbers(Deno.osRelease());
  const [firstMajor = 0, firstMinor = 0] = numbers(since);
  const isNewEnough = major > firstMajor || major === firstMajor && minor >= firstMinor;
  return isNewEnough && (option === undefined || kernelOptions().has(option));
}

/** The options that are set in the kernel's configuration, without CONFIG_. */
export function kernelOptions(): Set<string> {
  const config = Deno.readTextFileSync(`${CHECKOUT}.tools/kernels/${Deno.env.get("VM_KERNEL")}/config`);
  return new Set([...config.matchAll(/^CONFIG_(\w+)=[ym]$/gm)].map(([, name = ""]) => name));
}

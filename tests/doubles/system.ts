/**
 * A system for tests of the host. Interfaces, cgroups, namespaces and binaries are in plain TypeScript. System calls and files are
 * real.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO } from "../../errors/mod.ts";
import { type NativeSystem, openSystem, type System, type SystemCalls } from "../../ffi/mod.ts";
import { FakeDescriptors } from "./descriptors.ts";

/** See the module's documentation. */
export class FakeSystem implements System, Disposable {
  /** Descriptors of cgroups, namespaces, binaries and directories that were opened and not yet closed. */
  readonly openDescriptors = new FakeDescriptors(101);
  #real: NativeSystem | undefined;

  get calls(): SystemCalls {
    return this.#system.calls;
  }

  readFile(path: string): Uint8Array<ArrayBuffer> {
    return this.#system.readFile(path);
  }

  interfaceIndex(name: string): number {
    if (name === "lo" || name === "lo:1") return 1;
    throw new BpfError({ operation: "find", kind: "interface", subject: name }, LINUX_ERRNO.ENODEV);
  }

  findInterface(name: string): number | undefined {
    return name === "lo" ? 1 : undefined;
  }

  interfaceName(index: number): Uint8Array<ArrayBuffer> | undefined {
    return index === 1 ? new TextEncoder().encode("lo\0") : undefined;
  }

  openCgroup(path: string): number {
    if (path.startsWith("/cgroup")) return this.openDescriptors.open();
    throw new BpfError({ operation: "open", kind: "cgroup", subject: path }, LINUX_ERRNO.ENOENT);
  }

  openNetworkNamespace(path: string): number {
    if (path.startsWith("/netns")) return this.openDescriptors.open();
    throw new BpfError({ operation: "open", kind: "namespace", subject: path }, LINUX_ERRNO.ENOENT);
  }

  openBinary(name: string): number {
    if (!name.startsWith("/dev/")) return this.openDescriptors.open();
    const reason = "it is not a regular file";
    throw new BpfError({ operation: "open", kind: "binary", subject: name }, LINUX_ERRNO.EINVAL, { reason });
  }

  openPinDirectory(path: string): number {
    if (path.startsWith("/sys/fs/bpf")) return this.openDescriptors.open();
    const words = `maps in "${path}"`;
    throw new BpfError({ operation: "pin", kind: "directory", subject: path, words }, LINUX_ERRNO.EINVAL);
  }

  isSymbolicLink(_fd: number, name: string): boolean {
    return name === "link";
  }

  closeDescriptor(fd: number): void {
    this.openDescriptors.close(fd);
  }

  timeZone(): string | undefined {
    return undefined;
  }

  openSignals(): number {
    return -LINUX_ERRNO.ENOSYS;
  }

  /** Opened at first use. */
  get #system(): NativeSystem {
    this.#real ??= openSystem();
    return this.#real;
  }

  [Symbol.dispose](): void {
    this.#real?.[Symbol.dispose]();
  }
}

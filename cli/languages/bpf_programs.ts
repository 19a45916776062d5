/**
 * The names of BPF sources.
 *
 * @module
 */

/** The ending of the sources for the kernel. */
export const BPF_SOURCE = ".bpf.c";

/** The BPF programs among files, by the names of their sources without the ending. */
export function bpfPrograms(files: readonly string[]): string[] {
  return files.filter((file) => file.endsWith(BPF_SOURCE)).map((file) => file.slice(0, -BPF_SOURCE.length));
}

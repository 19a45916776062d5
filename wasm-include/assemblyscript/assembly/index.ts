// SPDX-License-Identifier: MIT

/**
 * libbpf for guests of wasm-bpf in AssemblyScript.
 *
 * A call that fails ends the guest with one line on stderr and exit code 1, since AssemblyScript cannot catch errors. Methods whose
 * names begin with "try" return null or false instead, and `BpfError.last` has the reason.
 */

export { args, exit, printError, randomBytes } from "./wasi";
export { BpfError } from "./errors";
export { PrintLevel, setPrint } from "./messages";
export { BpfObject } from "./object";
export { MapHandle } from "./map_handle";
export { BpfMap, MapCursor, BPF_ANY, BPF_EXIST, BPF_NOEXIST } from "./map";
export { PerCpuMap, possibleCpus } from "./per_cpu_map";
export { BpfQueue } from "./queue";
export { interfaceIndex } from "./interface";
export { BpfProgram } from "./program";
export { BpfIter, BpfLink } from "./link";
export { RingBuffer } from "./ring_buffer";
export { UserRingBuffer } from "./user_ring_buffer";
export { openPerfEvent } from "./perf_event";
export { PerfBuffer } from "./perf_buffer";
export { Section, SectionKind } from "./section";
export { catchSignals, caughtSignal, SIGHUP, SIGINT, SIGTERM } from "./signals";
export { sizeOf, create, destroy, textAt, setTextAt, zeroed } from "./values";
export { bits, setBits, signedBits } from "./bits";

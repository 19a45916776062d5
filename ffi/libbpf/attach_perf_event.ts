/**
 * Attaching to perf events.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO } from "../../errors/mod.ts";
import { PERF_COUNT, PERF_TYPE } from "../system/linux_numbers.ts";
import { openPerfEvent, PERF_FLAG } from "../system/perf_event.ts";
import type { Attachment, Target } from "./attachment.ts";
import type { BpfLink } from "./interfaces/mod.ts";
import { joinLinks, NativeLink } from "./link.ts";

const { HARDWARE, SOFTWARE } = PERF_TYPE;

const EVENTS = {
  "cpu-clock": { type: SOFTWARE, config: PERF_COUNT.SW_CPU_CLOCK },
  "task-clock": { type: SOFTWARE, config: PERF_COUNT.SW_TASK_CLOCK },
  "cpu-cycles": { type: HARDWARE, config: PERF_COUNT.HW_CPU_CYCLES },
  "instructions": { type: HARDWARE, config: PERF_COUNT.HW_INSTRUCTIONS },
} as const;

/** Opens the event on every online CPU and attaches to each. */
export function attachPerfEvent(at: Attachment, target: Target<"perf_event">): BpfLink {
  const { native, operation, description } = at;
  const { calls } = native.system;
  const event = { ...EVENTS[target.event], samplePeriod: target.frequencyHz, flags: PERF_FLAG.FREQ };
  const links: BpfLink[] = [];
  try {
    for (let cpu = 0; cpu < native.possibleCpus; cpu++) {
      const fd = openPerfEvent(calls, event, cpu);
      if (fd === -LINUX_ERRNO.ENODEV) continue; // an offline CPU
      if (fd === -LINUX_ERRNO.ENOENT) {
        throw new BpfError(operation, fd, { reason: "this machine has no such counter; cpu-clock needs none" });
      }
      native.check.value(operation, fd);
      links.push(attachTo(at, fd, cpu));
    }
    return joinLinks(description, links);
  } catch (error) {
    joinLinks(description, links)[Symbol.dispose]();
    throw error;
  }
}

/** Attaches to the open event `fd`. The link of libbpf owns the descriptor. */
function attachTo({ native, pointer, operation, description }: Attachment, fd: number, cpu: number): BpfLink {
  const link = native.program.symbols.bpf_program__attach_perf_event_opts(pointer, fd, null);
  if (link === null) native.system.calls.close(fd);
  return NativeLink.from(native, link, operation, `${description}, CPU ${cpu}`);
}

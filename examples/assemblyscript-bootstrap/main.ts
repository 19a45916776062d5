// SPDX-License-Identifier: MIT

// Prints a line for every program that starts and every process that ends, as the example bootstrap does in C.
// Shows: typed records and maps, a constant set before load, a counter in memory shared with the BPF programs, a ring buffer with a
// callback that gets its state, and a clean end with Ctrl-C. The BPF programs are those of bootstrap.

import { args, caughtSignal, catchSignals, exit, printError, RingBuffer } from "wasm-bpf";
import { Bootstrap, Event } from "./bootstrap_skel";

const USAGE = `Traces the start and the end of processes.
Usage: assemblyscript-bootstrap [MIN_DURATION_MS]
MIN_DURATION_MS shows only processes that ran this long or longer, when they end.`;

/** The state of the callback: AssemblyScript has no closures. */
class Printer {
  printed: u32 = 0;
}

/** The time of day in UTC: "08:25:34". */
function clock(): string {
  return new Date(Date.now()).toISOString().slice(11, 19);
}

function printEvent(event: Event, printer: Printer): void {
  const kind = event.is_exit ? "EXIT" : "EXEC";
  let detail = event.is_exit ? `[${event.exit_code}]` : event.filename;
  if (event.is_exit && event.duration_ns > 0) detail += ` (${event.duration_ns / 1_000_000}ms)`;
  const process = `${event.comm.padEnd(16)} ${event.pid.toString().padEnd(7)} ${event.ppid.toString().padEnd(7)}`;
  console.log(`${clock()} ${kind.padEnd(5)} ${process} ${detail}`);
  printer.printed++;
}

/** The duration on the command line in milliseconds. */
function minDurationMs(): u64 {
  const words = args();
  if (words.length == 0) return 0;
  if (words[0] == "--help" || words[0] == "-h") {
    console.log(USAGE);
    exit(0);
  }
  const value = parseInt(words[0]);
  if (words.length > 1 || !(value >= 0 && value <= 1e9)) {
    printError(USAGE);
    exit(2);
  }
  return <u64>value;
}

const bootstrap = Bootstrap.open();
bootstrap.rodata.min_duration_ns = minDurationMs() * 1_000_000;
catchSignals();
bootstrap.load();
bootstrap.attach();

const printer = new Printer();
const events = new RingBuffer();
events.addWith<Event, Printer>(bootstrap.maps.events, printEvent, printer);
console.log("TIME     EVENT COMM             PID     PPID    FILENAME/EXIT CODE");
let reported: u64 = 0;
while (caughtSignal() == 0) {
  events.poll(1000);
  const lost = bootstrap.bss.lost;
  if (lost != reported) printError(`Lost ${lost - reported} events`);
  reported = lost;
}
events.close();
bootstrap.close();

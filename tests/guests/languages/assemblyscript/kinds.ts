// SPDX-License-Identifier: MIT
// Uses each class of the package for AssemblyScript, and prints what tests/kernel/assemblyscript_test.ts expects.

import {
  args,
  BPF_NOEXIST,
  BpfError,
  BpfMap,
  destroy,
  exit,
  openPerfEvent,
  PerCpuMap,
  PerfBuffer,
  possibleCpus,
  PrintLevel,
  RingBuffer,
  setPrint,
  sizeOf,
  UserRingBuffer,
} from "wasm-bpf";
import { Kinds, Place, Record } from "./kinds_skel";

/** The state of a callback. */
class Sum {
  records: u32 = 0;
  total: u64 = 0;
  text: string = "";
  ring: RingBuffer | null = null;
  stopsAt: u32 = u32.MAX_VALUE;
}

let lastSum: u64 = 0;
let messages = 0;

function show(name: string, value: string): void {
  console.log(name + ": " + value);
}

function shown(condition: bool): string {
  return condition ? "yes" : "no";
}

function addRecord(record: Record, sum: Sum): void {
  sum.records++;
  sum.total += record.total;
  if (sum.records == 1) sum.text = record.comm + (record.flag ? "!" : ".");
  if (sum.records == sum.stopsAt) sum.ring!.stop();
}

function addToGlobal(record: Record): void {
  lastSum += record.total;
}

function addBytes(address: usize, sizeBytes: u32): void {
  lastSum += sizeBytes;
}

function addSample(_cpu: i32, _record: Record): void {
  lastSum++;
}

function addText(record: Record): void {
  // Makes a new string for each record.
  lastSum += <u64>`${record.comm} ${record.number}`.length;
}

function onMessage(_level: PrintLevel, _text: string): void {
  messages++;
}

function useVariables(kinds: Kinds): void {
  show("variables before load", `${kinds.rodata.step} ${kinds.data.greeting}`);
  kinds.rodata.step = 5;
  kinds.data.greeting = 43;
}

function useMaps(kinds: Kinds): void {
  const records = kinds.maps.records;
  const key = new Place();
  const record = new Record();
  key.tag = 7;
  key.number = 9;
  record.number = 3;
  record.comm = "a name that is far too long";
  records.set(key, record);
  show("program result", kinds.progs.change.testRun().toString());
  show("lookup", `${records.lookup(key)} ${records.value.total} ${records.value.comm}`);
  key.number = 10;
  record.number = 4;
  records.set(key, record);
  let numbers = 0;
  const entries = records.entries();
  while (entries.next()) numbers += entries.value.number * 10 + <u32>entries.key.number;
  show("entries", numbers.toString());
  show("delete", `${shown(records.delete(key))} ${shown(records.delete(key))} ${shown(records.has(key))}`);
  destroy(key);

  const small = kinds.maps.small;
  small.set(1, 0xfffe);
  show("new key", shown(small.trySet(1, 2, BPF_NOEXIST)) + " " + BpfError.last!.name);
  small.set(2, 2);
  show("full", shown(small.trySet(3, 3)) + " " + BpfError.last!.toString());
  show("get", `${small.get(1, 0)} ${small.get(77, 5)} ${small.keys().length}`);
}

function useQueue(kinds: Kinds): void {
  const waiting = kinds.maps.waiting;
  show("empty queue", shown(waiting.pop()));
  waiting.push(11);
  waiting.push(12);
  show("full queue", shown(waiting.tryPush(13)) + " " + BpfError.last!.name);
  show("queue", `${waiting.peek()} ${waiting.value} ${waiting.pop()} ${waiting.value} ${waiting.pop()} ${waiting.value}`);
}

function usePerCpu(kinds: Kinds): void {
  const counts = kinds.maps.counts;
  counts.lookup(1);
  let sum: u32 = 0;
  for (let cpu = 0; cpu < possibleCpus(); cpu++) sum += counts.value(cpu);
  show("per CPU", sum.toString());
  for (let cpu = 0; cpu < possibleCpus(); cpu++) counts.setValue(cpu, 100);
  counts.update(0);
  let elements = 0;
  sum = 0;
  for (let found = counts.first(); found; found = counts.next()) {
    elements++;
    for (let cpu = 0; cpu < possibleCpus(); cpu++) sum += counts.value(cpu);
  }
  show("per CPU set", `${elements} ${sum - <u32>possibleCpus() * 100}`);
}

function useRing(kinds: Kinds): void {
  kinds.bss.wanted = 5;
  kinds.progs.produce.testRun();
  const sum = new Sum();
  const ring = new RingBuffer();
  sum.ring = ring;
  ring.addWith<Record, Sum>(kinds.maps.events, addRecord, sum);
  show("ring", `${ring.poll(0)} ${sum.records} ${sum.total} ${sum.text}`);
  show("empty ring", ring.poll(0).toString());
  kinds.progs.produce.testRun();
  sum.stopsAt = 7;
  show("stopped", `${ring.poll(0)} ${sum.records} ${ring.consume()} ${sum.records}`);
  show("produced", kinds.bss.produced.toString());
  ring.close();

  kinds.progs.produce.testRun();
  const second = new RingBuffer();
  lastSum = 0;
  second.addBytes(kinds.maps.events, addBytes);
  second.consume();
  second.close();
  show("bytes", lastSum.toString());
}

function usePerf(kinds: Kinds): void {
  lastSum = 0;
  const buffer = PerfBuffer.open<Record>(kinds.maps.samples, addSample, null, 1);
  kinds.bss.wanted = 1000;
  kinds.progs.sample.testRun();
  buffer.consume();
  // The kernel tells about losses with the next sample that fits.
  kinds.bss.wanted = 1;
  kinds.progs.sample.testRun();
  buffer.consume();
  show("samples and lost", `${lastSum + buffer.lost} ${shown(buffer.lost > 0)} ${shown(lastSum > 10)}`);
  buffer.close();
}

function useUserRing(kinds: Kinds): void {
  const commands = new UserRingBuffer<u64>(kinds.maps.commands);
  commands.submit(30);
  commands.submit(12);
  show("user ring", `${kinds.progs.drain.testRun()} ${kinds.bss.commanded}`);
  let submitted = 0;
  while (commands.trySubmit(1)) submitted++;
  show("full user ring", `${submitted} ${BpfError.last!.name}`);
  commands.close();
}

function usePerfEvents(kinds: Kinds): void {
  const link = kinds.progs.tick.attachPerfEvent(openPerfEvent(1, 0, 1000, 0));
  const start = Date.now();
  while (kinds.bss.ticks == 0 && Date.now() < start + 5000) kinds.maps.small.has(1);
  link.destroy();
  show("perf event", shown(kinds.bss.ticks > 0));
}

function useLinks(kinds: Kinds): void {
  const link = kinds.progs.count_calls.attachRawTracepoint("sys_enter");
  for (let i = 0; i < 10; i++) Date.now(), kinds.maps.small.has(1);
  const attached = kinds.bss.runs;
  link.destroy();
  const ended = kinds.bss.runs;
  for (let i = 0; i < 10; i++) kinds.maps.small.has(1);
  show("link", `${shown(attached >= 10)} ${shown(kinds.bss.runs == ended)}`);
  const maps = kinds.progs.list_maps.attachIter().iterate().readText();
  show("iterator", shown(maps.includes("map waiting\n")));
  const failed = kinds.progs.count_calls.tryAttachRawTracepoint("no_such_tracepoint");
  show("no tracepoint", `${shown(failed == null)} ${BpfError.last!.name}`);
}

/** Delivers `count` records, and returns the pages by which the memory grew after the first tenth. */
function growth(kinds: Kinds, count: u32, callback: (record: Record) => void): i32 {
  const ring = new RingBuffer();
  ring.add<Record>(kinds.maps.events, callback);
  kinds.bss.wanted = 1000;
  let pages = 0;
  let delivered: u32 = 0;
  while (delivered < count) {
    kinds.progs.produce.testRun();
    delivered += ring.consume();
    if (delivered == count / 10) pages = memory.size();
  }
  ring.close();
  return memory.size() - pages;
}

/** Calls that end the guest. */
function fail(kinds: Kinds, how: string): void {
  if (how == "size") new BpfMap<u32, u64>(kinds.maps.small.handle).get(1, 0);
  if (how == "per-cpu") new BpfMap<u32, u32>(kinds.maps.counts.handle).get(1, 0);
  if (how == "not-per-cpu") new PerCpuMap<u32, u16>(kinds.maps.small.handle).lookup(1);
  if (how == "cpu") kinds.maps.counts.value(possibleCpus());
  if (how == "map") kinds.object.map("nothing");
  if (how == "ring") new RingBuffer().add<Record>(kinds.maps.small, addToGlobal);
  if (how == "short") {
    const ring = new RingBuffer();
    ring.add<Long>(kinds.maps.events, addLong);
    kinds.bss.wanted = 1;
    kinds.progs.produce.testRun();
    ring.consume();
  }
  if (how == "index") throw new RangeError([1, 2][args().length + 1].toString());
  console.log("continued");
}

@unmanaged
class Long {
  a: u64;
  b: u64;
  c: u64;
  d: u64;
  e: u64;
  f: u64;
}

function addLong(record: Long): void {
  lastSum += record.f;
}

const words = args();
const mode = words.length > 0 ? words[0] : "";
if (mode == "messages") setPrint(onMessage);
const kinds = Kinds.open();
useVariables(kinds);
if (mode == "unloaded") kinds.maps.small.set(1, 1);
kinds.load();
if (mode == "messages") {
  show("messages", shown(messages > 10));
  exit(0);
}
if (mode == "numbers") {
  show("growth", growth(kinds, 1_000_000, addToGlobal).toString());
} else if (mode == "text") {
  show("growth", growth(kinds, 1_000_000, addText).toString());
} else if (mode != "") {
  fail(kinds, mode);
} else {
  show("sizes", `${sizeOf<Place>()} ${sizeOf<Record>()} ${sizeOf<u16>()} ${sizeOf<Long>()}`);
  show("variables", `${kinds.data.greeting} ${shown(kinds.kconfig.LINUX_KERNEL_VERSION >= 0x50800)}`);
  useMaps(kinds);
  useQueue(kinds);
  useRing(kinds);
  usePerCpu(kinds);
  usePerf(kinds);
  useUserRing(kinds);
  usePerfEvents(kinds);
  useLinks(kinds);
}
kinds.close();

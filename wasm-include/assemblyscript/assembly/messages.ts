// SPDX-License-Identifier: MIT

import { libbpf_set_print } from "./imports";

/** The importance of a message of libbpf. */
export enum PrintLevel {
  /** Something failed. */
  WARN,
  /** Something notable. */
  INFO,
  /** Every step. */
  DEBUG,
}

const MAX_TEXT: usize = 4096;
/** Longer logs of the verifier keep their end. */
const MAX_LOG = 65536;

const text = memory.data(4096);
let listens = false;
let log = "";
let print: ((level: PrintLevel, text: string) => void) | null = null;

/** Gives `receiver` each message of libbpf. Without it, warnings are kept for errors. */
export function setPrint(receiver: (level: PrintLevel, text: string) => void): void {
  print = receiver;
  listen();
}

/** Keeps libbpf's messages from now on. The host prints them otherwise. */
export function listen(): void {
  if (listens) return;
  listens = libbpf_set_print(onMessage.index, text, MAX_TEXT) == 0;
}

/** Returns the messages since the last call. */
export function takeMessages(): string {
  const taken = log;
  if (taken.length > 0) log = "";
  return taken;
}

function onMessage(level: i32, at: usize): void {
  let end = at;
  while (end - at < MAX_TEXT && load<u8>(end) != 0) end++;
  const receiver = print;
  if (receiver) {
    receiver(level, String.UTF8.decodeUnsafe(at, end - at));
  } else if (level == PrintLevel.WARN) {
    log += String.UTF8.decodeUnsafe(at, end - at);
    if (log.length > MAX_LOG) log = log.slice(log.length - MAX_LOG);
  }
}

// SPDX-License-Identifier: MIT
// A guest in AssemblyScript, whose exported table of functions is called "table".

import { OBJECT } from "./object";

@external("wasm_bpf", "wasm_load_bpf_object")
declare function loadObject(object: usize, size: i32): u64;
@external("wasm_bpf", "wasm_close_bpf_object")
declare function closeObject(object: u64): i32;
@external("wasm_bpf", "wasm_attach_bpf_program")
declare function attachProgram(object: u64, name: usize, target: usize): i32;
@external("wasm_bpf", "wasm_bpf_map_fd_by_name")
declare function mapByName(object: u64, name: usize): i32;
@external("wasm_bpf", "wasm_bpf_map_operate")
declare function operateMap(fd: i32, command: i32, key: usize, value: usize, nextKey: usize, flags: u64): i32;
@external("wasm_bpf", "wasm_bpf_buffer_poll")
declare function poll(object: u64, fd: i32, sample: u32, ctx: usize, data: usize, size: i32, timeoutMs: i32): i32;

@external("wasi_snapshot_preview1", "fd_write")
declare function fdWrite(fd: i32, vectors: usize, count: i32, written: usize): i32;
@external("wasi_snapshot_preview1", "random_get")
declare function randomGet(target: usize, size: i32): i32;
@external("wasi_snapshot_preview1", "proc_exit")
declare function procExit(code: i32): void;

const LOOKUP = 1;
const UPDATE = 2;
const GET_NEXT_KEY = 4;

const SECRET: u32 = 0;
const REQUEST: u32 = 1;

@unmanaged
class Square {
  number: u32;
  padding: u32;
  square: u64;
}

// Memory for values that are passed by pointer.
const key = memory.data(8);
const nextKey = memory.data(8);
const value = memory.data(8);
const data = memory.data(64);
const context = memory.data(8);
const vector = memory.data(16);

/** AssemblyScript calls this function on a fatal error. Without it, modules import "env.abort". */
function onAbort(_message: usize, _file: usize, _line: u32, _column: u32): void {
  procExit(255);
}

function print(line: string): void {
  const bytes = String.UTF8.encode(line + "\n");
  store<usize>(vector, changetype<usize>(bytes));
  store<i32>(vector, bytes.byteLength, 4);
  fdWrite(1, vector, 1, vector + 8);
}

function cString(text: string): usize {
  return changetype<usize>(String.UTF8.encode(text, true));
}

function onRecord(context: usize, record: Square, size: u32): i32 {
  print(`record ${record.number} ${record.square} of ${size} bytes, context ${load<u32>(context)}`);
  return 0;
}

function write(fd: i32, place: u32, secret: u64): void {
  store<u32>(key, place);
  store<u64>(value, secret);
  operateMap(fd, UPDATE, key, value, 0, 0);
}

function read(fd: i32, number: u32): i32 {
  store<u32>(key, number);
  return operateMap(fd, LOOKUP, key, value, 0, 0);
}

function countKeys(fd: i32): i32 {
  let count = 0;
  for (let from: usize = 0; operateMap(fd, GET_NEXT_KEY, from, 0, nextKey, 0) == 0; from = key) {
    store<u32>(key, load<u32>(nextKey));
    count++;
  }
  return count;
}

export function _start(): void {
  const object = loadObject(changetype<usize>(OBJECT), OBJECT.length);
  if (object == 0) procExit(1);
  const control = mapByName(object, cString("control"));
  const events = mapByName(object, cString("events"));
  const squares = mapByName(object, cString("squares"));

  randomGet(value, 8);
  const secret = load<u64>(value);
  write(control, SECRET, secret);
  print(`attach ${attachProgram(object, cString("on_bpf"), 0)}`);
  write(control, REQUEST, secret);

  store<u32>(context, 42);
  for (let i = 0; i < 2; i++) {
    print(`poll ${poll(object, events, onRecord.index, context, data, 64, 0)}`);
  }
  const found = read(squares, 3);
  print(`lookup ${found} ${load<u64>(value)}`);
  print(`missing ${read(squares, 77)}`);
  print(`keys ${countKeys(squares)}`);
  print(`close ${closeObject(object)}`);
  procExit(7);
}

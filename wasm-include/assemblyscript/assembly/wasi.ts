// SPDX-License-Identifier: MIT

/** The parts of WASI that a command line tool needs. `console.log` prints on stdout. */

@external("wasi_snapshot_preview1", "args_sizes_get")
declare function args_sizes_get(count: usize, sizeBytes: usize): i32;
@external("wasi_snapshot_preview1", "args_get")
declare function args_get(pointers: usize, buffer: usize): i32;
@external("wasi_snapshot_preview1", "fd_write")
declare function fd_write(fd: i32, vectors: usize, count: usize, written: usize): i32;
@external("wasi_snapshot_preview1", "fd_read")
declare function fd_read(fd: i32, vectors: usize, count: usize, read: usize): i32;
@external("wasi_snapshot_preview1", "fd_close")
declare function fd_close(fd: i32): i32;
@external("wasi_snapshot_preview1", "random_get")
declare function random_get(buffer: usize, sizeBytes: usize): i32;
@external("wasi_snapshot_preview1", "proc_exit")
declare function proc_exit(code: i32): void;

const STDERR = 2;

/** An iovec, and the number of bytes that a call moved. */
const vector = memory.data(8);
const moved = memory.data(8);

/** The arguments after the name of the module. */
export function args(): string[] {
  const list: string[] = [];
  if (args_sizes_get(vector, moved) != 0) return list;
  const count = load<u32>(vector);
  const pointers = new StaticArray<u32>(count);
  const text = new StaticArray<u8>(load<u32>(moved));
  if (args_get(changetype<usize>(pointers), changetype<usize>(text)) != 0) return list;
  for (let i: u32 = 1; i < count; i++) {
    // The texts end with a NUL.
    let end: usize = pointers[i];
    while (load<u8>(end) != 0) end++;
    list.push(String.UTF8.decodeUnsafe(pointers[i], end - pointers[i]));
  }
  return list;
}

/** Ends the guest with an exit code. Its links and objects are closed. */
export function exit(code: i32): void {
  proc_exit(code);
}

/** Prints a line on stderr. */
export function printError(line: string): void {
  const bytes = String.UTF8.encode(line + "\n");
  let at = changetype<usize>(bytes);
  let left: usize = bytes.byteLength;
  while (left > 0) {
    store<u32>(vector, at);
    store<u32>(vector, left, 4);
    // Before _start, the host does not know the memory yet. Then the import abort says so, which assert() calls unless --use abort=.
    assert(fd_write(STDERR, vector, 1, moved) == 0, line);
    at += load<u32>(moved);
    left -= load<u32>(moved);
  }
}

/** Random bytes of the kernel. */
export function randomBytes(count: i32): Uint8Array {
  const bytes = new Uint8Array(count);
  random_get(bytes.dataStart, count);
  return bytes;
}

/** Reads from a descriptor. Returns the number of bytes, 0 at the end, or a negative WASI errno. */
export function readDescriptor(fd: i32, buffer: usize, sizeBytes: usize): i32 {
  store<u32>(vector, buffer);
  store<u32>(vector, sizeBytes, 4);
  const errno = fd_read(fd, vector, 1, moved);
  return errno == 0 ? load<i32>(moved) : -errno;
}

/** Closes a descriptor. */
export function closeDescriptor(fd: i32): void {
  fd_close(fd);
}

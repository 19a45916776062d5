// SPDX-License-Identifier: MIT
//! A guest in Rust. Like existing bindings, it declares the pointers of `wasm_bpf_map_operate` as 64-bit, and a callback
//! without a result.

use std::time::{SystemTime, UNIX_EPOCH};

#[link(wasm_import_module = "wasm_bpf")]
extern "C" {
    fn wasm_load_bpf_object(object: *const u8, size: i32) -> u64;
    fn wasm_close_bpf_object(object: u64) -> i32;
    fn wasm_attach_bpf_program(object: u64, name: *const u8, target: *const u8) -> i32;
    fn wasm_bpf_map_fd_by_name(object: u64, name: *const u8) -> i32;
    fn wasm_bpf_map_operate(fd: i32, command: i32, key: u64, value: u64, next_key: u64, flags: u64) -> i32;
    fn wasm_bpf_buffer_poll(
        object: u64,
        fd: i32,
        sample: extern "C" fn(*const u32, *const Square, u32),
        context: *const u32,
        data: *mut u8,
        size: i32,
        timeout_ms: i32,
    ) -> i32;
}

const LOOKUP: i32 = 1;
const UPDATE: i32 = 2;
const GET_NEXT_KEY: i32 = 4;

const SECRET: u32 = 0;
const REQUEST: u32 = 1;

#[repr(C)]
struct Square {
    number: u32,
    padding: u32,
    square: u64,
}

static OBJECT: &[u8] = include_bytes!(env!("SQUARES_OBJECT"));

extern "C" fn on_record(context: *const u32, record: *const Square, size: u32) {
    let (context, record) = unsafe { (&*context, &*record) };
    println!("record {} {} of {} bytes, context {}", record.number, record.square, size, context);
}

fn update(fd: i32, key: u32, value: u64) -> i32 {
    unsafe { wasm_bpf_map_operate(fd, UPDATE, &key as *const u32 as u64, &value as *const u64 as u64, 0, 0) }
}

fn lookup(fd: i32, key: u32, value: &mut u64) -> i32 {
    unsafe { wasm_bpf_map_operate(fd, LOOKUP, &key as *const u32 as u64, value as *mut u64 as u64, 0, 0) }
}

fn count_keys(fd: i32) -> usize {
    let (mut key, mut next, mut count) = (0_u32, 0_u32, 0);
    let mut pointer = 0;
    while unsafe { wasm_bpf_map_operate(fd, GET_NEXT_KEY, pointer, 0, &mut next as *mut u32 as u64, 0) } == 0 {
        key = next;
        pointer = &key as *const u32 as u64;
        count += 1;
    }
    let _ = key;
    count
}

fn map_fd(object: u64, name: &str) -> i32 {
    unsafe { wasm_bpf_map_fd_by_name(object, name.as_ptr()) }
}

fn main() {
    let object = unsafe { wasm_load_bpf_object(OBJECT.as_ptr(), OBJECT.len() as i32) };
    if object == 0 {
        std::process::exit(1);
    }
    let (control, events, squares) = (map_fd(object, "control\0"), map_fd(object, "events\0"), map_fd(object, "squares\0"));
    let secret = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    update(control, SECRET, secret);
    println!("attach {}", unsafe { wasm_attach_bpf_program(object, "on_bpf\0".as_ptr(), "\0".as_ptr()) });
    update(control, REQUEST, secret);

    let context = 42_u32;
    let mut data = [0_u64; 8];
    for _ in 0..2 {
        let pointer = data.as_mut_ptr() as *mut u8;
        let delivered = unsafe { wasm_bpf_buffer_poll(object, events, on_record, &context, pointer, 64, 0) };
        println!("poll {}", delivered);
    }
    let mut value = 0;
    let found = lookup(squares, 3, &mut value);
    println!("lookup {} {}", found, value);
    println!("missing {}", lookup(squares, 77, &mut value));
    println!("keys {}", count_keys(squares));
    println!("close {}", unsafe { wasm_close_bpf_object(object) });
    std::process::exit(7);
}

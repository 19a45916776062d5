// SPDX-License-Identifier: MIT
//! The guest of `guest.rs` on top of the crate wasm-bpf-binding 0.1.0, whose functions take addresses as numbers, and
//! import from module `env`.

use std::time::{SystemTime, UNIX_EPOCH};
use wasm_bpf_binding::binding::{
    wasm_attach_bpf_program, wasm_bpf_buffer_poll, wasm_bpf_map_fd_by_name, wasm_bpf_map_operate,
    wasm_close_bpf_object, wasm_load_bpf_object,
};

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

extern "C" fn on_record(context: *const u32, record: *const Square, size: u32) -> i32 {
    let (context, record) = unsafe { (&*context, &*record) };
    println!("record {} {} of {} bytes, context {}", record.number, record.square, size, context);
    0
}

fn address<T>(value: &T) -> u64 {
    value as *const T as u64
}

fn count_keys(fd: i32) -> usize {
    let (mut key, mut next, mut count) = (0_u32, 0_u32, 0);
    let mut pointer = 0;
    while wasm_bpf_map_operate(fd, GET_NEXT_KEY, pointer, 0, &mut next as *mut u32 as u64, 0) == 0 {
        key = next;
        pointer = address(&key);
        count += 1;
    }
    let _ = key;
    count
}

fn main() {
    let object = wasm_load_bpf_object(OBJECT.as_ptr() as u32, OBJECT.len() as i32);
    if object == 0 {
        std::process::exit(1);
    }
    let map_fd = |name: &str| wasm_bpf_map_fd_by_name(object, name.as_ptr() as u32);
    let (control, events, squares) = (map_fd("control\0"), map_fd("events\0"), map_fd("squares\0"));
    let secret = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    wasm_bpf_map_operate(control, UPDATE, address(&SECRET), address(&secret), 0, 0);
    let attached = wasm_attach_bpf_program(object, "on_bpf\0".as_ptr() as u32, "\0".as_ptr() as u32);
    println!("attach {attached}");
    wasm_bpf_map_operate(control, UPDATE, address(&REQUEST), address(&secret), 0, 0);

    let context = 42_u32;
    let mut data = [0_u64; 8];
    for _ in 0..2 {
        let function = on_record as extern "C" fn(*const u32, *const Square, u32) -> i32 as usize as i32;
        let delivered = wasm_bpf_buffer_poll(
            object,
            events,
            function,
            &context as *const u32 as u32,
            data.as_mut_ptr() as u32,
            64,
            0,
        );
        println!("poll {delivered}");
    }
    let mut value = 0_u64;
    let place = &mut value as *mut u64 as u64;
    let found = wasm_bpf_map_operate(squares, LOOKUP, address(&3_u32), place, 0, 0);
    println!("lookup {found} {value}");
    println!("missing {}", wasm_bpf_map_operate(squares, LOOKUP, address(&77_u32), place, 0, 0));
    println!("keys {}", count_keys(squares));
    println!("close {}", wasm_close_bpf_object(object));
    std::process::exit(7);
}

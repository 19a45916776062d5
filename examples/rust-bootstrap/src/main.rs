// SPDX-License-Identifier: MIT
//! Prints a line for every program that starts and every process that ends, as the example bootstrap does in C.
//! Shows: a typed skeleton, a constant set before load, a counter in shared memory, a ring buffer with a closure, and a clean end
//! with Ctrl-C. The BPF programs are those of bootstrap.

#[path = "../.output/bootstrap_skel.rs"]
#[rustfmt::skip]
mod bootstrap_skel;

use bootstrap_skel::{types::event, BootstrapSkel};
use std::io::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use wasm_bpf::{load, signals, Pod, Result, RingBufferBuilder};

/// The time of day in UTC.
fn clock() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    format!("{:02}:{:02}:{:02}", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60)
}

fn print_event(data: &[u8]) {
    let event = match event::from_bytes(data) {
        Some(event) => event,
        None => return,
    };
    let kind = if event.is_exit != 0 { "EXIT" } else { "EXEC" };
    let detail = match (event.is_exit != 0, event.duration_ns) {
        (false, _) => event.filename.to_string(),
        (true, 0) => format!("[{}]", event.exit_code),
        (true, duration) => format!("[{}] ({}ms)", event.exit_code, duration / 1_000_000),
    };
    println!("{:<8} {:<5} {:<16} {:<7} {:<7} {}", clock(), kind, event.comm, event.pid, event.ppid, detail);
}

fn run(min_duration_ms: u64) -> Result<()> {
    signals::catch(&[signals::SIGINT, signals::SIGTERM])?;

    let mut open = BootstrapSkel::open()?;
    open.rodata.min_duration_ns = min_duration_ms * 1_000_000;
    let mut skel = open.load()?;
    skel.attach()?;

    let map = skel.maps().events()?;
    let mut events = RingBufferBuilder::new().add(&map, print_event).build()?;
    println!("{:<8} {:<5} {:<16} {:<7} {:<7} FILENAME/EXIT CODE", "TIME", "EVENT", "COMM", "PID", "PPID");
    let mut reported = 0;
    while signals::caught().is_none() {
        match events.poll(Some(Duration::from_secs(1))) {
            Err(error) if !error.is_interrupted() => return Err(error),
            _ => {}
        }
        let lost = load!(skel.bss, lost);
        if lost != reported {
            eprintln!("Lost {} events", lost - reported);
            reported = lost;
        }
        if std::io::stdout().flush().is_err() {
            break;
        }
    }
    Ok(())
}

const HELP: &str = "\
Usage: rust-bootstrap [MIN_DURATION_MS]

Prints a line for every program that starts, and for every process that ends, if it ran this long.";

fn main() {
    if std::env::args().skip(1).any(|word| word == "-h" || word == "--help") {
        println!("{HELP}");
        return;
    }
    let min_duration_ms = match std::env::args().nth(1).map_or(Ok(0), |text| text.parse()) {
        Ok(value) => value,
        Err(_) => {
            eprintln!("{HELP}");
            std::process::exit(2);
        }
    };
    if let Err(error) = run(min_duration_ms) {
        eprintln!("{error}");
        std::process::exit(1);
    }
}

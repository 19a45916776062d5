// SPDX-License-Identifier: MIT
//! Prints a line for every TCP connection that a process makes, with the time until it was established.
//! Shows: records with addresses as Rust's own types, filters in the kernel that are set before load, and errors that say what to do.

#[path = "../.output/tcpconnlat_skel.rs"]
#[rustfmt::skip]
mod tcpconnlat_skel;

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;
use tcpconnlat_skel::{types::event, TcpconnlatSkel};
use wasm_bpf::{load, signals, Pod, Result, RingBufferBuilder};

const HELP: &str = "\
Usage: rust-tcpconnlat [-p PID] [MIN_MS]

Prints a line for every TCP connection that a process makes, with the time until it was established.

  -p PID    only connections of this process
  MIN_MS    only those that took this long, in milliseconds: 0.5";

const AF_INET: u16 = 2;

#[derive(Default)]
struct Options {
    pid: i32,
    min_us: u64,
}

/// The options; `None` for words that are none.
fn parse(mut words: impl Iterator<Item = String>) -> Option<Options> {
    let mut options = Options::default();
    let mut min_ms = None;
    while let Some(word) = words.next() {
        match &*word {
            "-p" => options.pid = words.next()?.parse().ok().filter(|&pid| pid > 0)?,
            _ if min_ms.is_some() => return None,
            _ => min_ms = Some(word.parse().ok().filter(|ms| (0.0..1e9).contains(ms))?),
        }
    }
    options.min_us = (min_ms.unwrap_or(0.0) * 1e3) as u64;
    Some(options)
}

fn address(family: u16, bytes: [u8; 16]) -> IpAddr {
    match family {
        AF_INET => Ipv4Addr::new(bytes[0], bytes[1], bytes[2], bytes[3]).into(),
        _ => Ipv6Addr::from(bytes).into(),
    }
}

fn print_event(data: &[u8]) {
    if let Some(event) = event::from_bytes(data) {
        let (from, to) = (address(event.family, event.from), address(event.family, event.to));
        let milliseconds = event.latency_us as f64 / 1e3;
        println!("{:<7} {:<16} {from:<24} {to:<24} {:<6} {milliseconds:.3}", event.pid, event.comm, event.port);
    }
}

fn run(options: &Options) -> Result<()> {
    signals::catch(&[signals::SIGINT, signals::SIGTERM])?;

    let mut open = TcpconnlatSkel::open()?;
    open.rodata.only_pid = options.pid;
    open.rodata.min_latency_us = options.min_us;
    let mut skel = open.load()?;
    skel.attach()?;

    let map = skel.maps().events()?;
    let mut events = RingBufferBuilder::new().add(&map, print_event).build()?;
    println!("{:<7} {:<16} {:<24} {:<24} {:<6} MS", "PID", "COMM", "FROM", "TO", "PORT");
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

fn main() {
    if std::env::args().skip(1).any(|word| word == "-h" || word == "--help") {
        println!("{HELP}");
        return;
    }
    let options = parse(std::env::args().skip(1)).unwrap_or_else(|| {
        eprintln!("{HELP}");
        std::process::exit(2);
    });
    if let Err(error) = run(&options) {
        eprintln!("{error}");
        std::process::exit(1);
    }
}

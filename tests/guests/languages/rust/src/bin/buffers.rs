// SPDX-License-Identifier: MIT
//! Ring, perf and user ring buffers. Prints what arrives.

mod skeleton {
    include!(concat!(env!("SKELETONS"), "/events_skel.rs"));
}

use skeleton::{types::record, EventsSkel};
use std::cell::RefCell;
use std::time::Duration;
use wasm_bpf::{
    store, Control, Error, PerfBufferBuilder, Pod, Program, ProgramInput, Result, RingBufferBuilder, UserRingBuffer,
};

/// BPF_F_TEST_RUN_ON_CPU.
const ON_CPU: u32 = 1;

/// Runs a program that writes `count` records.
fn write(skel: &EventsSkel, program: Program<'_>, count: u32) -> Result<()> {
    store!(skel.bss, count, count);
    program.test_run(ProgramInput::default())?;
    Ok(())
}

fn use_rings(skel: &EventsSkel) -> Result<()> {
    let (first, second) = (skel.maps().first()?, skel.maps().second()?);
    let seen = RefCell::new(Vec::new());
    let mut rings = RingBufferBuilder::new()
        .add(&first, |data| seen.borrow_mut().push(record::from_bytes(data).unwrap()))
        .add(&second, |data| -> Result<()> {
            let record = record::from_bytes(data).unwrap();
            seen.borrow_mut().push(record);
            match record.number {
                // An error of another call ends the poll.
                12 => skel.object.map_handle("no such map").map(drop),
                _ => Ok(()),
            }
        })
        .build()?;
    println!("empty: {} {}", rings.consume()?, rings.poll(Some(Duration::ZERO))?);
    write(skel, skel.progs().fill()?, 10)?;
    write(skel, skel.progs().fill_second()?, 5)?;
    let numbers = || seen.borrow_mut().drain(..).map(|one| format!("{}{}", one.text, one.number)).collect::<Vec<_>>();
    let result: std::result::Result<usize, Error> = rings.poll(None);
    println!("error: {} ({:?})", result.as_ref().unwrap_err(), result.as_ref().unwrap_err().name());
    println!("seen: {}", numbers().join(" "));
    println!("the rest: {} {}", rings.consume()?, numbers().join(" "));
    write(skel, skel.progs().fill()?, 3)?;
    println!("one by one: {} {} {}", rings.consume_n(1)?, rings.consume_n(1)?, rings.consume_n(9)?);
    println!("descriptor: {}", rings.epoll_fd() > 2);
    drop(rings);

    let mut left = 2;
    let mut rings = RingBufferBuilder::new()
        .add(&first, move |_| {
            left -= 1;
            if left == 0 {
                return Control::Stop;
            }
            Control::Continue
        })
        .build()?;
    write(skel, skel.progs().fill()?, 5)?;
    println!("stopped after {}, then {}", rings.poll(None)?, rings.consume()?);
    let events = skel.maps().events()?;
    println!("wrong map: {}", RingBufferBuilder::new().add(&events, |_| ()).build().unwrap_err());
    println!("no ring: {}", RingBufferBuilder::new().build().unwrap_err());
    Ok(())
}

fn use_perf(skel: &EventsSkel) -> Result<()> {
    let events = skel.maps().events()?;
    let (seen, lost) = (RefCell::new(Vec::new()), RefCell::new(Vec::new()));
    let mut buffer = PerfBufferBuilder::new(&events)
        .pages(1)
        .sample_cb(|cpu, data| seen.borrow_mut().push((cpu, record::from_bytes(data).unwrap())))
        .lost_cb(|cpu, count| lost.borrow_mut().push((cpu, count)))
        .build()?;
    store!(skel.bss, next_number, 0);
    let mut send = |count| -> Result<()> {
        store!(skel.bss, count, count);
        let program = skel.progs().fill_events()?;
        let mut context = [0_u8; 16];
        program.test_run(ProgramInput {
            context_in: Some(&mut context),
            flags: ON_CPU,
            cpu: 0,
            ..ProgramInput::default()
        })?;
        buffer.poll(Some(Duration::ZERO))?;
        Ok(())
    };
    send(3)?;
    println!("perf: {:?}", seen.borrow().iter().map(|(cpu, one)| (*cpu, one.number)).collect::<Vec<_>>());
    seen.borrow_mut().clear();
    // Far more than a page takes. The kernel tells the losses with the next record.
    send(1000)?;
    let delivered = seen.borrow().len() as u64;
    println!("perf: some lost {}, told yet {:?}", delivered < 1000, lost.borrow());
    send(1)?;
    let told = lost.borrow().clone();
    println!("perf: lost on CPU {:?}, all {}", told.iter().map(|one| one.0).collect::<Vec<_>>(), told[0].1 + delivered);
    println!("perf: the last {}", seen.borrow().last().unwrap().1.number);
    println!("perf: {}", PerfBufferBuilder::new(&events).pages(3).build().unwrap_err());
    Ok(())
}

fn use_user_ring(skel: &EventsSkel) -> Result<()> {
    let commands = skel.maps().commands()?;
    let ring = UserRingBuffer::new(&commands)?;
    for number in [5_u64, 6, 7] {
        let mut sample = ring.reserve(8)?;
        sample.copy_from_slice(number.as_bytes());
        if number != 6 {
            sample.submit();
        }
    }
    skel.progs().drain()?.test_run(ProgramInput::default())?;
    println!("user ring: {} taken, sum {}", skel.bss.get().drained, wasm_bpf::load!(skel.bss, sum));
    println!("user ring: {}", ring.reserve(8192).unwrap_err());
    let full = ring.reserve(4000)?;
    println!("user ring: {}", ring.reserve_blocking(4000, Some(Duration::from_millis(5))).unwrap_err());
    drop(full);
    Ok(())
}

fn main() -> Result<()> {
    let mut open = EventsSkel::open()?;
    for program in open.object.programs() {
        program.set_autoload(!["on_getpgid", "on_return", "by_hand", "on_clock"].contains(&&*program.name()))?;
    }
    open.bss.next_number = 0;
    let skel = open.load()?;
    use_rings(&skel)?;
    use_perf(&skel)?;
    use_user_ring(&skel)
}

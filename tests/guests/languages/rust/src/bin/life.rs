// SPDX-License-Identifier: MIT
//! Lives of objects, links and pins. Prints the calls that the attached programs counted. The argument is a directory for pins.

mod skeleton {
    include!(concat!(env!("SKELETONS"), "/events_skel.rs"));
}

use skeleton::{EventsSkel, OpenEventsSkel};
use wasm_bpf::{
    load, Iter, Link, MapHandle, PerfBufferBuilder, PerfEvent, PerfEventOpts, Result, RingBufferBuilder, SamplePolicy,
    UserRingBuffer,
};

#[link(wasm_import_module = "wasm_bpf_sys")]
extern "C" {
    fn getpgid(pid: i32) -> i32;
}

/// The programs on tracepoints, and no other.
fn open() -> Result<OpenEventsSkel> {
    let open = EventsSkel::open()?;
    for program in open.object.programs() {
        program.set_autoload(["on_getpgid", "on_return", "by_hand", "on_clock"].contains(&&*program.name()))?;
    }
    Ok(open)
}

/// Makes the calls that the programs count, and returns how many they saw.
fn counted(skel: &EventsSkel, calls: usize) -> (u32, u32) {
    let before = skel.bss.get();
    for _ in 0..calls {
        // SAFETY: the call takes a number. No process has this one.
        assert!(unsafe { getpgid(0x12345678) } < 0);
    }
    let after = skel.bss.get();
    (after.calls - before.calls, after.returns - before.returns)
}

fn use_links() -> Result<()> {
    let open = open()?;
    open.progs().by_hand()?.set_autoattach(false);
    let mut skel = open.load()?;
    println!("not attached: {:?}", counted(&skel, 5));
    skel.attach()?;
    println!("attached: {:?}, by hand {:?}", counted(&skel, 5), skel.links.by_hand.is_some());
    skel.attach()?;
    println!("attached once: {:?}", counted(&skel, 5));
    skel.links.on_return = None;
    println!("one detached: {:?}", counted(&skel, 5));
    println!("detach: {}", skel.links.on_getpgid.take().unwrap().detach().unwrap_err());
    println!("both detached: {:?}", counted(&skel, 5));
    let link = skel.progs().on_getpgid()?.attach_tracepoint("syscalls", "sys_enter_getpgid")?;
    println!("attached by name: {:?}", counted(&skel, 5));
    println!(
        "info: type {}, program {}",
        link.info()?.link_type,
        link.info()?.prog_id == skel.progs().on_getpgid()?.id()?
    );
    drop(link);
    println!("dropped: {:?}", counted(&skel, 5));
    let program = skel.progs().by_hand()?;
    println!("no place: {}", program.attach().unwrap_err());
    println!("no such tracepoint: {}", program.attach_tracepoint("syscalls", "sys_enter_none").unwrap_err());
    println!("not loaded: {} {}", skel.progs().fill()?.is_loaded(), skel.progs().fill()?.attach().is_err());
    println!("no such program: {}", skel.object.program("none").map(drop).unwrap_err());
    Ok(())
}

/// A timer of a CPU, which calls a program.
fn use_perf_event() -> Result<()> {
    let skel = open()?.load()?;
    let event = PerfEvent::open(PerfEvent::SOFTWARE, 0, SamplePolicy::Frequency(1000), -1, 0)?;
    let opts = PerfEventOpts { cookie: 77 };
    let link = skel.progs().on_clock()?.attach_perf_event_with_opts(event.into_fd(), opts)?;
    let start = std::time::Instant::now();
    while load!(skel.bss, ticks) < 3 && start.elapsed().as_secs() < 10 {}
    println!("timer: {} with cookie {}", skel.bss.get().ticks >= 3, skel.bss.get().cookie);
    drop(link);
    let ticks = skel.bss.get().ticks;
    std::thread::sleep(std::time::Duration::from_millis(20));
    println!("timer: stopped {}", skel.bss.get().ticks == ticks);
    println!("timer: {}", PerfEvent::open(PerfEvent::SOFTWARE, 0, SamplePolicy::Period(1), -1, -1).unwrap_err());
    Ok(())
}

fn use_pins(directory: &str) -> Result<()> {
    let path = format!("{directory}/first");
    let open_one = open()?;
    open_one.maps().first()?.set_pin_path(&path)?;
    let skel = open_one.load()?;
    let first = skel.maps().first()?;
    println!("pinned: {} {}", first.is_pinned(), first.pin_path().as_deref() == Some(&path));
    let again = MapHandle::from_pinned_path(&path)?;
    println!("pinned: {:?} {} the same {}", again.map_type(), again.name(), again.id()? == first.id()?);
    let open_two = open()?;
    open_two.maps().first()?.reuse_pinned_map(&path)?;
    let other = open_two.load()?;
    println!("reused: {}", other.maps().first()?.id()? == first.id()?);
    first.unpin(&path)?;
    println!("unpinned: {}", MapHandle::from_pinned_path(&path).unwrap_err());

    let link_path = format!("{directory}/link");
    let link = skel.progs().on_getpgid()?.attach()?;
    match link.pin(&link_path) {
        Ok(()) => {
            println!("pinned link: {}", link.pin_path().as_deref() == Some(&link_path));
            drop(link);
            println!("still attached: {:?}", counted(&skel, 5));
            let link = Link::open(&link_path)?;
            link.unpin()?;
            println!("unpinned link: {:?}", counted(&skel, 5));
            drop(link);
            println!("closed: {:?}", counted(&skel, 5));
        }
        Err(error) => println!("pinned link: {error}"),
    }
    let program_path = format!("{directory}/program");
    let program = skel.progs().on_getpgid()?;
    program.pin(&program_path)?;
    program.unpin(&program_path)?;
    println!("outside: {}", MapHandle::from_pinned_path("/sys/fs/bpf/../x").unwrap_err());
    Ok(())
}

/// Opens and drops everything that has descriptors. The host runs with a limit of descriptors that a leak would reach.
fn leak_nothing() -> Result<()> {
    let mut numbers = Vec::new();
    for _ in 0..20 {
        let mut skel = open()?.load()?;
        skel.attach()?;
        let maps = skel.maps();
        let (first, second, events, commands) = (maps.first()?, maps.second()?, maps.events()?, maps.commands()?);
        let _rings = RingBufferBuilder::new().add(&first, |_| ()).add(&second, |_| ()).build()?;
        let _perf = PerfBufferBuilder::new(&events).pages(1).build()?;
        let _user = UserRingBuffer::new(&commands)?;
        let own = MapHandle::create(wasm_bpf::MapType::Array, "own", 4, 4, 1, &Default::default())?;
        numbers.push(own.fd());
        drop(Iter::new(skel.links.on_getpgid.as_ref().unwrap()));
    }
    println!("no leak: {} rounds, the same numbers {}", numbers.len(), numbers.iter().all(|&one| one == numbers[0]));
    Ok(())
}

fn main() -> Result<()> {
    use_links()?;
    use_perf_event()?;
    if let Some(directory) = std::env::args().nth(1) {
        use_pins(&directory)?;
    }
    leak_nothing()
}

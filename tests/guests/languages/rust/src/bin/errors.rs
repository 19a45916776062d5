// SPDX-License-Identifier: MIT
//! Errors. Prints them. With the argument "panic" it ends in a callback, with "sleep" it sleeps until a signal.

mod skeleton {
    include!(concat!(env!("SKELETONS"), "/bad_skel.rs"));
}

use skeleton::BadSkel;
use wasm_bpf::{signals, Object, ProgramInput, Result, RingBufferBuilder};

fn panics() -> Result<()> {
    let open = BadSkel::open()?;
    open.progs().careless()?.set_autoload(false)?;
    let skel = open.load()?;
    let events = skel.maps().events()?;
    let on_record = |data: &[u8]| assert!(data.is_empty(), "a record of {} bytes", data.len());
    let mut rings = RingBufferBuilder::new().add(&events, on_record).build()?;
    skel.progs().fill()?.test_run(ProgramInput::default())?;
    rings.consume()?;
    println!("not reached");
    Ok(())
}

fn sleeps() -> Result<()> {
    signals::catch(&[signals::SIGINT])?;
    println!("sleeping");
    // A signal that comes before a sleep does not end it.
    while signals::caught().is_none() {
        std::thread::sleep(std::time::Duration::from_secs(10));
    }
    println!("caught {:?}", signals::caught());
    Ok(())
}

fn main() -> Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("panic") => return panics(),
        Some("sleep") => return sleeps(),
        _ => {}
    }
    let error = BadSkel::open()?.load().unwrap_err();
    println!("{error}");
    println!("{:?} {}", error.name(), error.errno());
    println!("{}", error.log());
    println!("{}", Object::open(b"\x7fELF").unwrap_err());
    println!("{}", Object::open(b"").unwrap_err());
    let open = BadSkel::open()?;
    println!("{}", open.object.map("none").unwrap_err());
    println!("{}", open.object.variables::<u32>("none.rodata").unwrap_err());
    open.progs().careless()?.set_autoload(false)?;
    let mut skel = open.load()?;
    println!("{}", skel.attach().unwrap_err());
    println!("{}", skel.object.map::<u64, u64>("numbers").map(drop).unwrap_err());
    println!("{}", std::io::Error::from(skel.object.map_handle("a\0b").map(drop).unwrap_err()));
    println!("{}", wasm_bpf::if_nametoindex("none").unwrap_err());
    Ok(())
}

// SPDX-License-Identifier: MIT
//! Maps of each kind. Prints what it reads, one line for each step.

mod skeleton {
    include!(concat!(env!("SKELETONS"), "/kinds_skel.rs"));
}

use skeleton::{types, KindsSkel};
use std::convert::TryInto;
use std::io::Read;
use wasm_bpf::{Iter, Map, MapCreateOpts, MapHandle, MapType, ProgramInput, Result, Text, UpdateFlags};

fn place(number: u32) -> types::place {
    types::place { name: Text::from(&*format!("place {number}")), number }
}

/// Single elements, iteration with deletion, and batches.
fn use_hash(skel: &KindsSkel) -> Result<()> {
    let places = skel.maps().places()?;
    println!("hash: missing {:?}", places.lookup(&1)?.map(|place| place.number));
    for number in 0..50 {
        places.update(&number, &place(number), UpdateFlags::NoExist)?;
    }
    println!("hash: {} {:?}", places.lookup(&9)?.unwrap().name, places.lookup(&9)?.unwrap());
    println!("hash: {}", places.update(&9, &place(9), UpdateFlags::NoExist).unwrap_err());
    println!("hash: {}", places.update(&99, &place(99), UpdateFlags::Exist).unwrap_err());

    let mut seen = Vec::new();
    for key in places.keys() {
        let key = key?;
        assert!(places.delete(&key)?);
        seen.push(key);
    }
    seen.sort_unstable();
    println!("deleted while walking: {} from {} to {}", seen.len(), seen[0], seen[49]);
    println!("left: {}, deleted again: {}", places.iter().count(), places.delete(&9)?);

    let keys: Vec<u32> = (0..60).collect();
    let values: Vec<_> = keys.iter().map(|&key| place(key)).collect();
    places.update_batch(&keys, &values, UpdateFlags::Any)?;
    let sum = |elements: Vec<(u32, types::place)>| elements.iter().map(|(key, place)| key + place.number).sum::<u32>();
    let batches = places.lookup_batch(7).collect::<Result<Vec<_>>>()?;
    println!("batches: {} elements, sum {}", batches.iter().map(Vec::len).sum::<usize>(), sum(batches.concat()));
    places.delete_batch(&keys[..10])?;
    let taken = places.lookup_and_delete_batch(100).collect::<Result<Vec<_>>>()?.concat();
    println!("taken: {} elements, left {}", taken.len(), places.iter().count());
    println!("batches: {}", places.delete_batch(&keys[..1]).unwrap_err());
    println!("batches: {}", places.update_batch(&keys, &values[..1], UpdateFlags::Any).unwrap_err());
    Ok(())
}

fn use_other_kinds(skel: &KindsSkel) -> Result<()> {
    let maps = skel.maps();
    let array = maps.array()?;
    array.update(&2, &22, UpdateFlags::Any)?;
    println!("array: {:?}", array.iter().collect::<Result<Vec<_>>>()?);
    println!("array: {}", array.update(&4, &1, UpdateFlags::Any).unwrap_err());

    let lru = maps.lru()?;
    for key in 0..1000 {
        lru.update(&key, &key, UpdateFlags::Any)?;
    }
    let left = lru.iter().count();
    println!("lru: at most {}: {}, has the last {:?}", lru.max_entries(), left <= 100, lru.lookup(&999)?);

    let routes = maps.routes()?;
    for (bits, address, value) in [(8, [10, 0, 0, 0], 1), (16, [10, 1, 0, 0], 2)] {
        routes.update(&types::prefix { bits, address }, &value, UpdateFlags::Any)?;
    }
    let find = |address| routes.lookup(&types::prefix { bits: 32, address });
    println!("lpm: {:?} {:?} {:?}", find([10, 1, 2, 3])?, find([10, 9, 9, 9])?, find([11, 0, 0, 0])?);

    for (name, map) in [("queue", maps.queue()?), ("stack", maps.stack()?)] {
        map.update(&(), &1, UpdateFlags::Any)?;
        map.update(&(), &2, UpdateFlags::Any)?;
        println!("{name}: full {}", map.update(&(), &3, UpdateFlags::Any).unwrap_err());
        let first = map.lookup(&())?;
        let take = || map.lookup_and_delete(&());
        println!("{name}: {:?} {:?} {:?} {:?}", first, take()?, take()?, take()?);
    }

    let bloom = maps.bloom()?;
    bloom.update(&(), &5, UpdateFlags::Any)?;
    println!("bloom: {} {}", bloom.lookup_bloom_filter(&5)?, bloom.lookup_bloom_filter(&6)?);
    Ok(())
}

fn use_percpu(skel: &KindsSkel) -> Result<()> {
    let percpu = skel.maps().percpu()?;
    let cpus = wasm_bpf::num_possible_cpus()?;
    percpu.update_percpu(&0, &vec![10; cpus], UpdateFlags::Any)?;
    skel.progs().change()?.test_run(ProgramInput::default())?;
    let values = percpu.lookup_percpu(&0)?.unwrap();
    println!(
        "percpu: {} values for the CPUs, sum {}",
        values.len() == cpus,
        values.iter().sum::<u32>() as usize - 10 * cpus
    );
    println!("percpu: {} element", percpu.iter_percpu().count());
    println!("percpu: {}", percpu.lookup(&0).unwrap_err());
    println!("percpu: {}", percpu.update_percpu(&0, &[1, 2, 3, 4, 5, 6, 7], UpdateFlags::Any).unwrap_err());
    println!("percpu: {}", skel.maps().array()?.lookup_percpu(&0).unwrap_err());
    Ok(())
}

/// Maps in maps, programs in maps, and maps that no object has.
fn use_descriptors(skel: &KindsSkel) -> Result<()> {
    let own: Map<'_, u32, u64> =
        MapHandle::create(MapType::Array, "own", 4, 8, 1, &MapCreateOpts::default())?.try_into()?;
    let outer = skel.maps().outer()?;
    outer.update(&1, &own.fd(), UpdateFlags::Any)?;
    let id = outer.lookup(&1)?.unwrap() as u32;
    skel.progs().change()?.test_run(ProgramInput::default())?;
    println!("map in a map: {:?}, its id {}", own.lookup(&0)?, id == own.handle().id()?);
    let wrong = MapHandle::create(MapType::Hash, "wrong", 4, 4, 1, &MapCreateOpts::default())?;
    println!("map in a map: {}", outer.update(&0, &wrong.fd(), UpdateFlags::Any).unwrap_err());
    println!("own: {:?} {} {} {}", wrong.map_type(), wrong.name(), wrong.key_size(), wrong.max_entries());
    let misused: Result<Map<'_, u64, u32>> = wrong.try_into();
    println!("own: {}", misused.unwrap_err());

    let call = skel.progs().call()?;
    let packet = [0_u8; 64];
    let mut room = [0xff_u8; 64];
    let input = ProgramInput { data_in: Some(&packet), data_out: Some(&mut room), ..ProgramInput::default() };
    let output = call.test_run(input)?;
    println!("run: {} with {} bytes, {:x} {:x}", output.return_value, output.data_size, room[62], room[63]);
    skel.maps().programs()?.update(&0, &skel.progs().tail()?.fd(), UpdateFlags::Any)?;
    let input = ProgramInput { data_in: Some(&packet), repeat: 3, ..ProgramInput::default() };
    println!("run: {}, tail calls {}", call.test_run(input)?.return_value, skel.bss.get().tail_calls);
    Ok(())
}

fn run() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let mut open = KindsSkel::open()?;
    open.rodata.label = "label".into();
    open.maps().lru()?.set_max_entries(100)?;
    open.maps().array()?.set_max_entries(4)?;
    open.progs().tail()?.set_autoload(true)?;
    let skel = open.load()?;
    use_hash(&skel)?;
    use_other_kinds(&skel)?;
    use_percpu(&skel)?;
    use_descriptors(&skel)?;
    println!("sections: {} {}", skel.maps().places()?.lookup(&7)?.unwrap().name, skel.rodata.label);
    println!("kconfig: {} {}", skel.kconfig.LINUX_KERNEL_VERSION as u32 == skel.bss.get().kernel_version, {
        skel.kconfig.CONFIG_NO_SUCH_THING
    });
    let array = skel.object.map_handle("array")?;
    let link = skel.progs().dump()?.attach_iter_map(&array)?;
    for _ in 0..2 {
        let mut text = String::new();
        Iter::new(&link)?.read_to_string(&mut text)?;
        print!("iterator: {text}");
    }
    println!("maps: {}", skel.object.maps().iter().map(|map| map.name()).collect::<Vec<_>>().join(" "));
    println!("BTF: {:02x?}", &skel.object.btf()?[..2]);
    array.freeze()?;
    println!("frozen: {}", skel.maps().array()?.update(&0, &1, UpdateFlags::Any).unwrap_err());
    Ok(())
}

fn main() {
    if let Err(error) = run() {
        println!("failed: {error}");
        std::process::exit(1);
    }
}

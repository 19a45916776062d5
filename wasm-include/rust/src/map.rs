// SPDX-License-Identifier: MIT
use crate::error::{checked_for, linux_errno};
use crate::{imports, num_possible_cpus, Error, Pod, Result};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::marker::PhantomData;
use core::mem::size_of;

const ENOENT: i32 = 2;
const PER_CPU_TYPES: [u32; 4] = [5, 6, 10, 21];

/// When an update may happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpdateFlags {
    /// Always (BPF_ANY).
    Any,
    /// Only if the key is new (BPF_NOEXIST).
    NoExist,
    /// Only if the key exists (BPF_EXIST).
    Exist,
}

/// A map of any type.
#[derive(Debug)]
pub struct MapHandle<'o> {
    fd: i32,
    name: String,
    map_type: u32,
    key_size: usize,
    value_size: usize,
    max_entries: u32,
    object: PhantomData<&'o crate::Object>,
}

impl MapHandle<'_> {
    pub(crate) fn new(handle: usize, name: &str) -> Result<Self> {
        // SAFETY: the handle is the host's.
        let fd = checked_for("use map", name, unsafe { imports::bpf_map__fd(handle) }.into())? as i32;
        // SAFETY: as above.
        unsafe {
            Ok(MapHandle {
                fd,
                name: name.to_string(),
                map_type: imports::bpf_map__type(handle) as u32,
                key_size: imports::bpf_map__key_size(handle) as usize,
                value_size: imports::bpf_map__value_size(handle) as usize,
                max_entries: imports::bpf_map__max_entries(handle) as u32,
                object: PhantomData,
            })
        }
    }

    /// The number that names the map in other calls.
    pub fn fd(&self) -> i32 {
        self.fd
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `enum bpf_map_type`.
    pub fn map_type(&self) -> u32 {
        self.map_type
    }

    /// The number of entries; the bytes of a ring buffer.
    pub fn max_entries(&self) -> u32 {
        self.max_entries
    }

    fn is_per_cpu(&self) -> bool {
        PER_CPU_TYPES.contains(&self.map_type)
    }
}

/// A map with keys `K` and values `V`.
#[derive(Debug)]
pub struct Map<'o, K, V> {
    handle: MapHandle<'o>,
    types: PhantomData<(K, V)>,
}

impl<'o, K: Pod, V: Pod> Map<'o, K, V> {
    pub(crate) fn new(handle: MapHandle<'o>, name: &str) -> Result<Self> {
        if handle.key_size != size_of::<K>() || handle.value_size != size_of::<V>() {
            return Err(Error::new(
                alloc::format!(
                    "use map \"{name}\" with keys of {} and values of {} bytes, since it has {} and {}",
                    size_of::<K>(),
                    size_of::<V>(),
                    handle.key_size,
                    handle.value_size
                ),
                "EINVAL",
            ));
        }
        Ok(Map { handle, types: PhantomData })
    }

    /// The map without its types.
    pub fn handle(&self) -> &MapHandle<'o> {
        &self.handle
    }

    /// The value of a key; `None` if there is none.
    ///
    /// # Errors
    ///
    /// EINVAL for a per-CPU map, see [`Map::lookup_percpu`].
    pub fn lookup(&self, key: &K) -> Result<Option<V>> {
        self.check_single("look up in map")?;
        let mut value = V::zeroed();
        // SAFETY: the map's keys and values have the sizes of `K` and `V`.
        let result =
            unsafe { imports::bpf_map_lookup_elem(self.handle.fd, address(key), &mut value as *mut V as usize) };
        Ok(self.found("look up in map", result)?.then_some(value))
    }

    /// The value of a key, which is removed. The key of a queue or a stack is `()`: it returns the next element.
    pub fn lookup_and_delete(&self, key: &K) -> Result<Option<V>> {
        self.check_single("take from map")?;
        let mut value = V::zeroed();
        let key = if size_of::<K>() == 0 { 0 } else { address(key) };
        // SAFETY: as in `lookup`.
        let result =
            unsafe { imports::bpf_map_lookup_and_delete_elem(self.handle.fd, key, &mut value as *mut V as usize) };
        Ok(self.found("take from map", result)?.then_some(value))
    }

    /// Sets the value of a key.
    ///
    /// # Errors
    ///
    /// EEXIST or ENOENT as `flags` say; E2BIG if the map is full.
    pub fn update(&self, key: &K, value: &V, flags: UpdateFlags) -> Result<()> {
        self.check_single("update map")?;
        let key = if size_of::<K>() == 0 { 0 } else { address(key) };
        // SAFETY: as in `lookup`.
        let result = unsafe { imports::bpf_map_update_elem(self.handle.fd, key, address(value), flags as i64) };
        checked_for("update map", &self.handle.name, result.into())?;
        Ok(())
    }

    /// Removes a key. Returns false if there is none.
    pub fn delete(&self, key: &K) -> Result<bool> {
        // SAFETY: as in `lookup`.
        let result = unsafe { imports::bpf_map_delete_elem(self.handle.fd, address(key)) };
        self.found("delete from map", result)
    }

    /// The values of a key, one for each possible CPU; `None` if there is none.
    ///
    /// # Errors
    ///
    /// EINVAL for a map that is not per-CPU.
    pub fn lookup_percpu(&self, key: &K) -> Result<Option<Vec<V>>> {
        let mut room = self.percpu_room()?;
        // SAFETY: the room has `round_up(value_size, 8)` bytes for each possible CPU.
        let result = unsafe { imports::bpf_map_lookup_elem(self.handle.fd, address(key), room.as_mut_ptr() as usize) };
        let step = words::<V>() * 8;
        let bytes: &[u8] = room.as_slice().as_flat_bytes();
        Ok(self.found("look up in map", result)?.then(|| bytes.chunks(step).filter_map(V::from_bytes).collect()))
    }

    /// Sets the values of a key, one for each possible CPU.
    ///
    /// # Errors
    ///
    /// EINVAL for another number of values, or for a map that is not per-CPU.
    pub fn update_percpu(&self, key: &K, values: &[V], flags: UpdateFlags) -> Result<()> {
        let mut room = self.percpu_room()?;
        if values.len() * words::<V>() != room.len() {
            return Err(Error::new("set per-CPU values: one for each possible CPU is needed", "EINVAL"));
        }
        for (place, value) in room.chunks_mut(words::<V>()).zip(values) {
            // SAFETY: a place has at least the size of a value.
            unsafe { place.as_mut_ptr().cast::<V>().write_unaligned(*value) };
        }
        // SAFETY: as in `lookup_percpu`.
        let result =
            unsafe { imports::bpf_map_update_elem(self.handle.fd, address(key), room.as_ptr() as usize, flags as i64) };
        checked_for("update map", &self.handle.name, result.into())?;
        Ok(())
    }

    /// The keys. An element that programs add or remove meanwhile may be missing, or come twice.
    pub fn keys(&self) -> Keys<'_, 'o, K, V> {
        Keys { map: self, last: None, ended: false }
    }

    /// The keys with their values, without those that were removed since their key was read.
    pub fn iter(&self) -> impl Iterator<Item = Result<(K, V)>> + '_ {
        self.keys().filter_map(move |key| match key.and_then(|key| Ok((key, self.lookup(&key)?))) {
            Ok((key, Some(value))) => Some(Ok((key, value))),
            Ok((_, None)) => None,
            Err(error) => Some(Err(error)),
        })
    }

    fn found(&self, verb: &str, result: i32) -> Result<bool> {
        if result < 0 && linux_errno(-i64::from(result)) == ENOENT {
            crate::messages::take();
            return Ok(false);
        }
        checked_for(verb, &self.handle.name, result.into())?;
        Ok(true)
    }

    fn check_single(&self, verb: &str) -> Result<()> {
        if self.handle.is_per_cpu() {
            return Err(Error::new(alloc::format!("{verb} \"{}\": it is per-CPU", self.handle.name), "EINVAL"));
        }
        Ok(())
    }

    fn percpu_room(&self) -> Result<Vec<u64>> {
        if !self.handle.is_per_cpu() {
            return Err(Error::new(alloc::format!("use map \"{}\": it is not per-CPU", self.handle.name), "EINVAL"));
        }
        Ok(alloc::vec![0; words::<V>() * num_possible_cpus()?])
    }
}

fn address<T>(value: &T) -> usize {
    value as *const T as usize
}

/// The number of 8-byte words of a value in a per-CPU map.
fn words<V>() -> usize {
    (size_of::<V>() + 7) / 8
}

trait FlatBytes {
    fn as_flat_bytes(&self) -> &[u8];
}

impl FlatBytes for [u64] {
    fn as_flat_bytes(&self) -> &[u8] {
        // SAFETY: words are bytes.
        unsafe { core::slice::from_raw_parts(self.as_ptr().cast(), self.len() * 8) }
    }
}

/// See [`Map::keys`].
#[derive(Debug)]
pub struct Keys<'m, 'o, K, V> {
    map: &'m Map<'o, K, V>,
    last: Option<K>,
    ended: bool,
}

impl<K: Pod, V: Pod> Iterator for Keys<'_, '_, K, V> {
    type Item = Result<K>;

    fn next(&mut self) -> Option<Result<K>> {
        if self.ended {
            return None;
        }
        let mut next = K::zeroed();
        let last = self.last.as_ref().map_or(0, address);
        // SAFETY: both keys have the map's size; 0 gives the first key.
        let result = unsafe { imports::bpf_map_get_next_key(self.map.handle.fd, last, &mut next as *mut K as usize) };
        match self.map.found("walk map", result) {
            Ok(true) => {
                self.last = Some(next);
                Some(Ok(next))
            }
            Ok(false) => {
                self.ended = true;
                None
            }
            Err(error) => {
                self.ended = true;
                Some(Err(error))
            }
        }
    }
}

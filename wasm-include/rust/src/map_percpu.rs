// SPDX-License-Identifier: MIT
use crate::error::checked_for;
use crate::map::key_address;
use crate::{imports, num_possible_cpus, Error, Map, Pod, Result, UpdateFlags};
use alloc::vec::Vec;
use core::mem::size_of;

/// Maps whose elements have a value for each possible CPU.
impl<K: Pod, V: Pod> Map<'_, K, V> {
    /// The values of a key, one for each possible CPU; `None` if there is none.
    ///
    /// # Errors
    ///
    /// EINVAL for a map that is not per-CPU.
    pub fn lookup_percpu(&self, key: &K) -> Result<Option<Vec<V>>> {
        let mut room = self.percpu_room()?;
        // SAFETY: the room has `round_up(value_size, 8)` bytes for each possible CPU.
        let result =
            unsafe { imports::bpf_map_lookup_elem(self.handle.fd(), key_address(key), room.as_mut_ptr() as usize) };
        let step = words::<V>() * 8;
        let bytes = bytes_of(&room);
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
        let result = unsafe {
            imports::bpf_map_update_elem(self.handle.fd(), key_address(key), room.as_ptr() as usize, flags as i64)
        };
        checked_for("update map", self.handle.name(), result.into())?;
        Ok(())
    }

    /// The keys with their values, one for each possible CPU, without those that were removed since their key was read.
    pub fn iter_percpu(&self) -> impl Iterator<Item = Result<(K, Vec<V>)>> + '_ {
        self.keys().filter_map(move |key| match key.and_then(|key| Ok((key, self.lookup_percpu(&key)?))) {
            Ok((key, Some(values))) => Some(Ok((key, values))),
            Ok((_, None)) => None,
            Err(error) => Some(Err(error)),
        })
    }

    fn percpu_room(&self) -> Result<Vec<u64>> {
        if !self.handle.map_type().is_percpu() {
            return Err(Error::new(alloc::format!("use map \"{}\": it is not per-CPU", self.handle.name()), "EINVAL"));
        }
        Ok(alloc::vec![0; words::<V>() * num_possible_cpus()?])
    }
}

/// The number of 8-byte words of a value in a per-CPU map.
fn words<V>() -> usize {
    (size_of::<V>() + 7) / 8
}

fn bytes_of(words: &[u64]) -> &[u8] {
    // SAFETY: words are bytes.
    unsafe { core::slice::from_raw_parts(words.as_ptr().cast(), words.len() * 8) }
}

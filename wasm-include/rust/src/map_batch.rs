// SPDX-License-Identifier: MIT
use crate::error::{checked_for, linux_errno};
use crate::{imports, Error, Map, Pod, Result, UpdateFlags};
use alloc::vec::Vec;
use core::mem::size_of;

const ENOENT: i32 = 2;
const ENOSPC: i32 = 28;

/// `struct bpf_map_batch_opts`.
#[repr(C)]
struct BatchOptions {
    size: u64,
    elem_flags: u64,
    flags: u64,
}

impl BatchOptions {
    fn new(flags: UpdateFlags) -> Self {
        BatchOptions { size: size_of::<BatchOptions>() as u64, elem_flags: flags as u64, flags: 0 }
    }
}

/// Many elements in one call: hash tables, arrays and tries (Linux 5.6), but not per-CPU.
impl<'o, K: Pod, V: Pod> Map<'o, K, V> {
    /// All elements, in batches of up to `count`. A batch grows if the kernel needs more room for it.
    pub fn lookup_batch(&self, count: u32) -> Batches<'_, 'o, K, V> {
        Batches { map: self, count, cursor: None, deletes: false, ended: false }
    }

    /// As [`Map::lookup_batch`], and removes the elements.
    pub fn lookup_and_delete_batch(&self, count: u32) -> Batches<'_, 'o, K, V> {
        Batches { map: self, count, cursor: None, deletes: true, ended: false }
    }

    /// Sets the values of many keys.
    ///
    /// # Errors
    ///
    /// EINVAL for another number of values than of keys; the error of the first element that cannot be set.
    pub fn update_batch(&self, keys: &[K], values: &[V], flags: UpdateFlags) -> Result<()> {
        self.check_single("update map")?;
        if keys.len() != values.len() {
            return Err(Error::new("update a batch: each key needs a value", "EINVAL"));
        }
        let mut count = keys.len() as u32;
        let options = BatchOptions::new(flags);
        // SAFETY: there are `count` keys and values of the map's sizes.
        let result = unsafe {
            imports::bpf_map_update_batch(
                self.handle.fd(),
                keys.as_ptr() as usize,
                values.as_ptr() as usize,
                &mut count as *mut u32 as usize,
                &options as *const BatchOptions as usize,
            )
        };
        checked_for("update map", self.handle.name(), result.into())?;
        Ok(())
    }

    /// Removes many keys.
    ///
    /// # Errors
    ///
    /// ENOENT if one does not exist; those before it are removed.
    pub fn delete_batch(&self, keys: &[K]) -> Result<()> {
        let mut count = keys.len() as u32;
        let options = BatchOptions::new(UpdateFlags::Any);
        // SAFETY: there are `count` keys of the map's size.
        let result = unsafe {
            imports::bpf_map_delete_batch(
                self.handle.fd(),
                keys.as_ptr() as usize,
                &mut count as *mut u32 as usize,
                &options as *const BatchOptions as usize,
            )
        };
        checked_for("delete from map", self.handle.name(), result.into())?;
        Ok(())
    }
}

/// See [`Map::lookup_batch`].
#[derive(Debug)]
pub struct Batches<'m, 'o, K, V> {
    map: &'m Map<'o, K, V>,
    count: u32,
    /// The kernel's place in the map: a key, or a number of 4 bytes.
    cursor: Option<Vec<u8>>,
    deletes: bool,
    ended: bool,
}

impl<K: Pod, V: Pod> Batches<'_, '_, K, V> {
    /// Up to `self.count` elements. ENOENT is the end, and can come with elements.
    fn read(&mut self) -> Result<Vec<(K, V)>> {
        let room = self.count as usize;
        let (mut keys, mut values) = (alloc::vec![K::zeroed(); room], alloc::vec![V::zeroed(); room]);
        let mut count = self.count;
        let mut next = alloc::vec![0_u8; size_of::<K>().max(8)];
        let options = BatchOptions::new(UpdateFlags::Any);
        let call = match self.deletes {
            true => imports::bpf_map_lookup_and_delete_batch,
            false => imports::bpf_map_lookup_batch,
        };
        // SAFETY: there is room for `count` keys and values, and for a cursor.
        let result = unsafe {
            call(
                self.map.handle.fd(),
                self.cursor.as_ref().map_or(0, |cursor| cursor.as_ptr() as usize),
                next.as_mut_ptr() as usize,
                keys.as_mut_ptr() as usize,
                values.as_mut_ptr() as usize,
                &mut count as *mut u32 as usize,
                &options as *const BatchOptions as usize,
            )
        };
        self.ended = result < 0 && linux_errno(-i64::from(result)) == ENOENT;
        if !self.ended {
            checked_for("walk map", self.map.handle.name(), result.into())?;
        }
        self.cursor = Some(next);
        crate::messages::take();
        Ok(keys.into_iter().zip(values).take(count as usize).collect())
    }
}

impl<K: Pod, V: Pod> Iterator for Batches<'_, '_, K, V> {
    type Item = Result<Vec<(K, V)>>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            match self.read() {
                Ok(elements) if elements.is_empty() => {}
                // A bucket of the hash table has more elements.
                Err(error) if error.errno() == ENOSPC && self.count < 1 << 20 => self.count *= 2,
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error));
                }
                elements => return Some(elements),
            }
        }
        None
    }
}

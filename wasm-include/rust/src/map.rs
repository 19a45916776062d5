// SPDX-License-Identifier: MIT
use crate::error::{checked_for, linux_errno};
use crate::{imports, Error, MapHandle, Pod, Result};
use core::convert::TryFrom;
use core::marker::PhantomData;
use core::mem::size_of;
use core::ops::Deref;

const ENOENT: i32 = 2;

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

/// A map with keys `K` and values `V`. It dereferences to its [`MapHandle`], for example as the array of a perf buffer.
#[derive(Debug)]
pub struct Map<'o, K, V> {
    pub(crate) handle: MapHandle<'o>,
    types: PhantomData<(K, V)>,
}

impl<'o, K: Pod, V: Pod> Map<'o, K, V> {
    pub(crate) fn new(handle: MapHandle<'o>) -> Result<Self> {
        if handle.key_size != size_of::<K>() || handle.value_size != size_of::<V>() {
            return Err(Error::new(
                alloc::format!(
                    "use map \"{}\" with keys of {} and values of {} bytes, since it has {} and {}",
                    handle.name(),
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

    /// The value of a key; `None` if there is none. In a queue or a stack, the next element, which stays.
    ///
    /// # Errors
    ///
    /// EINVAL for a per-CPU map, see [`Map::lookup_percpu`].
    pub fn lookup(&self, key: &K) -> Result<Option<V>> {
        self.check_single("look up in map")?;
        let mut value = V::zeroed();
        // SAFETY: the map's keys and values have the sizes of `K` and `V`.
        let result =
            unsafe { imports::bpf_map_lookup_elem(self.handle.fd(), key_address(key), &mut value as *mut V as usize) };
        Ok(self.found("look up in map", result)?.then_some(value))
    }

    /// The value of a key, which is removed. The key of a queue or a stack is `()`: it returns the next element.
    pub fn lookup_and_delete(&self, key: &K) -> Result<Option<V>> {
        self.check_single("take from map")?;
        let mut value = V::zeroed();
        // SAFETY: as in `lookup`.
        let result = unsafe {
            imports::bpf_map_lookup_and_delete_elem(self.handle.fd(), key_address(key), &mut value as *mut V as usize)
        };
        Ok(self.found("take from map", result)?.then_some(value))
    }

    /// Sets the value of a key.
    ///
    /// # Errors
    ///
    /// EEXIST or ENOENT as `flags` say; E2BIG if the map is full.
    pub fn update(&self, key: &K, value: &V, flags: UpdateFlags) -> Result<()> {
        self.check_single("update map")?;
        // SAFETY: as in `lookup`.
        let result =
            unsafe { imports::bpf_map_update_elem(self.handle.fd(), key_address(key), address(value), flags as i64) };
        checked_for("update map", self.handle.name(), result.into())?;
        Ok(())
    }

    /// True if the value was probably added to the bloom filter; false if it certainly was not.
    pub fn lookup_bloom_filter(&self, value: &V) -> Result<bool> {
        // SAFETY: the kernel reads the value, and writes nothing.
        let result = unsafe { imports::bpf_map_lookup_elem(self.handle.fd(), 0, address(value)) };
        self.found("look up in map", result)
    }

    /// Removes a key. Returns false if there is none.
    pub fn delete(&self, key: &K) -> Result<bool> {
        // SAFETY: as in `lookup`.
        let result = unsafe { imports::bpf_map_delete_elem(self.handle.fd(), key_address(key)) };
        self.found("delete from map", result)
    }

    /// The keys. An element that programs add or remove meanwhile may be missing, or come twice. The key that was returned last may be
    /// deleted: the next one is already known.
    pub fn keys(&self) -> Keys<'_, 'o, K, V> {
        Keys { map: self, next: None, state: State::New }
    }

    /// The keys with their values, without those that were removed since their key was read.
    pub fn iter(&self) -> impl Iterator<Item = Result<(K, V)>> + '_ {
        self.keys().filter_map(move |key| match key.and_then(|key| Ok((key, self.lookup(&key)?))) {
            Ok((key, Some(value))) => Some(Ok((key, value))),
            Ok((_, None)) => None,
            Err(error) => Some(Err(error)),
        })
    }

    pub(crate) fn found(&self, verb: &str, result: i32) -> Result<bool> {
        if result < 0 && linux_errno(-i64::from(result)) == ENOENT {
            crate::messages::take();
            return Ok(false);
        }
        checked_for(verb, self.handle.name(), result.into())?;
        Ok(true)
    }

    pub(crate) fn check_single(&self, verb: &str) -> Result<()> {
        if self.handle.map_type().is_percpu() {
            return Err(Error::new(alloc::format!("{verb} \"{}\": it is per-CPU", self.handle.name()), "EINVAL"));
        }
        Ok(())
    }
}

pub(crate) fn address<T>(value: &T) -> usize {
    value as *const T as usize
}

/// 0 for maps without keys.
pub(crate) fn key_address<K>(key: &K) -> usize {
    if size_of::<K>() == 0 {
        0
    } else {
        address(key)
    }
}

impl<'o, K, V> Deref for Map<'o, K, V> {
    type Target = MapHandle<'o>;

    fn deref(&self) -> &MapHandle<'o> {
        &self.handle
    }
}

impl<'o, K: Pod, V: Pod> TryFrom<MapHandle<'o>> for Map<'o, K, V> {
    type Error = Error;

    fn try_from(handle: MapHandle<'o>) -> Result<Self> {
        Map::new(handle)
    }
}

/// See [`Map::keys`].
#[derive(Debug)]
pub struct Keys<'m, 'o, K, V> {
    map: &'m Map<'o, K, V>,
    /// The key that comes next.
    next: Option<Result<K>>,
    state: State,
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    New,
    Walking,
    Ended,
}

impl<K: Pod, V: Pod> Keys<'_, '_, K, V> {
    fn key_after(&self, last: Option<&K>) -> Option<Result<K>> {
        let mut next = K::zeroed();
        let last = last.map_or(0, address);
        // SAFETY: both keys have the map's size; 0 gives the first key.
        let result = unsafe { imports::bpf_map_get_next_key(self.map.handle.fd(), last, &mut next as *mut K as usize) };
        match self.map.found("walk map", result) {
            Ok(true) => Some(Ok(next)),
            Ok(false) => None,
            Err(error) => Some(Err(error)),
        }
    }
}

impl<K: Pod, V: Pod> Iterator for Keys<'_, '_, K, V> {
    type Item = Result<K>;

    fn next(&mut self) -> Option<Result<K>> {
        let current = match self.state {
            State::New => self.key_after(None),
            State::Walking => self.next.take(),
            State::Ended => None,
        };
        self.state = State::Walking;
        match &current {
            Some(Ok(key)) => self.next = self.key_after(Some(key)),
            _ => self.state = State::Ended,
        }
        current
    }
}

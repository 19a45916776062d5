// SPDX-License-Identifier: MIT
use crate::error::checked_for;
use crate::object::c_string;
use crate::{imports, MapHandle, MapType, OpenObject, Result};
use alloc::string::{String, ToString};
use core::marker::PhantomData;

/// A map before load.
#[derive(Debug)]
pub struct OpenMap<'o> {
    handle: usize,
    name: String,
    object: PhantomData<&'o OpenObject>,
}

impl OpenMap<'_> {
    pub(crate) fn new(handle: usize, name: &str) -> Self {
        OpenMap { handle, name: name.to_string(), object: PhantomData }
    }

    fn set(&self, result: i32) -> Result<()> {
        checked_for("set map", &self.name, result.into())?;
        Ok(())
    }

    /// The number of entries; the bytes of a ring buffer.
    pub fn max_entries(&self) -> u32 {
        // SAFETY: the handle is the host's.
        unsafe { imports::bpf_map__max_entries(self.handle) as u32 }
    }

    /// Sets the number of entries; the bytes of a ring buffer, which libbpf rounds up.
    ///
    /// # Errors
    ///
    /// EINVAL for a map of variables.
    pub fn set_max_entries(&self, count: u32) -> Result<()> {
        // SAFETY: the handle is the host's.
        self.set(unsafe { imports::bpf_map__set_max_entries(self.handle, count as i32) })
    }

    /// Sets the type, such as a hash table that forgets its oldest entries.
    pub fn set_type(&self, map_type: MapType) -> Result<()> {
        // SAFETY: as above.
        self.set(unsafe { imports::bpf_map__set_type(self.handle, u32::from(map_type) as i32) })
    }

    /// Sets the bytes of a key.
    pub fn set_key_size(&self, size: u32) -> Result<()> {
        // SAFETY: as above.
        self.set(unsafe { imports::bpf_map__set_key_size(self.handle, size as i32) })
    }

    /// Sets the bytes of a value. The section of an array at its end can grow so.
    pub fn set_value_size(&self, size: u32) -> Result<()> {
        // SAFETY: as above.
        self.set(unsafe { imports::bpf_map__set_value_size(self.handle, size as i32) })
    }

    /// Sets the BPF_F_... flags.
    pub fn set_map_flags(&self, flags: u32) -> Result<()> {
        // SAFETY: as above.
        self.set(unsafe { imports::bpf_map__set_map_flags(self.handle, flags as i32) })
    }

    /// Sets what depends on the type, such as the number of hash functions of a bloom filter.
    pub fn set_map_extra(&self, extra: u64) -> Result<()> {
        // SAFETY: as above.
        self.set(unsafe { imports::bpf_map__set_map_extra(self.handle, extra as i64) })
    }

    /// For a map of maps: sets a map like those that it will contain.
    pub fn set_inner_map(&self, inner: &MapHandle<'_>) -> Result<()> {
        // SAFETY: as above.
        self.set(unsafe { imports::bpf_map__set_inner_map_fd(self.handle, inner.fd()) })
    }

    /// Registers a map of struct_ops in [`crate::Object::attach`], or not.
    pub fn set_autoattach(&self, attaches: bool) -> Result<()> {
        // SAFETY: as above.
        self.set(unsafe { imports::bpf_map__set_autoattach(self.handle, attaches.into()) })
    }

    /// Leaves the map out of the kernel, if no loaded program uses it.
    pub fn set_autocreate(&self, creates: bool) -> Result<()> {
        // SAFETY: as above.
        self.set(unsafe { imports::bpf_map__set_autocreate(self.handle, creates.into()) })
    }

    /// Uses another map, of the same shape, instead of a new one.
    pub fn reuse(&self, map: &MapHandle<'_>) -> Result<()> {
        // SAFETY: as above.
        self.set(unsafe { imports::bpf_map__reuse_fd(self.handle, map.fd()) })
    }

    /// Uses the map that is pinned at a path, instead of a new one.
    pub fn reuse_pinned_map(&self, path: &str) -> Result<()> {
        self.reuse(&MapHandle::from_pinned_path(path)?)
    }

    /// Sets the path at which load pins the map. If a map is pinned there already, load uses it.
    pub fn set_pin_path(&self, path: &str) -> Result<()> {
        let path = c_string(path)?;
        // SAFETY: the path ends with a NUL.
        self.set(unsafe { imports::bpf_map__set_pin_path(self.handle, path.as_ptr() as usize) })
    }
}

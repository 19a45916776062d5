// SPDX-License-Identifier: MIT
use crate::error::{checked, checked_for};
use crate::{
    imports, messages, Constants, Error, Link, Map, MapHandle, MapType, ObjectBuilder, OpenObject, Pod, Program, Result,
};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The text, with a NUL at its end.
pub(crate) fn c_string(text: &str) -> Result<Vec<u8>> {
    if text.as_bytes().contains(&0) {
        return Err(Error::new("use a name with a NUL", "EINVAL"));
    }
    let mut bytes = Vec::with_capacity(text.len() + 1);
    bytes.extend_from_slice(text.as_bytes());
    bytes.push(0);
    Ok(bytes)
}

const MAX_TEXT: usize = 4096;

/// A text of a map or a program. `read` gets its handle, room and the size of the room.
pub(crate) fn read_text(handle: usize, read: unsafe extern "C" fn(usize, usize, usize) -> i32) -> String {
    let mut bytes = alloc::vec![0_u8; MAX_TEXT];
    // SAFETY: the room is there.
    unsafe { read(handle, bytes.as_mut_ptr() as usize, bytes.len()) };
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).to_string()
}

/// Closes the object when it is dropped.
#[derive(Debug)]
pub(crate) struct Handle(pub(crate) usize);

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: the handle is the host's, and is used no more.
        unsafe { imports::bpf_object__close(self.0) };
    }
}

impl Handle {
    pub(crate) fn find(&self, kind: Kind, name: &str) -> Result<usize> {
        let text = c_string(name)?;
        let find = match kind {
            Kind::Map => imports::bpf_object__find_map_by_name,
            Kind::Program => imports::bpf_object__find_program_by_name,
        };
        // SAFETY: the name ends with a NUL.
        let found = unsafe { find(self.0, text.as_ptr() as usize) };
        let verb = match kind {
            Kind::Map => "find map",
            Kind::Program => "find program",
        };
        match checked_for(verb, name, found as i64)? {
            0 => Err(Error::new(alloc::format!("{verb} \"{name}\""), "ENOENT")),
            found => Ok(found as usize),
        }
    }

    pub(crate) fn all(&self, kind: Kind) -> Vec<usize> {
        let next = match kind {
            Kind::Map => imports::bpf_object__next_map,
            Kind::Program => imports::bpf_object__next_program,
        };
        let mut found = Vec::new();
        loop {
            // SAFETY: both are handles of the host, or 0.
            let part = unsafe { next(self.0, found.last().copied().unwrap_or(0)) };
            if part <= 0 {
                return found;
            }
            found.push(part as usize);
        }
    }
}

#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Map,
    Program,
}

/// An object in the kernel. Dropping it closes its maps; links detach their programs when they are dropped.
#[derive(Debug)]
pub struct Object {
    pub(crate) handle: Handle,
}

impl Object {
    /// Opens an object: the bytes of an ELF file. [`ObjectBuilder`] has options.
    ///
    /// # Errors
    ///
    /// EINVAL, or one of libbpf's own numbers, if it is damaged.
    pub fn open(bytes: &[u8]) -> Result<OpenObject> {
        ObjectBuilder::default().open_memory(bytes)
    }

    /// A map with keys `K` and values `V`. Queues, stacks and bloom filters have the key `()`.
    ///
    /// # Errors
    ///
    /// ENOENT if there is no such map; EINVAL if its keys or values have another size.
    pub fn map<K: Pod, V: Pod>(&self, name: &str) -> Result<Map<'_, K, V>> {
        Map::new(self.map_handle(name)?)
    }

    /// A map of any type, as buffers need it.
    ///
    /// # Errors
    ///
    /// ENOENT if there is no such map.
    pub fn map_handle(&self, name: &str) -> Result<MapHandle<'_>> {
        MapHandle::new(self.handle.find(Kind::Map, name)?, name)
    }

    /// All maps that are in the kernel, with those of variables.
    pub fn maps(&self) -> Vec<MapHandle<'_>> {
        let handles = self.handle.all(Kind::Map).into_iter();
        handles.filter_map(|handle| MapHandle::new(handle, &read_text(handle, imports::bpf_map__name)).ok()).collect()
    }

    /// A program.
    ///
    /// # Errors
    ///
    /// ENOENT if there is no such program.
    pub fn program(&self, name: &str) -> Result<Program<'_>> {
        Ok(Program::new(self.handle.find(Kind::Program, name)?))
    }

    /// All programs.
    pub fn programs(&self) -> Vec<Program<'_>> {
        self.handle.all(Kind::Program).into_iter().map(Program::new).collect()
    }

    /// A copy of the values of a section that does not change any more: `.kconfig` and `.rodata`. `map` is the name of its map.
    ///
    /// # Errors
    ///
    /// ENOENT if there is no such map; EINVAL if the section has another size than `T`.
    pub fn constants<T: Pod>(&self, map: &str) -> Result<Constants<T>> {
        Constants::of(self.handle.find(Kind::Map, map)?, map)
    }

    /// Attaches all programs whose section says where, and all maps of struct_ops. Each is detached when its link is dropped.
    ///
    /// # Errors
    ///
    /// The error of the first that cannot be attached. Those before it are detached again.
    pub fn attach(&self) -> Result<Vec<Link>> {
        let mut links = Vec::new();
        for program in self.programs() {
            links.extend(program.attach_auto()?);
        }
        for map in self.maps() {
            if map.map_type() == MapType::StructOps {
                links.extend(self.attach_struct_ops(map.name())?);
            }
        }
        Ok(links)
    }

    /// Registers a map of struct_ops with the kernel, until the link is dropped. `None` if the map was not created, or is not to be
    /// attached.
    pub fn attach_struct_ops(&self, map: &str) -> Result<Option<Link>> {
        let handle = self.handle.find(Kind::Map, map)?;
        // SAFETY: the handle is the host's.
        if unsafe { imports::bpf_map__fd(handle) < 0 || imports::bpf_map__autoattach(handle) == 0 } {
            messages::take();
            return Ok(None);
        }
        MapHandle::new(handle, map)?.attach_struct_ops().map(Some)
    }

    /// A copy of the object's BTF, for a crate that reads it.
    pub fn btf(&self) -> Result<Vec<u8>> {
        // SAFETY: without room, the call returns the size.
        let size = checked("read BTF", unsafe { imports::bpf_object__btf(self.handle.0, 0, 0) } as i64)? as usize;
        let mut bytes = alloc::vec![0_u8; size];
        // SAFETY: the room is there.
        let result = unsafe { imports::bpf_object__btf(self.handle.0, bytes.as_mut_ptr() as usize, size) };
        checked("read BTF", result as i64)?;
        Ok(bytes)
    }
}

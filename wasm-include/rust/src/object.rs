// SPDX-License-Identifier: MIT
use crate::error::{checked, checked_for};
use crate::{imports, messages, Error, Link, Map, MapHandle, Pod, Program, Result, Variables};
use alloc::vec::Vec;
use core::marker::PhantomData;
use core::mem::size_of;

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

/// Closes the object when it is dropped.
#[derive(Debug)]
struct Handle(usize);

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: the handle is the host's, and is used no more.
        unsafe { imports::bpf_object__close(self.0) };
    }
}

impl Handle {
    fn find(&self, kind: Kind, name: &str) -> Result<usize> {
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

    fn all(&self, kind: Kind) -> Vec<usize> {
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
enum Kind {
    Map,
    Program,
}

/// `struct bpf_object_open_opts`, up to `object_name`, in the layout of 64-bit machines.
#[repr(C)]
struct OpenOptions {
    size: u64,
    object_name: u64,
}

/// An object that is not in the kernel yet. Its maps and variables can still be changed.
#[derive(Debug)]
pub struct OpenObject {
    handle: Handle,
}

impl OpenObject {
    /// A map, to change its definition before load.
    ///
    /// # Errors
    ///
    /// ENOENT if the object has no map of this name.
    pub fn map(&self, name: &str) -> Result<OpenMap<'_>> {
        Ok(OpenMap { handle: self.handle.find(Kind::Map, name)?, object: PhantomData })
    }

    /// A program, to change how it is loaded.
    ///
    /// # Errors
    ///
    /// ENOENT if the object has no program of this name.
    pub fn program(&self, name: &str) -> Result<OpenProgram<'_>> {
        Ok(OpenProgram { handle: self.handle.find(Kind::Program, name)?, object: PhantomData })
    }

    /// A copy of the variables in a section, which skeletons have as a field. `map` is the name of its map: "x.bss".
    ///
    /// # Errors
    ///
    /// ENOENT if there is no such map; EINVAL if the section has another size than `T`.
    pub fn variables<T: Pod>(&self, map: &str) -> Result<Variables<T>> {
        let handle = self.handle.find(Kind::Map, map)?;
        let mut value = alloc::boxed::Box::new(T::zeroed());
        let size = size_of::<T>();
        // SAFETY: `size` bytes are at the address.
        let found = unsafe { imports::bpf_map__initial_value(handle, &mut *value as *mut T as usize, size) };
        if checked_for("read variables of", map, found as i64)? as usize != size {
            return Err(Error::new(alloc::format!("read variables of \"{map}\""), "EINVAL"));
        }
        Ok(Variables { handle, value })
    }

    /// Loads the maps and programs into the kernel.
    ///
    /// # Errors
    ///
    /// The error of the kernel, with the verifier's messages in [`Error::log`]; EPERM also if the host's policy refuses a program.
    pub fn load(self) -> Result<Object> {
        // SAFETY: the handle is the host's.
        let result = unsafe { imports::bpf_object__load(self.handle.0) };
        checked("load the object", result.into())?;
        Ok(Object { handle: self.handle })
    }
}

/// A map before load.
#[derive(Debug)]
pub struct OpenMap<'o> {
    handle: usize,
    object: PhantomData<&'o OpenObject>,
}

impl OpenMap<'_> {
    /// Sets the number of entries; the bytes of a ring buffer.
    pub fn set_max_entries(&self, count: u32) -> Result<()> {
        // SAFETY: the handle is the host's.
        checked(
            "set the size of a map",
            unsafe { imports::bpf_map__set_max_entries(self.handle, count as i32) }.into(),
        )?;
        Ok(())
    }

    /// Leaves the map out of the kernel, if no loaded program uses it.
    pub fn set_autocreate(&self, creates: bool) -> Result<()> {
        // SAFETY: as above.
        checked("set a map", unsafe { imports::bpf_map__set_autocreate(self.handle, creates.into()) }.into())?;
        Ok(())
    }
}

/// A program before load.
#[derive(Debug)]
pub struct OpenProgram<'o> {
    handle: usize,
    object: PhantomData<&'o OpenObject>,
}

impl OpenProgram<'_> {
    /// Loads the program with the object, or not.
    pub fn set_autoload(&self, loads: bool) -> Result<()> {
        // SAFETY: the handle is the host's.
        checked("set a program", unsafe { imports::bpf_program__set_autoload(self.handle, loads.into()) }.into())?;
        Ok(())
    }

    /// Sets the function that a program of tracing or LSM attaches to.
    pub fn set_attach_target(&self, function: &str) -> Result<()> {
        let name = c_string(function)?;
        // SAFETY: the name ends with a NUL.
        let result = unsafe { imports::bpf_program__set_attach_target(self.handle, 0, name.as_ptr() as usize) };
        checked_for("set the target", function, result.into())?;
        Ok(())
    }
}

/// An object in the kernel. Dropping it detaches its programs and closes its maps.
#[derive(Debug)]
pub struct Object {
    handle: Handle,
}

impl Object {
    /// Opens an object: the bytes of an ELF file.
    ///
    /// # Errors
    ///
    /// EINVAL, or one of libbpf's own numbers, if it is damaged.
    pub fn open(bytes: &[u8]) -> Result<OpenObject> {
        Object::open_named(bytes, "object")
    }

    /// As [`Object::open`], with the name that the maps of its variables begin with: "name.bss".
    pub fn open_named(bytes: &[u8], name: &str) -> Result<OpenObject> {
        messages::listen();
        let text = c_string(name)?;
        let options = OpenOptions { size: size_of::<OpenOptions>() as u64, object_name: text.as_ptr() as usize as u64 };
        // SAFETY: the addresses and sizes are those of living values.
        let handle = unsafe {
            imports::bpf_object__open_mem(bytes.as_ptr() as usize, bytes.len(), &options as *const OpenOptions as usize)
        };
        Ok(OpenObject { handle: Handle(checked_for("open object", name, handle as i64)? as usize) })
    }

    /// A map with keys `K` and values `V`. Queues and stacks have the key `()`.
    ///
    /// # Errors
    ///
    /// ENOENT if there is no such map; EINVAL if its keys or values have another size.
    pub fn map<K: Pod, V: Pod>(&self, name: &str) -> Result<Map<'_, K, V>> {
        Map::new(self.map_handle(name)?, name)
    }

    /// A map of any type, as buffers need it.
    ///
    /// # Errors
    ///
    /// ENOENT if there is no such map.
    pub fn map_handle(&self, name: &str) -> Result<MapHandle<'_>> {
        MapHandle::new(self.handle.find(Kind::Map, name)?, name)
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

    /// Attaches all programs whose section says where. Each is detached when its link is dropped.
    ///
    /// # Errors
    ///
    /// The error of the first program that cannot be attached. Those before it are detached again.
    pub fn attach(&self) -> Result<Vec<Link>> {
        let mut links = Vec::new();
        for program in self.programs() {
            if program.is_loaded() {
                links.extend(program.attach_if_possible()?);
            }
        }
        Ok(links)
    }
}

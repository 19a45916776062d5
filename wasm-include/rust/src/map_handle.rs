// SPDX-License-Identifier: MIT
use crate::descriptor::Descriptor;
use crate::error::checked_for;
use crate::object::{c_string, read_text};
use crate::{imports, Link, MapType, Result, Text};
use alloc::string::{String, ToString};
use core::marker::PhantomData;
use core::mem::size_of;

/// A map of any type: of an object, created, or opened where it is pinned.
#[derive(Debug)]
pub struct MapHandle<'o> {
    name: String,
    map_type: MapType,
    pub(crate) key_size: usize,
    pub(crate) value_size: usize,
    max_entries: u32,
    place: Place,
    object: PhantomData<&'o crate::Object>,
}

#[derive(Debug)]
enum Place {
    /// The number of its descriptor, which belongs to the object, and the host's handle for it.
    Object { fd: i32, handle: usize },
    /// It is closed with this.
    Own(Descriptor),
}

/// Options of [`MapHandle::create`]: a part of `struct bpf_map_create_opts`.
#[derive(Debug, Clone, Copy, Default)]
pub struct MapCreateOpts {
    /// BPF_F_... flags.
    pub map_flags: u32,
    /// For a map of maps: the descriptor of a map like those that it will contain.
    pub inner_map_fd: Option<i32>,
    /// The number of hash functions of a bloom filter.
    pub map_extra: u64,
}

/// `struct bpf_map_create_opts`, in the layout of 64-bit machines.
#[repr(C)]
#[derive(Default)]
struct CreateOptions {
    size: u64,
    btf_fd: u32,
    btf_key_type_id: u32,
    btf_value_type_id: u32,
    btf_vmlinux_value_type_id: u32,
    inner_map_fd: u32,
    map_flags: u32,
    map_extra: u64,
    numa_node: u32,
    map_ifindex: u32,
    value_type_btf_obj_fd: i32,
    token_fd: u32,
}

/// `struct bpf_map_info`, up to its name.
#[repr(C)]
#[derive(Default)]
struct Info {
    map_type: u32,
    id: u32,
    key_size: u32,
    value_size: u32,
    max_entries: u32,
    map_flags: u32,
    name: Text<16>,
}

fn info_of(fd: i32, name: &str) -> Result<Info> {
    let mut info = Info::default();
    let mut size = size_of::<Info>() as u32;
    // SAFETY: the info has `size` bytes.
    let result =
        unsafe { imports::bpf_map_get_info_by_fd(fd, &mut info as *mut Info as usize, &mut size as *mut u32 as usize) };
    checked_for("use map", name, result.into())?;
    Ok(info)
}

impl MapHandle<'static> {
    /// Creates a map that belongs to no object, such as a map for a map of maps. Dropping the handle closes it.
    ///
    /// # Errors
    ///
    /// EINVAL for sizes that the type cannot have; the error of the kernel.
    pub fn create(
        map_type: MapType,
        name: &str,
        key_size: u32,
        value_size: u32,
        max_entries: u32,
        opts: &MapCreateOpts,
    ) -> Result<Self> {
        let text = c_string(name)?;
        let options = CreateOptions {
            size: size_of::<CreateOptions>() as u64,
            map_flags: opts.map_flags,
            inner_map_fd: opts.inner_map_fd.unwrap_or(0) as u32,
            map_extra: opts.map_extra,
            ..CreateOptions::default()
        };
        // SAFETY: the name ends with a NUL, and the options are a living value.
        let fd = unsafe {
            imports::bpf_map_create(
                u32::from(map_type) as i32,
                text.as_ptr() as usize,
                key_size as i32,
                value_size as i32,
                max_entries as i32,
                &options as *const CreateOptions as usize,
            )
        };
        MapHandle::own(fd, "create map", name)
    }

    /// Opens a map that is pinned. Dropping the handle closes it; it stays pinned.
    ///
    /// # Errors
    ///
    /// ENOENT if nothing is pinned there; EPERM if the host has no option `--pin` for the directory.
    pub fn from_pinned_path(path: &str) -> Result<Self> {
        let text = c_string(path)?;
        // SAFETY: the path ends with a NUL.
        let fd = unsafe { imports::bpf_obj_get(text.as_ptr() as usize) };
        MapHandle::own(fd, "open pinned map", path)
    }

    fn own(result: i32, verb: &str, noun: &str) -> Result<Self> {
        let descriptor = Descriptor::from_result(&alloc::format!("{verb} \"{noun}\""), result)?;
        let info = info_of(descriptor.number(), noun)?;
        Ok(MapHandle {
            name: info.name.to_string(),
            map_type: info.map_type.into(),
            key_size: info.key_size as usize,
            value_size: info.value_size as usize,
            max_entries: info.max_entries,
            place: Place::Own(descriptor),
            object: PhantomData,
        })
    }
}

impl MapHandle<'_> {
    pub(crate) fn new(handle: usize, name: &str) -> Result<Self> {
        // SAFETY: the handle is the host's.
        let fd = checked_for("use map", name, unsafe { imports::bpf_map__fd(handle) }.into())? as i32;
        // SAFETY: as above.
        unsafe {
            Ok(MapHandle {
                name: name.to_string(),
                map_type: (imports::bpf_map__type(handle) as u32).into(),
                key_size: imports::bpf_map__key_size(handle) as usize,
                value_size: imports::bpf_map__value_size(handle) as usize,
                max_entries: imports::bpf_map__max_entries(handle) as u32,
                place: Place::Object { fd, handle },
                object: PhantomData,
            })
        }
    }

    /// The number that names the map in other calls, and that is its value in a map of maps.
    pub fn fd(&self) -> i32 {
        match &self.place {
            Place::Object { fd, .. } => *fd,
            Place::Own(descriptor) => descriptor.number(),
        }
    }

    /// The name. The kernel keeps 15 characters of a map that no object of this guest has.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The type.
    pub fn map_type(&self) -> MapType {
        self.map_type
    }

    /// The bytes of a key; 0 for queues, stacks and bloom filters.
    pub fn key_size(&self) -> usize {
        self.key_size
    }

    /// The bytes of a value, for one CPU.
    pub fn value_size(&self) -> usize {
        self.value_size
    }

    /// The number of entries; the bytes of a ring buffer.
    pub fn max_entries(&self) -> u32 {
        self.max_entries
    }

    /// The number that the kernel has for the map. It is the value that a map of maps returns.
    pub fn id(&self) -> Result<u32> {
        Ok(info_of(self.fd(), &self.name)?.id)
    }

    /// Makes the map's values unchangeable from outside of the kernel.
    pub fn freeze(&self) -> Result<()> {
        // SAFETY: the number is the host's.
        checked_for("freeze map", &self.name, unsafe { imports::bpf_map_freeze(self.fd()) }.into())?;
        Ok(())
    }

    /// Pins the map at a path of a BPF file system, so that it outlives the guest.
    ///
    /// # Errors
    ///
    /// EPERM if the host has no option `--pin` for the directory; EEXIST if the path exists.
    pub fn pin(&self, path: &str) -> Result<()> {
        let text = c_string(path)?;
        let at = text.as_ptr() as usize;
        // SAFETY: the path ends with a NUL.
        let result = unsafe {
            match &self.place {
                Place::Object { handle, .. } => imports::bpf_map__pin(*handle, at),
                Place::Own(descriptor) => imports::bpf_obj_pin(descriptor.number(), at),
            }
        };
        checked_for("pin map", &self.name, result.into())?;
        Ok(())
    }

    /// Removes a path at which the object pinned this map.
    ///
    /// # Errors
    ///
    /// ENOENT if it is not pinned there, or is not a map of an object.
    pub fn unpin(&self, path: &str) -> Result<()> {
        let text = c_string(path)?;
        let handle = self.handle();
        // SAFETY: the path ends with a NUL.
        let result = unsafe { imports::bpf_map__unpin(handle, text.as_ptr() as usize) };
        checked_for("unpin map", &self.name, result.into())?;
        Ok(())
    }

    /// True if the object pinned the map.
    pub fn is_pinned(&self) -> bool {
        // SAFETY: the handle is the host's, or 0.
        self.handle() != 0 && unsafe { imports::bpf_map__is_pinned(self.handle()) } > 0
    }

    /// The path at which the object pins the map.
    pub fn pin_path(&self) -> Option<String> {
        match self.handle() {
            0 => None,
            handle => Some(read_text(handle, imports::bpf_map__pin_path)).filter(|path| !path.is_empty()),
        }
    }

    /// Registers a map of struct_ops with the kernel, until the link is dropped.
    pub fn attach_struct_ops(&self) -> Result<Link> {
        // SAFETY: the handle is the host's.
        let result = unsafe { imports::bpf_map__attach_struct_ops(self.handle()) };
        Link::from_result(&alloc::format!("attach map \"{}\"", self.name), result)
    }

    /// The host's handle; 0 for a map that belongs to no object.
    fn handle(&self) -> usize {
        match &self.place {
            Place::Object { handle, .. } => *handle,
            Place::Own(_) => 0,
        }
    }
}

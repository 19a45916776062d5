// SPDX-License-Identifier: MIT
use crate::error::checked_for;
use crate::object::{c_string, read_text, Handle, Kind};
use crate::{imports, messages, Object, OpenMap, Pod, Program, Result, Variables};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::mem::size_of;

/// `struct bpf_object_open_opts`, up to `btf_custom_path`, in the layout of 64-bit machines.
#[repr(C)]
#[derive(Default)]
struct OpenOptions {
    size: u64,
    object_name: u64,
    relaxed_maps: u64,
    pin_root_path: u64,
    reserved: u64,
    kconfig: u64,
    btf_custom_path: u64,
}

/// Options for opening an object.
#[derive(Debug, Clone, Default)]
pub struct ObjectBuilder {
    name: Option<String>,
    relaxed_maps: bool,
    pin_root_path: Option<String>,
    kconfig: Option<String>,
    btf_custom_path: Option<String>,
}

impl ObjectBuilder {
    /// Sets the name of the object, with which the maps of its variables begin: "name.bss".
    pub fn name(&mut self, name: &str) -> &mut Self {
        self.name = Some(name.to_string());
        self
    }

    /// Accepts definitions of maps with attributes that libbpf does not know.
    pub fn relaxed_maps(&mut self, relaxed: bool) -> &mut Self {
        self.relaxed_maps = relaxed;
        self
    }

    /// Sets the directory for maps that their definition pins by name. It must be the directory of the host's option `--pin`.
    pub fn pin_root_path(&mut self, path: &str) -> &mut Self {
        self.pin_root_path = Some(path.to_string());
        self
    }

    /// Adds lines such as `CONFIG_HZ=250`, which take the place of the kernel's own configuration.
    pub fn kconfig(&mut self, lines: &str) -> &mut Self {
        self.kconfig = Some(lines.to_string());
        self
    }

    /// Relocates against the BTF of a file. It must be the file of the host's option `--btf`.
    pub fn btf_custom_path(&mut self, path: &str) -> &mut Self {
        self.btf_custom_path = Some(path.to_string());
        self
    }

    /// Opens an object: the bytes of an ELF file.
    ///
    /// # Errors
    ///
    /// EINVAL, or one of libbpf's own numbers, if it is damaged.
    pub fn open_memory(&mut self, bytes: &[u8]) -> Result<OpenObject> {
        messages::listen();
        let name = self.name.as_deref().unwrap_or("object");
        let texts =
            [Some(name), self.pin_root_path.as_deref(), self.kconfig.as_deref(), self.btf_custom_path.as_deref()]
                .into_iter()
                .map(|text| text.map(c_string).transpose())
                .collect::<Result<Vec<_>>>()?;
        let at = |index: usize| texts[index].as_ref().map_or(0, |text| text.as_ptr() as usize as u64);
        let options = OpenOptions {
            size: size_of::<OpenOptions>() as u64,
            object_name: at(0),
            relaxed_maps: self.relaxed_maps.into(),
            pin_root_path: at(1),
            reserved: 0,
            kconfig: at(2),
            btf_custom_path: at(3),
        };
        // SAFETY: the addresses and sizes are those of living values.
        let handle = unsafe {
            imports::bpf_object__open_mem(bytes.as_ptr() as usize, bytes.len(), &options as *const OpenOptions as usize)
        };
        Ok(OpenObject { handle: Handle(checked_for("open object", name, handle as i64)? as usize) })
    }
}

/// An object that is not in the kernel yet. Its maps, programs and variables can still be changed.
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
        Ok(OpenMap::new(self.handle.find(Kind::Map, name)?, name))
    }

    /// A program, to change how it is loaded.
    ///
    /// # Errors
    ///
    /// ENOENT if the object has no program of this name.
    pub fn program(&self, name: &str) -> Result<OpenProgram<'_>> {
        Ok(OpenProgram::new(self.handle.find(Kind::Program, name)?))
    }

    /// All programs.
    pub fn programs(&self) -> Vec<OpenProgram<'_>> {
        self.handle.all(Kind::Program).into_iter().map(OpenProgram::new).collect()
    }

    /// A copy of the variables in a section, which skeletons have as a field. `map` is the name of its map: "x.bss".
    ///
    /// # Errors
    ///
    /// ENOENT if there is no such map; EINVAL if the section has another size than `T`.
    pub fn variables<T: Pod>(&self, map: &str) -> Result<Variables<T>> {
        Variables::of(self.handle.find(Kind::Map, map)?, map)
    }

    /// Loads the maps and programs into the kernel.
    ///
    /// # Errors
    ///
    /// The error of the kernel, with the verifier's messages in [`crate::Error::log`]; EPERM also if the host's policy refuses a program.
    pub fn load(self) -> Result<Object> {
        // SAFETY: the handle is the host's.
        let name = read_text(self.handle.0, imports::bpf_object__name);
        // SAFETY: as above.
        let result = unsafe { imports::bpf_object__load(self.handle.0) };
        checked_for("load object", &name, result.into())?;
        Ok(Object { handle: self.handle })
    }
}

/// A program before load.
#[derive(Debug)]
pub struct OpenProgram<'o> {
    program: Program<'o>,
}

impl OpenProgram<'_> {
    fn new(handle: usize) -> Self {
        OpenProgram { program: Program::new(handle) }
    }

    fn set(&self, result: i32) -> Result<()> {
        checked_for("set program", &self.name(), result.into())?;
        Ok(())
    }

    /// The name of its function.
    pub fn name(&self) -> String {
        self.program.name()
    }

    /// The section that says where it attaches: "tp/sched/sched_switch".
    pub fn section(&self) -> String {
        self.program.section()
    }

    /// True if the program is loaded with the object.
    pub fn autoload(&self) -> bool {
        // SAFETY: the handle is the host's.
        unsafe { imports::bpf_program__autoload(self.program.handle) > 0 }
    }

    /// Loads the program with the object, or not.
    pub fn set_autoload(&self, loads: bool) -> Result<()> {
        // SAFETY: the handle is the host's.
        self.set(unsafe { imports::bpf_program__set_autoload(self.program.handle, loads.into()) })
    }

    /// Attaches the program in [`Object::attach`], or not.
    pub fn set_autoattach(&self, attaches: bool) {
        // SAFETY: as above.
        unsafe { imports::bpf_program__set_autoattach(self.program.handle, attaches.into()) };
    }

    /// Sets the function that a program of tracing or LSM attaches to.
    pub fn set_attach_target(&self, function: &str) -> Result<()> {
        self.set_attach_target_of(0, function)
    }

    /// As [`OpenProgram::set_attach_target`], for a function of another BPF program, by the number of its descriptor.
    pub fn set_attach_target_of(&self, program_fd: i32, function: &str) -> Result<()> {
        let name = c_string(function)?;
        // SAFETY: the name ends with a NUL.
        let result =
            unsafe { imports::bpf_program__set_attach_target(self.program.handle, program_fd, name.as_ptr() as usize) };
        checked_for("set the target", function, result.into())?;
        Ok(())
    }

    /// Sets the type: `enum bpf_prog_type`.
    pub fn set_prog_type(&self, number: u32) -> Result<()> {
        // SAFETY: as above.
        self.set(unsafe { imports::bpf_program__set_type(self.program.handle, number as i32) })
    }

    /// Sets the kind of attachment: `enum bpf_attach_type`.
    pub fn set_attach_type(&self, number: u32) -> Result<()> {
        // SAFETY: as above.
        self.set(unsafe { imports::bpf_program__set_expected_attach_type(self.program.handle, number as i32) })
    }

    /// Sets the BPF_F_... flags.
    pub fn set_flags(&self, flags: u32) -> Result<()> {
        // SAFETY: as above.
        self.set(unsafe { imports::bpf_program__set_flags(self.program.handle, flags as i32) })
    }

    /// Sets how much the verifier writes: 0, 1 or 2. [`crate::set_print`] gets it.
    pub fn set_log_level(&self, level: u32) -> Result<()> {
        // SAFETY: as above.
        self.set(unsafe { imports::bpf_program__set_log_level(self.program.handle, level as i32) })
    }

    /// Loads the program for a network interface.
    pub fn set_ifindex(&self, ifindex: u32) {
        // SAFETY: as above.
        unsafe { imports::bpf_program__set_ifindex(self.program.handle, ifindex as i32) };
    }
}

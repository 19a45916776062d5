// SPDX-License-Identifier: MIT
use crate::error::{checked, checked_for};
use crate::object::{c_string, read_text};
use crate::{imports, Error, Program, Result};
use alloc::string::String;
use core::mem::size_of;

/// An attachment. Dropping it detaches the program.
#[derive(Debug)]
#[must_use = "dropping a link detaches its program"]
pub struct Link {
    handle: usize,
}

/// The kernel's facts about a link: the beginning of `struct bpf_link_info`.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LinkInfo {
    /// `enum bpf_link_type`.
    pub link_type: u32,
    /// The number that the kernel has for the link.
    pub id: u32,
    /// The number that the kernel has for the program.
    pub prog_id: u32,
}

impl Link {
    pub(crate) fn new(handle: usize) -> Self {
        Link { handle }
    }

    /// `handle` is the result of an attaching import; 0 is an error without a number.
    pub(crate) fn from_result(operation: &str, handle: isize) -> Result<Self> {
        match checked(operation, handle as i64)? {
            0 => Err(Error::new(operation, "EOPNOTSUPP")),
            handle => Ok(Link { handle: handle as usize }),
        }
    }

    /// Opens a link that is pinned. Dropping it closes it; the program stays attached while it is pinned.
    pub fn open(path: &str) -> Result<Self> {
        let text = c_string(path)?;
        // SAFETY: the path ends with a NUL.
        Link::from_result(&alloc::format!("open pinned link \"{path}\""), unsafe {
            imports::bpf_link__open(text.as_ptr() as usize)
        })
    }

    /// The number of the link's descriptor. Some attachments of old kernels have another descriptor, or none.
    pub fn fd(&self) -> i32 {
        // SAFETY: the handle is the host's.
        unsafe { imports::bpf_link__fd(self.handle) }
    }

    /// The kernel's facts about the link.
    pub fn info(&self) -> Result<LinkInfo> {
        let mut info = LinkInfo::default();
        let mut size = size_of::<LinkInfo>() as u32;
        // SAFETY: the info has `size` bytes.
        let result = unsafe {
            imports::bpf_link_get_info_by_fd(
                self.fd(),
                &mut info as *mut LinkInfo as usize,
                &mut size as *mut u32 as usize,
            )
        };
        checked("use a link", result.into())?;
        Ok(info)
    }

    /// Pins the link at a path of a BPF file system, so that the program stays attached after the guest.
    ///
    /// # Errors
    ///
    /// EPERM if the host has no option `--pin` for the directory; EEXIST if the path exists.
    pub fn pin(&self, path: &str) -> Result<()> {
        let text = c_string(path)?;
        // SAFETY: the path ends with a NUL.
        let result = unsafe { imports::bpf_link__pin(self.handle, text.as_ptr() as usize) };
        checked_for("pin a link at", path, result.into())?;
        Ok(())
    }

    /// Removes the path at which the link is pinned.
    pub fn unpin(&self) -> Result<()> {
        // SAFETY: as above.
        checked("unpin a link", unsafe { imports::bpf_link__unpin(self.handle) }.into())?;
        Ok(())
    }

    /// The path at which the link is pinned.
    pub fn pin_path(&self) -> Option<String> {
        Some(read_text(self.handle, imports::bpf_link__pin_path)).filter(|path| !path.is_empty())
    }

    /// Puts another program, of the same type, in the place of the attached one.
    pub fn update_prog(&self, program: &Program<'_>) -> Result<()> {
        // SAFETY: as above.
        let result = unsafe { imports::bpf_link__update_program(self.handle, program.handle) };
        checked_for("attach program", &program.name(), result.into())?;
        Ok(())
    }

    /// Leaves the program attached when the link is dropped, if something else holds it, such as a pin.
    pub fn disconnect(&mut self) {
        // SAFETY: as above.
        unsafe { imports::bpf_link__disconnect(self.handle) };
    }

    /// Detaches the program at once, even if the link is pinned, and reports an error of the kernel.
    ///
    /// # Errors
    ///
    /// EOPNOTSUPP for links of kinds that the kernel cannot detach so, such as those of tracepoints. Then dropping detaches it.
    pub fn detach(self) -> Result<()> {
        // SAFETY: as above.
        checked("detach a program", unsafe { imports::bpf_link__detach(self.handle) }.into())?;
        Ok(())
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        // SAFETY: the handle is used no more.
        unsafe { imports::bpf_link__destroy(self.handle) };
    }
}

// SPDX-License-Identifier: MIT
use crate::error::checked;
use crate::{imports, Error, Result};

/// An attachment. Dropping it detaches the program.
#[derive(Debug)]
#[must_use = "dropping a link detaches its program"]
pub struct Link {
    handle: usize,
}

impl Link {
    /// `handle` is the result of an attaching import; 0 is an error without a number.
    pub(crate) fn from_result(operation: &str, handle: isize) -> Result<Self> {
        match checked(operation, handle as i64)? {
            0 => Err(Error::new(operation, "EOPNOTSUPP")),
            handle => Ok(Link { handle: handle as usize }),
        }
    }

    /// The number of the link's descriptor.
    pub fn fd(&self) -> i32 {
        // SAFETY: the handle is the host's.
        unsafe { imports::bpf_link__fd(self.handle) }
    }

    /// Detaches the program, and reports an error of the kernel, which dropping ignores.
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

/// A run of an iterator program. Its descriptor is readable until the program has nothing more to say.
#[derive(Debug)]
pub struct Iter {
    fd: i32,
}

impl Iter {
    /// Starts a run of the iterator behind `link` (Linux 5.8).
    pub fn new(link: &Link) -> Result<Self> {
        // SAFETY: the number is the host's.
        let fd = unsafe { imports::bpf_iter_create(link.fd()) };
        Ok(Iter { fd: checked("start an iterator", fd.into())? as i32 })
    }

    /// The number of its descriptor, which the caller closes: `unsafe { File::from_raw_fd(iter.into_fd()) }` reads it.
    pub fn into_fd(self) -> i32 {
        self.fd
    }
}

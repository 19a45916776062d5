// SPDX-License-Identifier: MIT
use crate::error::checked;
use crate::Result;

#[cfg(target_family = "wasm")]
#[link(wasm_import_module = "wasi_snapshot_preview1")]
extern "C" {
    fn fd_close(fd: i32) -> i32;
    fn fd_read(fd: i32, parts: usize, count: usize, read: usize) -> i32;
}

#[cfg(not(target_family = "wasm"))]
unsafe fn fd_close(_: i32) -> i32 {
    52
}

#[cfg(not(target_family = "wasm"))]
unsafe fn fd_read(_: i32, _: usize, _: usize, _: usize) -> i32 {
    52
}

/// A descriptor that is closed when it is dropped.
#[derive(Debug)]
pub(crate) struct Descriptor(i32);

impl Descriptor {
    /// `result` is that of an import: a descriptor or an error.
    pub(crate) fn from_result(operation: &str, result: i32) -> Result<Self> {
        Ok(Descriptor(checked(operation, result.into())? as i32))
    }

    pub(crate) fn number(&self) -> i32 {
        self.0
    }

    /// The number, which the caller closes.
    pub(crate) fn into_number(self) -> i32 {
        let number = self.0;
        core::mem::forget(self);
        number
    }

    /// Reads into `bytes`, and returns the number of bytes; 0 at the end.
    pub(crate) fn read(&self, bytes: &mut [u8]) -> Result<usize> {
        let part = [bytes.as_mut_ptr() as usize, bytes.len()];
        let mut read = 0_usize;
        // SAFETY: `part` is the address and the size of the bytes, as WASI takes them.
        let errno = unsafe { fd_read(self.0, part.as_ptr() as usize, 1, &mut read as *mut usize as usize) };
        checked("read a descriptor", -i64::from(errno))?;
        Ok(read)
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        // SAFETY: the number is used no more.
        unsafe { fd_close(self.0) };
    }
}

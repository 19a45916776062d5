// SPDX-License-Identifier: MIT
use crate::error::checked_for;
use crate::ring_buffer::milliseconds;
use crate::{imports, MapHandle, Result};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::ops::{Deref, DerefMut};
use core::time::Duration;

/// A ring buffer to which the guest writes, and which a program reads with `bpf_user_ringbuf_drain()` (Linux 6.1).
///
/// ```no_run
/// # fn run(map: &wasm_bpf::MapHandle<'_>) -> wasm_bpf::Result<()> {
/// let ring = wasm_bpf::UserRingBuffer::new(map)?;
/// let mut sample = ring.reserve(8)?;
/// sample.copy_from_slice(&7_u64.to_ne_bytes());
/// sample.submit();
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct UserRingBuffer {
    handle: usize,
    name: String,
}

impl UserRingBuffer {
    /// Opens the ring of a map of type `UserRingBuf`.
    ///
    /// # Errors
    ///
    /// EINVAL for a map of another type.
    pub fn new(map: &MapHandle<'_>) -> Result<Self> {
        // SAFETY: the number is the host's.
        let handle = unsafe { imports::user_ring_buffer__new(map.fd(), 0) };
        let handle = checked_for("open user ring buffer", map.name(), handle as i64)? as usize;
        Ok(UserRingBuffer { handle, name: map.name().to_string() })
    }

    /// Reserves space for a sample of `size` bytes.
    ///
    /// # Errors
    ///
    /// ENOSPC if the ring is full; E2BIG if the ring is too small for it.
    pub fn reserve(&self, size: u32) -> Result<UserRingBufferSample<'_>> {
        // SAFETY: the handle is the host's.
        self.sample(size, unsafe { imports::user_ring_buffer__reserve(self.handle, size as i32) })
    }

    /// As [`UserRingBuffer::reserve`], and waits until there is space; `None` waits forever.
    pub fn reserve_blocking(&self, size: u32, timeout: Option<Duration>) -> Result<UserRingBufferSample<'_>> {
        let timeout = milliseconds(timeout);
        // SAFETY: as above.
        self.sample(size, unsafe { imports::user_ring_buffer__reserve_blocking(self.handle, size as i32, timeout) })
    }

    fn sample(&self, size: u32, result: isize) -> Result<UserRingBufferSample<'_>> {
        let number = checked_for("reserve in ring buffer", &self.name, result as i64)? as usize;
        Ok(UserRingBufferSample { ring: self, number, bytes: alloc::vec![0; size as usize], submits: false })
    }
}

impl Drop for UserRingBuffer {
    fn drop(&mut self) {
        // SAFETY: the handle is used no more.
        unsafe { imports::user_ring_buffer__free(self.handle) };
    }
}

/// Space for a sample, with zeros at first. Dropping it without [`UserRingBufferSample::submit`] discards it.
pub struct UserRingBufferSample<'r> {
    ring: &'r UserRingBuffer,
    /// The host's number for the space.
    number: usize,
    bytes: Vec<u8>,
    submits: bool,
}

impl UserRingBufferSample<'_> {
    /// Gives the sample to the programs.
    pub fn submit(mut self) {
        self.submits = true;
    }
}

impl Drop for UserRingBufferSample<'_> {
    fn drop(&mut self) {
        let (ring, at, size) = (self.ring.handle, self.bytes.as_ptr() as usize, self.bytes.len());
        // SAFETY: the numbers are the host's, and the bytes are there. The space is used no more.
        unsafe {
            match self.submits {
                true => imports::user_ring_buffer__submit(ring, self.number, at, size),
                false => imports::user_ring_buffer__discard(ring, self.number),
            }
        }
    }
}

impl Deref for UserRingBufferSample<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl DerefMut for UserRingBufferSample<'_> {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.bytes
    }
}

impl fmt::Debug for UserRingBufferSample<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserRingBufferSample").field("bytes", &self.bytes.len()).finish()
    }
}

// SPDX-License-Identifier: MIT
use crate::descriptor::Descriptor;
use crate::{imports, Link, Result};

/// A run of an iterator program, whose output it reads: bytes that the program writes with `bpf_seq_printf()` or `bpf_seq_write()`.
///
/// ```no_run
/// # fn run(link: &wasm_bpf::Link) -> Result<(), Box<dyn std::error::Error>> {
/// use std::io::{BufRead, BufReader};
///
/// for line in BufReader::new(wasm_bpf::Iter::new(link)?).lines() {
///     println!("{}", line?);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Iter {
    descriptor: Descriptor,
}

impl Iter {
    /// Starts a run of the iterator behind `link` (Linux 5.8).
    pub fn new(link: &Link) -> Result<Self> {
        // SAFETY: the number is the host's.
        let fd = unsafe { imports::bpf_iter_create(link.fd()) };
        Ok(Iter { descriptor: Descriptor::from_result("start an iterator", fd)? })
    }

    /// Reads into `bytes`, and returns the number of bytes; 0 at the end. With `std`, the iterator is also an `io::Read`.
    pub fn read_bytes(&mut self, bytes: &mut [u8]) -> Result<usize> {
        self.descriptor.read(bytes)
    }

    /// The number of its descriptor, which the caller closes.
    pub fn into_fd(self) -> i32 {
        self.descriptor.into_number()
    }
}

#[cfg(feature = "std")]
impl std::io::Read for Iter {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        Ok(self.read_bytes(bytes)?)
    }
}

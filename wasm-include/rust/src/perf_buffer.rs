// SPDX-License-Identifier: MIT
use crate::error::{checked, linux_errno};
use crate::ring_buffer::milliseconds;
use crate::{imports, MapHandle, Result};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

const EMSGSIZE: i32 = 90;

type OnSample<'c> = Box<dyn FnMut(i32, &[u8]) + 'c>;
type OnLost<'c> = Box<dyn FnMut(i32, u64) + 'c>;

struct Callbacks<'c> {
    sample: OnSample<'c>,
    lost: OnLost<'c>,
}

/// A perf event array and the callbacks for its records.
pub struct PerfBufferBuilder<'m, 'c> {
    map: &'m MapHandle<'m>,
    pages: usize,
    callbacks: Callbacks<'c>,
}

impl fmt::Debug for PerfBufferBuilder<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PerfBufferBuilder").field("map", &self.map).field("pages", &self.pages).finish()
    }
}

impl<'m, 'c> PerfBufferBuilder<'m, 'c> {
    /// Buffers of 64 pages for each CPU.
    pub fn new(map: &'m MapHandle<'m>) -> Self {
        PerfBufferBuilder {
            map,
            pages: 64,
            callbacks: Callbacks { sample: Box::new(|_, _| {}), lost: Box::new(|_, _| {}) },
        }
    }

    /// Sets the pages of data for each CPU: a power of two.
    #[must_use]
    pub fn pages(mut self, pages: usize) -> Self {
        self.pages = pages;
        self
    }

    /// Sets the callback for records: the CPU and the bytes.
    #[must_use]
    pub fn sample_cb(mut self, callback: impl FnMut(i32, &[u8]) + 'c) -> Self {
        self.callbacks.sample = Box::new(callback);
        self
    }

    /// Sets the callback for losses: the CPU and the number of records.
    #[must_use]
    pub fn lost_cb(mut self, callback: impl FnMut(i32, u64) + 'c) -> Self {
        self.callbacks.lost = Box::new(callback);
        self
    }

    /// Opens the buffers of all CPUs.
    ///
    /// # Errors
    ///
    /// EINVAL for a map of another type or a number of pages that is not a power of two.
    pub fn build(self) -> Result<PerfBuffer<'c>> {
        let mut callbacks = Box::new(self.callbacks);
        let context = &mut *callbacks as *mut Callbacks<'c> as usize;
        // SAFETY: the callbacks live as long as the buffer.
        let handle = unsafe {
            imports::perf_buffer__new(
                self.map.fd(),
                self.pages,
                on_sample as extern "C" fn(usize, i32, *const u8, u32) as usize,
                on_lost as extern "C" fn(usize, i32, u64) as usize,
                context,
                0,
            )
        };
        let operation = alloc::format!("open perf buffer \"{}\"", self.map.name());
        Ok(PerfBuffer { handle: checked(&operation, handle as i64)? as usize, room: Vec::new(), _callbacks: callbacks })
    }
}

/// Perf buffers of all CPUs. Dropping it closes them.
pub struct PerfBuffer<'c> {
    handle: usize,
    /// The host copies records here.
    room: Vec<u8>,
    _callbacks: Box<Callbacks<'c>>,
}

impl fmt::Debug for PerfBuffer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PerfBuffer").field("handle", &self.handle).finish()
    }
}

impl PerfBuffer<'_> {
    /// Delivers all records, or waits for the first if there is none. `None` waits forever. Returns the number of CPUs that had records.
    ///
    /// # Errors
    ///
    /// EINTR if a signal that the guest handles ended the wait.
    pub fn poll(&mut self, timeout: Option<Duration>) -> Result<usize> {
        let timeout = milliseconds(timeout);
        // SAFETY: the room is there, and callbacks get it only during the call.
        self.deliver(|handle, room, size| unsafe { imports::perf_buffer__poll(handle, timeout, room, size) })
    }

    /// Delivers all records without waiting.
    pub fn consume(&mut self) -> Result<()> {
        // SAFETY: as above.
        self.deliver(|handle, room, size| unsafe { imports::perf_buffer__consume(handle, room, size) })?;
        Ok(())
    }

    /// The number of buffers: one for each CPU that is online.
    pub fn buffer_cnt(&self) -> usize {
        // SAFETY: the handle is the host's.
        unsafe { imports::perf_buffer__buffer_cnt(self.handle) as usize }
    }

    /// A descriptor that is readable while there are records.
    pub fn epoll_fd(&self) -> i32 {
        // SAFETY: as above.
        unsafe { imports::perf_buffer__epoll_fd(self.handle) }
    }

    fn deliver(&mut self, call: impl Fn(usize, usize, usize) -> i32) -> Result<usize> {
        loop {
            let result = call(self.handle, self.room.as_mut_ptr() as usize, self.room.len());
            if result < 0 && linux_errno(-i64::from(result)) == EMSGSIZE {
                // SAFETY: the handle is the host's.
                let needed = unsafe { imports::perf_buffer__room(self.handle) } as usize;
                if needed > self.room.len() {
                    self.room.resize(needed, 0);
                    continue;
                }
            }
            return Ok(checked("read perf buffers", result.into())? as usize);
        }
    }
}

impl Drop for PerfBuffer<'_> {
    fn drop(&mut self) {
        // SAFETY: the handle is used no more.
        unsafe { imports::perf_buffer__free(self.handle) };
    }
}

extern "C" fn on_sample(context: usize, cpu: i32, data: *const u8, size: u32) {
    // SAFETY: `context` is the address of callbacks that live as long as their buffer; the record lies in the room.
    unsafe { ((*(context as *mut Callbacks<'_>)).sample)(cpu, core::slice::from_raw_parts(data, size as usize)) };
}

extern "C" fn on_lost(context: usize, cpu: i32, count: u64) {
    // SAFETY: as above.
    unsafe { ((*(context as *mut Callbacks<'_>)).lost)(cpu, count) };
}

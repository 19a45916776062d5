// SPDX-License-Identifier: MIT
use crate::error::{checked, linux_errno};
use crate::{imports, Error, MapHandle, Result};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

const EMSGSIZE: i32 = 90;

/// The decision of a callback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    /// Delivers the next record.
    Continue,
    /// Ends the poll after this record.
    Stop,
    /// Ends the poll after this record, and is the error of the poll.
    Fail(Error),
}

impl From<()> for Control {
    fn from(_: ()) -> Self {
        Control::Continue
    }
}

impl From<Result<()>> for Control {
    fn from(result: Result<()>) -> Self {
        result.map_or_else(Control::Fail, |()| Control::Continue)
    }
}

type OnRecord<'c> = Box<dyn FnMut(&[u8]) -> Control + 'c>;

struct Callback<'c> {
    function: OnRecord<'c>,
    /// The error with which it ended the poll.
    error: Option<Error>,
    /// The records of this poll.
    delivered: usize,
}

/// Rings to poll together.
#[derive(Default)]
pub struct RingBufferBuilder<'m, 'c> {
    rings: Vec<(&'m MapHandle<'m>, Callback<'c>)>,
}

impl fmt::Debug for RingBufferBuilder<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RingBufferBuilder").field("rings", &self.rings.len()).finish()
    }
}

impl<'m, 'c> RingBufferBuilder<'m, 'c> {
    /// A ring buffer without rings.
    pub fn new() -> Self {
        RingBufferBuilder { rings: Vec::new() }
    }

    /// Adds the ring of `map`. The callback gets each record. It returns nothing, a [`Result`] or [`Control`].
    #[must_use]
    pub fn add<R: Into<Control>>(mut self, map: &'m MapHandle<'m>, mut callback: impl FnMut(&[u8]) -> R + 'c) -> Self {
        let function = Box::new(move |data: &[u8]| callback(data).into());
        self.rings.push((map, Callback { function, error: None, delivered: 0 }));
        self
    }

    /// Maps the rings.
    ///
    /// # Errors
    ///
    /// EINVAL for a map of another type, and without a ring.
    pub fn build(self) -> Result<RingBuffer<'c>> {
        let mut buffer = RingBuffer { handle: 0, room: Vec::new(), callbacks: Vec::new() };
        for (map, callback) in self.rings {
            buffer.add(map, callback)?;
        }
        if buffer.handle == 0 {
            return Err(Error::new("open a ring buffer without rings", "EINVAL"));
        }
        Ok(buffer)
    }
}

/// Ring buffers. Dropping it closes them; records that nobody read stay in the map.
pub struct RingBuffer<'c> {
    handle: usize,
    /// The host copies records here.
    room: Vec<u8>,
    /// Boxed, so that each has an address that does not move.
    #[allow(clippy::vec_box)]
    callbacks: Vec<Box<Callback<'c>>>,
}

impl fmt::Debug for RingBuffer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RingBuffer").field("rings", &self.callbacks.len()).finish()
    }
}

impl<'c> RingBuffer<'c> {
    fn add(&mut self, map: &MapHandle<'_>, callback: Callback<'c>) -> Result<()> {
        let mut callback = Box::new(callback);
        let context = &mut *callback as *mut Callback<'c> as usize;
        let function = on_record as extern "C" fn(usize, *const u8, usize) -> i32 as usize;
        let operation = alloc::format!("open ring buffer \"{}\"", map.name());
        if self.handle == 0 {
            // SAFETY: the callback lives as long as the buffer.
            let handle = unsafe { imports::ring_buffer__new(map.fd(), function, context, 0) };
            self.handle = checked(&operation, handle as i64)? as usize;
        } else {
            // SAFETY: as above.
            let result = unsafe { imports::ring_buffer__add(self.handle, map.fd(), function, context) };
            checked(&operation, result.into())?;
        }
        self.callbacks.push(callback);
        Ok(())
    }

    /// Delivers all records, or waits for the first if there is none. `None` waits forever.
    ///
    /// Returns the number of records that were delivered, with the last before [`Control::Stop`]; 0 after the time.
    ///
    /// # Errors
    ///
    /// EINTR if a signal that the guest handles ended the wait; the error of a callback.
    pub fn poll(&mut self, timeout: Option<Duration>) -> Result<usize> {
        let timeout = milliseconds(timeout);
        // SAFETY: the room is there, and callbacks get it only during the call.
        self.deliver(|handle, room, size| unsafe { imports::ring_buffer__poll(handle, timeout, room, size) })
    }

    /// Delivers all records without waiting.
    pub fn consume(&mut self) -> Result<usize> {
        // SAFETY: as above.
        self.deliver(|handle, room, size| unsafe { imports::ring_buffer__consume(handle, room, size) })
    }

    /// As [`RingBuffer::consume`], up to `count` records.
    pub fn consume_n(&mut self, count: usize) -> Result<usize> {
        // SAFETY: as above.
        self.deliver(|handle, room, size| unsafe { imports::ring_buffer__consume_n(handle, count, room, size) })
    }

    fn deliver(&mut self, call: impl Fn(usize, usize, usize) -> i32) -> Result<usize> {
        for callback in &mut self.callbacks {
            callback.delivered = 0;
        }
        loop {
            let result = call(self.handle, self.room.as_mut_ptr() as usize, self.room.len());
            if result == STOPPED {
                crate::messages::take();
                return match self.callbacks.iter_mut().find_map(|callback| callback.error.take()) {
                    Some(error) => Err(error),
                    None => Ok(self.callbacks.iter().map(|callback| callback.delivered).sum()),
                };
            }
            if result < 0 && linux_errno(-i64::from(result)) == EMSGSIZE {
                // SAFETY: the handle is the host's.
                let needed = unsafe { imports::ring_buffer__room(self.handle) } as usize;
                if needed > self.room.len() {
                    self.room.resize(needed, 0);
                    continue;
                }
            }
            return Ok(checked("read a ring buffer", result.into())? as usize);
        }
    }

    /// A descriptor that is readable while there are records.
    pub fn epoll_fd(&self) -> i32 {
        // SAFETY: as above.
        unsafe { imports::ring_buffer__epoll_fd(self.handle) }
    }
}

impl Drop for RingBuffer<'_> {
    fn drop(&mut self) {
        if self.handle != 0 {
            // SAFETY: the handle is used no more.
            unsafe { imports::ring_buffer__free(self.handle) };
        }
    }
}

/// No error has this number.
const STOPPED: i32 = i32::MIN;

extern "C" fn on_record(context: usize, data: *const u8, size: usize) -> i32 {
    // SAFETY: `context` is the address of a callback that lives as long as its buffer; the record lies in the room.
    let (callback, data) = unsafe { (&mut *(context as *mut Callback<'_>), core::slice::from_raw_parts(data, size)) };
    callback.delivered += 1;
    match (callback.function)(data) {
        Control::Continue => return 0,
        Control::Stop => {}
        Control::Fail(error) => callback.error = Some(error),
    }
    STOPPED
}

/// The time as libbpf takes it: -1 waits forever.
pub(crate) fn milliseconds(timeout: Option<Duration>) -> i32 {
    timeout.map_or(-1, |time| i32::try_from(time.as_millis()).unwrap_or(i32::MAX))
}

// SPDX-License-Identifier: MIT
//! Signals: [`catch`] them, and look at [`caught`] after each poll, which ends with EINTR, and after each `std::thread::sleep()`, which
//! ends early.

use crate::error::checked;
use crate::Result;
use core::sync::atomic::{AtomicI32, Ordering};

/// Ctrl-C.
pub const SIGINT: i32 = 2;
/// The signal of `kill` without an option.
pub const SIGTERM: i32 = 15;
/// The terminal was closed.
pub const SIGHUP: i32 = 1;

static CAUGHT: AtomicI32 = AtomicI32::new(0);

#[cfg(target_family = "wasm")]
#[link(wasm_import_module = "wasm_bpf_sys")]
extern "C" {
    fn sigaction(signal: i32, reaction: i32, flags: i32, handler: usize) -> i32;
}

#[cfg(not(target_family = "wasm"))]
unsafe fn sigaction(_: i32, _: i32, _: i32, _: usize) -> i32 {
    -52
}

/// Calls a handler.
const CALL: i32 = 2;

extern "C" fn on_signal(signal: i32) {
    CAUGHT.store(signal, Ordering::Relaxed);
}

/// Catches these signals from now on, instead of ending the guest. Call it before buffers are opened. A second Ctrl-C ends a guest that
/// does not come back to the host.
pub fn catch(signals: &[i32]) -> Result<()> {
    for &signal in signals {
        // SAFETY: the handler only stores a number.
        let result = unsafe { sigaction(signal, CALL, 0, on_signal as extern "C" fn(i32) as usize) };
        checked("catch signals", result.into())?;
    }
    Ok(())
}

/// The last signal that was caught.
pub fn caught() -> Option<i32> {
    match CAUGHT.load(Ordering::Relaxed) {
        0 => None,
        signal => Some(signal),
    }
}

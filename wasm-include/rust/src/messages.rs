// SPDX-License-Identifier: MIT
use crate::imports;
use alloc::string::String;
use core::cell::RefCell;

/// The importance of a message of libbpf.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PrintLevel {
    /// Something failed.
    Warn,
    /// Something notable.
    Info,
    /// Every step.
    Debug,
}

const MAX_TEXT: usize = 4096;
/// Longer logs of the verifier keep their end.
const MAX_LOG: usize = 64 * 1024;

struct State {
    listens: bool,
    print: Option<fn(PrintLevel, &str)>,
    log: String,
    text: [u8; MAX_TEXT],
}

/// A guest has one thread.
struct OneThread(RefCell<State>);
// SAFETY: WebAssembly without threads; on other targets no import is ever called back.
unsafe impl Sync for OneThread {}

static STATE: OneThread =
    OneThread(RefCell::new(State { listens: false, print: None, log: String::new(), text: [0; MAX_TEXT] }));

/// Gives `print` each message of libbpf. Without it, warnings are kept for [`crate::Error::log`].
pub fn set_print(print: fn(PrintLevel, &str)) {
    STATE.0.borrow_mut().print = Some(print);
    listen();
}

/// Keeps libbpf's messages from now on. The host prints them otherwise.
pub(crate) fn listen() {
    let mut state = STATE.0.borrow_mut();
    if state.listens {
        return;
    }
    state.listens = true;
    let text = state.text.as_mut_ptr() as usize;
    drop(state);
    // SAFETY: the buffer lives as long as the guest, and the host writes only there, before it calls the function.
    unsafe { imports::libbpf_set_print(on_message as extern "C" fn(i32, *const u8) as usize, text, MAX_TEXT) };
}

/// Returns the messages since the last call.
pub(crate) fn take() -> String {
    core::mem::take(&mut STATE.0.borrow_mut().log)
}

extern "C" fn on_message(level: i32, text: *const u8) {
    // SAFETY: the host ends the text with a NUL in the buffer of `State`.
    let length = (0..MAX_TEXT).find(|&at| unsafe { *text.add(at) } == 0).unwrap_or(0);
    // SAFETY: as above. The text is copied, since a call of `print` may bring the next one.
    let text = String::from_utf8_lossy(unsafe { core::slice::from_raw_parts(text, length) }).into_owned();
    let level = match level {
        0 => PrintLevel::Warn,
        1 => PrintLevel::Info,
        _ => PrintLevel::Debug,
    };
    let print = STATE.0.borrow().print;
    match print {
        Some(print) => print(level, &text),
        None if level == PrintLevel::Warn => {
            let mut state = STATE.0.borrow_mut();
            state.log.push_str(&text);
            let excess = state.log.len().saturating_sub(MAX_LOG);
            if excess > 0 {
                let from = (excess..state.log.len()).find(|&at| state.log.is_char_boundary(at)).unwrap_or(0);
                state.log.drain(..from);
            }
        }
        None => {}
    }
}

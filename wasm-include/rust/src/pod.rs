// SPDX-License-Identifier: MIT
use alloc::borrow::Cow;
use alloc::string::String;
use core::mem::{size_of, MaybeUninit};

/// A type that is plain bytes: keys and values of maps, records, variables.
///
/// # Safety
///
/// Every pattern of bytes is a value of the type, and it has no padding: all bytes are initialized. Generated types have fields for their
/// gaps.
pub unsafe trait Pod: Copy + 'static {
    /// The value whose bytes are all 0.
    fn zeroed() -> Self {
        // SAFETY: zeros are a value of the type.
        unsafe { MaybeUninit::zeroed().assume_init() }
    }

    /// The value in the first bytes of `bytes`; `None` if there are too few.
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.len() < size_of::<Self>() {
            return None;
        }
        // SAFETY: the bytes are there, and any bytes are a value of the type. They need no alignment.
        Some(unsafe { bytes.as_ptr().cast::<Self>().read_unaligned() })
    }

    /// The bytes of the value.
    fn as_bytes(&self) -> &[u8] {
        // SAFETY: the type has no padding, so all its bytes are initialized.
        unsafe { core::slice::from_raw_parts((self as *const Self).cast(), size_of::<Self>()) }
    }
}

macro_rules! pod {
    ($($type:ty)*) => { $(
        // SAFETY: numbers have no padding, and every pattern is a number.
        unsafe impl Pod for $type {}
    )* };
}

pod! { u8 u16 u32 u64 usize i8 i16 i32 i64 isize f32 f64 }

// SAFETY: an array has no bytes but those of its elements.
unsafe impl<T: Pod, const N: usize> Pod for [T; N] {}

// SAFETY: it has no bytes. Maps without keys (queues, stacks) have this key.
unsafe impl Pod for () {}

/// The text in an array of C characters, up to its NUL. Bytes that are not UTF-8 are replaced.
pub fn text<C: Pod>(characters: &[C]) -> Cow<'_, str> {
    let size = core::mem::size_of_val(characters);
    // SAFETY: the elements have no padding, so all bytes are initialized.
    let bytes = unsafe { core::slice::from_raw_parts(characters.as_ptr().cast::<u8>(), size) };
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(size);
    String::from_utf8_lossy(&bytes[..end])
}

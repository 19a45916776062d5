// SPDX-License-Identifier: MIT
use crate::Pod;
use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;
use core::ops::{Deref, DerefMut};

/// An array of C characters: `char comm[16]`. It prints as its text, and can be compared with a `str`.
///
/// The text ends at the first NUL, or with the array. Its bytes are those of the array, which it dereferences to.
///
/// ```
/// use wasm_bpf::Text;
///
/// let comm = Text::<16>::from("bash");
/// assert_eq!(format!("{comm:<6}|"), "bash  |");
/// assert!(comm == "bash");
/// assert_eq!(&comm[..6], b"bash\0\0");
/// ```
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text<const N: usize>(pub [u8; N]);

// SAFETY: bytes have no padding, and every byte is a value.
unsafe impl<const N: usize> Pod for Text<N> {}

impl<const N: usize> Text<N> {
    /// The bytes before the first NUL.
    pub fn to_bytes(&self) -> &[u8] {
        let end = self.0.iter().position(|&byte| byte == 0).unwrap_or(N);
        &self.0[..end]
    }

    /// The text. Bytes that are not UTF-8 are replaced.
    pub fn to_str_lossy(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.to_bytes())
    }
}

impl<const N: usize> From<&str> for Text<N> {
    /// The text, cut to N - 1 bytes, so that it ends with a NUL. A character is not cut in two.
    fn from(text: &str) -> Self {
        let mut bytes = [0; N];
        let mut end = text.len().min(N.saturating_sub(1));
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        bytes[..end].copy_from_slice(&text.as_bytes()[..end]);
        Text(bytes)
    }
}

impl<const N: usize> Default for Text<N> {
    fn default() -> Self {
        Text([0; N])
    }
}

impl<const N: usize> PartialEq<str> for Text<N> {
    fn eq(&self, other: &str) -> bool {
        self.to_bytes() == other.as_bytes()
    }
}

impl<const N: usize> PartialEq<&str> for Text<N> {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl<const N: usize> Deref for Text<N> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl<const N: usize> DerefMut for Text<N> {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

impl<const N: usize> fmt::Display for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.to_str_lossy())
    }
}

impl<const N: usize> fmt::Debug for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.to_str_lossy(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_ends_at_its_nul_or_with_its_array() {
        assert_eq!(Text(*b"ab\0c").to_bytes(), b"ab");
        assert_eq!(Text(*b"abcd").to_bytes(), b"abcd");
        assert_eq!(alloc::format!("{:?}", Text([b'a', 0xff, 0])), "\"a\u{fffd}\"");
    }

    #[test]
    fn a_long_text_is_cut_before_a_character_and_keeps_its_nul() {
        assert_eq!(Text::<4>::from("abcdef").0, *b"abc\0");
        assert_eq!(Text::<4>::from("ab\u{e4}").0, *b"ab\0\0");
        assert_eq!(Text::<0>::from("a").0, []);
    }
}

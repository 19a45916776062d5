// SPDX-License-Identifier: MIT
//! Bit-fields of C structs, for generated types. Bits are counted from the lowest one of the first byte.

/// The unsigned value of `count` bits from bit `shift` on.
pub fn get(bytes: &[u8], shift: usize, count: usize) -> u64 {
    (0..count)
        .filter(|bit| bytes[(shift + bit) / 8] >> ((shift + bit) % 8) & 1 != 0)
        .fold(0, |value, bit| value | 1 << bit)
}

/// As [`get`], for a signed bit-field.
pub fn get_signed(bytes: &[u8], shift: usize, count: usize) -> i64 {
    let unused = 64 - count as u32;
    (get(bytes, shift, count) << unused) as i64 >> unused
}

/// Sets `count` bits from bit `shift` on to the lowest bits of `value`.
pub fn set(bytes: &mut [u8], shift: usize, count: usize, value: u64) {
    for bit in 0..count {
        let (byte, mask) = ((shift + bit) / 8, 1 << ((shift + bit) % 8));
        bytes[byte] = if value >> bit & 1 != 0 { bytes[byte] | mask } else { bytes[byte] & !mask };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_set_and_read_across_bytes_and_others_stay() {
        let mut bytes = [0xff_u8; 4];
        set(&mut bytes, 5, 12, 0xabc);
        assert_eq!(get(&bytes, 5, 12), 0xabc);
        assert_eq!(get(&bytes, 0, 5), 0x1f);
        assert_eq!(get(&bytes, 17, 15), 0x7fff);
    }

    #[test]
    fn signed_bits_keep_their_sign() {
        let mut bytes = [0_u8; 4];
        set(&mut bytes, 15, 5, -3_i64 as u64);
        assert_eq!(get_signed(&bytes, 15, 5), -3);
        assert_eq!(get(&bytes, 15, 5), 0b11101);
    }
}

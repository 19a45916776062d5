// SPDX-License-Identifier: MIT

/** Bit-fields of C structs, for generated classes. Bits are counted from the lowest one of the byte at `address`. */

/** The unsigned value of `count` bits from bit `shift` on. */
export function bits(address: usize, shift: u32, count: u32): u64 {
  let value: u64 = 0;
  for (let bit: u32 = 0; bit < count; bit++) {
    const at = shift + bit;
    value |= (<u64>(load<u8>(address + (at >> 3)) >> <u8>(at & 7)) & 1) << bit;
  }
  return value;
}

/** As `bits()`, for a signed bit-field. */
export function signedBits(address: usize, shift: u32, count: u32): i64 {
  const unused = 64 - count;
  return (<i64>(bits(address, shift, count) << unused)) >> unused;
}

/** Sets `count` bits from bit `shift` on to the lowest bits of `value`. */
export function setBits(address: usize, shift: u32, count: u32, value: u64): void {
  for (let bit: u32 = 0; bit < count; bit++) {
    const at = shift + bit;
    const place = address + (at >> 3);
    const mask: u8 = 1 << <u8>(at & 7);
    const byte = load<u8>(place);
    store<u8>(place, (value >> bit) & 1 ? byte | mask : byte & ~mask);
  }
}

// SPDX-License-Identifier: MIT
//! Prints the sizes and offsets of generated types. layouts/rust.ts writes it.
include!(concat!(env!("SKELETONS"), "/types.rs"));

// SPDX-License-Identifier: MIT
// Variables of threads. With -matomics, clang addresses them relative to the global __tls_base. wasm-ld 19 has a mistake for
// modules without shared memory: it uses their addresses as offsets, and also sets __tls_base to the address of the first
// one. This definition takes the place of its own, and is 0.
#include <stdio.h>
#include <stdlib.h>

__asm__(
    ".globaltype __tls_base, i64\n"
    ".globl __tls_base\n"
    "__tls_base:\n");

static constexpr unsigned marker = 0x5eed1e55;
static thread_local volatile unsigned probe = marker;

// Ends a guest from a linker that does without the mistake, before it reads a wrong variable.
[[gnu::constructor(101)]] static void check_linker() {
    if (probe == marker) return;
    fputs("Cannot use thread_local: this version of wasm-ld is not supported\n", stderr);
    abort();
}

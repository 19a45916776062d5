// SPDX-License-Identifier: MIT
/* Output by lines. */
#ifndef WASM_BPF_OUTPUT_H
#define WASM_BPF_OUTPUT_H

#include <stdio.h>
#include <wasm_bpf/replacement.h>

WASM_BPF_EXTERN_C_BEGIN

/*
 * Each line of stdout leaves when it is complete. libc would collect them where stdout is no terminal, and a signal that ends
 * the process, or `| head -1`, would lose what was collected. A line then takes one call of the host, about 1 us more; a guest
 * that prints millions of them calls setvbuf(stdout, NULL, _IOFBF, BUFSIZ) first in main(), and fflush(stdout) when it waits.
 */
__attribute__((constructor)) WASM_BPF_REPLACEMENT void wasm_bpf__print_by_lines(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
}

WASM_BPF_EXTERN_C_END

#endif /* WASM_BPF_OUTPUT_H */

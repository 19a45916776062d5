// SPDX-License-Identifier: MIT
/* Line-buffered output. */
#ifndef WASM_BPF_OUTPUT_H
#define WASM_BPF_OUTPUT_H

#include <stdio.h>
#include <wasm_bpf/replacement.h>

WASM_BPF_EXTERN_C_BEGIN

/*
 * Writes each line of stdout when it is complete. libc would buffer lines when stdout is not a terminal, and a signal
 * that ends the process, or `| head -1`, would lose them. A line costs one call of the host, about 1 us. A guest that
 * prints millions can call setvbuf(stdout, NULL, _IOFBF, BUFSIZ) first in main(), and fflush(stdout) before it waits.
 */
__attribute__((constructor)) WASM_BPF_REPLACEMENT void wasm_bpf__print_by_lines(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
}

WASM_BPF_EXTERN_C_END

#endif /* WASM_BPF_OUTPUT_H */

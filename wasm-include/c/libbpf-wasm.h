// SPDX-License-Identifier: MIT
/*
 * libbpf for WebAssembly guests in C and C++: skeletons, maps, and ring and perf buffers.
 *
 * The headers contain all code; there is no library to link. Names and meaning are libbpf's:
 *
 *   - A function that fails returns a negative error (or NULL) and sets errno. The numbers are those of the guest's
 *     libc, so that `err == -ENOENT` and `strerror(-err)` are right. Only the wasm_* imports themselves return Linux
 *     numbers. The host prints the reason for a failure, with the messages of libbpf and the verifier, on its stderr.
 *   - Between open and load, `skel->rodata->x`, `skel->data->x` and `skel->bss->x` set the program's initial values.
 *     From load until the object is closed, skel->bss and skel->data are the kernel's own memory; skel->rodata and
 *     skel->kconfig are copies, since their values no longer change.
 *   - Shared memory needs a host of ABI version 2: a host of version 1 lacks "libbpf.bpf_map_mmap" and refuses the
 *     guest. For such a host, compile with -DWASM_BPF_ABI=1: skel->bss and skel->data then keep their initial values,
 *     and the guest reads changes through a map. Guests whose object has no .bss and no .data need only version 1.
 *   - bpf_program__set_autoload(prog, false) keeps a program out of the kernel.
 *   - No call detaches a single program. Detaching closes the object and its maps, so read the maps before.
 *   - Numbers that differ between Linux and WASI's libc (AF_INET6, O_CREAT, the process id and more) are Linux's;
 *     docs/guest-libc.md lists them.
 *
 * Build: clang --target=wasm32-wasi -I wasm-include/c -Wl,--export-table guest.c
 * The host calls a callback by its index in the exported table.
 */
#ifndef WASM_BPF_LIBBPF_WASM_H
#define WASM_BPF_LIBBPF_WASM_H

/* Sources for other SDKs of this ABI expect these headers. */
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <linux/types.h>
#include <wasm_bpf/buffers.h>
#include <wasm_bpf/elf.h>
#include <wasm_bpf/errors.h>
#include <wasm_bpf/imports.h>
#include <wasm_bpf/maps.h>
#include <wasm_bpf/messages.h>
#include <wasm_bpf/output.h>
#include <wasm_bpf/programs.h>
#include <wasm_bpf/skeleton.h>

#endif /* WASM_BPF_LIBBPF_WASM_H */

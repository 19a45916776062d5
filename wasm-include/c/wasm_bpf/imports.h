// SPDX-License-Identifier: MIT
/* The host's functions. A guest's module imports only those that it calls. */
#ifndef WASM_BPF_IMPORTS_H
#define WASM_BPF_IMPORTS_H

#include <stddef.h>
#include <stdint.h>
#include <wasm_bpf/replacement.h>

WASM_BPF_EXTERN_C_BEGIN

/* The host's number for an object. 0 means no object. */
typedef uint64_t bpf_object_skel;

/*
 * Module "wasm_bpf". Errors are negative Linux numbers. With `attach_target` NULL or "", the target is the one in the
 * section name. `sample_func` is a function pointer, int (*)(void *ctx, void *data, size_t size). `cmd` is an enum
 * bpf_cmd.
 */
#define WASM_BPF_IMPORT(name) __attribute__((import_module("wasm_bpf"), import_name(#name)))

WASM_BPF_IMPORT(wasm_load_bpf_object)
bpf_object_skel wasm_load_bpf_object(const void *obj_buf, int obj_buf_sz);
WASM_BPF_IMPORT(wasm_close_bpf_object)
int wasm_close_bpf_object(bpf_object_skel obj);
WASM_BPF_IMPORT(wasm_attach_bpf_program)
int wasm_attach_bpf_program(bpf_object_skel obj, const char *name, const char *attach_target);
WASM_BPF_IMPORT(wasm_attach_bpf_program_fd)
int wasm_attach_bpf_program_fd(bpf_object_skel obj, const char *name, int target_fd);
WASM_BPF_IMPORT(wasm_bpf_map_fd_by_name)
int wasm_bpf_map_fd_by_name(bpf_object_skel obj, const char *name);
WASM_BPF_IMPORT(wasm_bpf_map_operate)
int wasm_bpf_map_operate(int fd, int cmd, void *key, void *value, void *next_key, uint64_t flags);
WASM_BPF_IMPORT(wasm_bpf_buffer_poll)
int wasm_bpf_buffer_poll(bpf_object_skel obj, int fd, int32_t sample_func, uint32_t ctx, char *data, int max_size,
                         int timeout_ms);

#undef WASM_BPF_IMPORT

/* Module "libbpf": functions of libbpf, on hosts of version 2. Errors are negative numbers of the guest's libc. */
#define WASM_BPF_IMPORT(name) __attribute__((import_module("libbpf"), import_name(#name)))

/* The number of possible processors of the machine. A per-CPU map has a value for each of them. */
WASM_BPF_IMPORT(libbpf_num_possible_cpus)
int libbpf_num_possible_cpus(void);
/*
 * Shares an mmapable array with the guest, at the `size` bytes from `addr` on, which must begin at a page boundary.
 * Returns the number of shared bytes. A host of version 1 refuses a guest that needs this import, with its name.
 */
WASM_BPF_IMPORT(bpf_map_mmap)
int bpf_map_mmap(int fd, void *addr, size_t size);
/* Ends the sharing. The bytes keep their last values. */
WASM_BPF_IMPORT(bpf_map_munmap)
int bpf_map_munmap(int fd);

#undef WASM_BPF_IMPORT

WASM_BPF_EXTERN_C_END

#endif /* WASM_BPF_IMPORTS_H */

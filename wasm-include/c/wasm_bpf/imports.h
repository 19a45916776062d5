// SPDX-License-Identifier: MIT
/* The functions that the host offers. An import that a guest never calls is not in its module. */
#ifndef WASM_BPF_IMPORTS_H
#define WASM_BPF_IMPORTS_H

#include <stddef.h>
#include <stdint.h>
#include <wasm_bpf/replacement.h>

WASM_BPF_EXTERN_C_BEGIN

/* The host's number for an object; 0 is none. */
typedef uint64_t bpf_object_skel;

/*
 * The imports. Errors here are negative Linux numbers. `attach_target` NULL or "": attach where the section name says.
 * `sample_func` is a function pointer, int (*)(void *ctx, void *data, size_t size); `cmd` an enum bpf_cmd.
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

/*
 * Module "libbpf" with libbpf's functions, which hosts of version 2 offer. Errors here are negative numbers of the guest.
 */
#define WASM_BPF_IMPORT(name) __attribute__((import_module("libbpf"), import_name(#name)))

/* The number of possible processors of the machine. A per-CPU map has a value for each of them. */
WASM_BPF_IMPORT(libbpf_num_possible_cpus)
int libbpf_num_possible_cpus(void);
/*
 * Shares an mmapable array with the guest: `addr` is the first of `size` reserved bytes on a page boundary. Returns the number
 * of shared bytes. A host of version 1 shows this name when it refuses a guest that needs it.
 */
WASM_BPF_IMPORT(bpf_map_mmap)
int bpf_map_mmap(int fd, void *addr, size_t size);
/* Ends the sharing. The bytes keep their last values. */
WASM_BPF_IMPORT(bpf_map_munmap)
int bpf_map_munmap(int fd);

#undef WASM_BPF_IMPORT

WASM_BPF_EXTERN_C_END

#endif /* WASM_BPF_IMPORTS_H */

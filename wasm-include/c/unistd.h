// SPDX-License-Identifier: MIT
/*
 * The process id and the number of processors are the host's, because BPF programs use these. libc would return 42
 * and 1.
 */
#ifndef WASM_BPF_UNISTD_H
#define WASM_BPF_UNISTD_H

#define getpid wasm_bpf__libc_getpid /* libc's is marked as deprecated */
#include_next <unistd.h>
#undef getpid
#include <errno.h>
#include <wasm_bpf/replacement.h>

WASM_BPF_EXTERN_C_BEGIN

#define WASM_BPF_IMPORT(name) __attribute__((import_module("wasm_bpf_sys"), import_name(#name)))

/*
 * The id of the process that runs the guest. bpf_get_current_pid_tgid() >> 32 gives the same id, unless the host runs
 * in a PID namespace: BPF programs see the id in the initial namespace.
 */
WASM_BPF_IMPORT(getpid)
pid_t getpid(void) WASM_BPF_REPLACED_BY(wasm_bpf_getpid);

/* The number of processors for _SC_NPROCESSORS_CONF or _SC_NPROCESSORS_ONLN, or a negative error number of libc. */
WASM_BPF_IMPORT(sysconf)
int wasm_bpf_sys_sysconf(int name);

#undef WASM_BPF_IMPORT

long wasm_bpf__libc_sysconf(int) WASM_BPF_LIBC(sysconf);
long sysconf(int) WASM_BPF_REPLACED_BY(wasm_bpf_sysconf);

WASM_BPF_REPLACEMENT long sysconf(int name) {
    if (name != _SC_NPROCESSORS_CONF && name != _SC_NPROCESSORS_ONLN) return wasm_bpf__libc_sysconf(name);
    int result = wasm_bpf_sys_sysconf(name);
    if (result >= 0) return result;
    errno = -result;
    return -1;
}

WASM_BPF_EXTERN_C_END

#endif /* WASM_BPF_UNISTD_H */

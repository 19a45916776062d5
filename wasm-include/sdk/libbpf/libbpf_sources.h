// SPDX-License-Identifier: MIT
/*
 * Included before each of libbpf's own sources that the SDK has (scripts/sdk.mk lists them). The functions that look for
 * the kernel's BTF in files get other names, which nobody calls, because btf_kernel.c has those that ask the host.
 */
#ifndef LIBBPF_GUEST_SOURCES_H
#define LIBBPF_GUEST_SOURCES_H

#define btf__load_vmlinux_btf libbpf_files__load_vmlinux_btf
#define btf__load_module_btf libbpf_files__load_module_btf
#define libbpf_find_kernel_btf libbpf_files__find_kernel_btf
#define btf__load_from_kernel_by_id libbpf_files__load_from_kernel_by_id
#define btf__load_from_kernel_by_id_split libbpf_files__load_from_kernel_by_id_split
/* Not of functions that now have other names. legacy.c has the older names. */
#define alias(name) unused

/* The error for a file without BTF. libc, whose errors are WASI's, lacks it. */
#include <errno.h>
#ifndef ENODATA
#define ENODATA ENOENT
#endif

/* Inline functions that nobody calls need these. */
#include <fcntl.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>
#ifndef F_DUPFD_CLOEXEC
#define F_DUPFD_CLOEXEC 1030
#endif
#ifndef __NR_dup3
#define __NR_dup3 24
#endif
long syscall(long number, ...);

#endif /* LIBBPF_GUEST_SOURCES_H */

/* Errors have Linux's numbers, since programs print them and exit with them. Imports return WASI's; libc converts those. */
#ifndef __wasilibc___errno_values_h
#define __wasilibc___errno_values_h

#include <asm-generic/errno.h>

#define ENOTSUP 95 /* as EOPNOTSUPP */
/* WASI's only error that Linux lacks. */
#define ENOTCAPABLE 200

#ifdef __cplusplus
extern "C" {
#endif

/* Linux's number for a positive one of WASI. */
int __linux_errno(int wasi_errno);

#ifdef __cplusplus
}
#endif

#endif

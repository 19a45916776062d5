/* SPDX-License-Identifier: MIT */
/*
 * Jumps out of functions. clang finds the calls of setjmp() and longjmp() by their names, and makes them exceptions of
 * WebAssembly. So all names are macros for those, and setjmp.c in wasm-include/sdk/libc/ has what the compiler calls.
 */
#ifndef _SETJMP_H
#define _SETJMP_H

#include <features.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct __jmp_buf_tag {
    unsigned long __place[8];
    unsigned long __has_mask;
    unsigned long __mask[128 / sizeof(long)];
} jmp_buf[1];

int setjmp(jmp_buf) __attribute__((__returns_twice__));
_Noreturn void longjmp(jmp_buf, int);
#define setjmp setjmp

#if defined(_POSIX_SOURCE) || defined(_POSIX_C_SOURCE) || defined(_XOPEN_SOURCE) || defined(_GNU_SOURCE) || \
    defined(_BSD_SOURCE)
typedef jmp_buf sigjmp_buf;
void __keep_signal_mask(sigjmp_buf, int);
_Noreturn void siglongjmp(sigjmp_buf, int);
#define sigsetjmp(place, keeps_mask) (__keep_signal_mask((place), (keeps_mask)), setjmp(place))
#endif

#if defined(_XOPEN_SOURCE) || defined(_GNU_SOURCE) || defined(_BSD_SOURCE)
#define _setjmp(place) setjmp(place)
#define _longjmp(place, value) longjmp(place, value)
#endif

#ifdef __cplusplus
}
#endif

#endif /* _SETJMP_H */

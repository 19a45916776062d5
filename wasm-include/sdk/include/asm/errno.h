// SPDX-License-Identifier: MIT
/* The kernel's header has Linux's numbers. A guest has only those of its libc, which all functions return. */
#include <errno.h>

// SPDX-License-Identifier: MIT
/* The programs of the example bootstrap. */
#include "../bootstrap/bootstrap.bpf.c"

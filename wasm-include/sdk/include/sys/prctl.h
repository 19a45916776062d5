#pragma once
// The kernel's numbers and structures.
#include <linux/prctl.h>

#ifdef __cplusplus
extern "C"
#endif
    int
    prctl(int operation, ...);

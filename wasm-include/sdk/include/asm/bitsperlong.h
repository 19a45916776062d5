// The width of `long` in guests: 64 bits, as in the kernel.
#pragma once
#define __BITS_PER_LONG 64
#include <asm-generic/bitsperlong.h>

// One header of libc and one of the kernel that define the same names. Both orders work with glibc.
#define _GNU_SOURCE
#ifndef KERNEL_FIRST
#include LIBC
#include KERNEL
#else
#include KERNEL
#include LIBC
#endif

int main(void) {
    return 0;
}

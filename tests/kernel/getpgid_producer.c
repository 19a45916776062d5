// SPDX-License-Identifier: MIT
/* getpgid_producer COUNT: calls getpgid(MAGIC) COUNT times. overflow.bpf.c sends a record for each call. */
#include <stdlib.h>
#include <unistd.h>

#define MAGIC 0x7a5b9f

int main(int argc, char **argv) {
    for (long left = argc > 1 ? atol(argv[1]) : 0; left > 0; left--) getpgid(MAGIC);
    return 0;
}

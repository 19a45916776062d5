// SPDX-License-Identifier: MIT
/*
 * exchange COUNT: takes counts of system calls from a global variable, as tools do at each interval, until COUNT were made. Every
 * count is taken once, because the exchange is atomic for the BPF program too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <bpf/libbpf.h>
#include "exchange.skel.h"

int main(int argc, char **argv) {
    __u64 count = argc > 1 ? strtoull(argv[1], NULL, 10) : 0, sum = 0;
    struct exchange *skel = exchange__open_and_load();
    if (!skel || exchange__attach(skel)) return 1;
    puts("attached");
    fflush(stdout);
    while (*(volatile __u64 *)&skel->bss->calls < count)
        for (int i = 0; i < 1000; i++) sum += __atomic_exchange_n(&skel->bss->taken, 0, __ATOMIC_RELAXED);
    exchange__detach(skel);
    printf("%llu calls, %llu taken\n", skel->bss->calls, sum + skel->bss->taken);
    exchange__destroy(skel);
    return 0;
}

// SPDX-License-Identifier: MIT
/*
 * Usage: packets INTERFACE. Prints "ready" and the size of each packet, until a signal ends it. A guest of version 1 has
 * no handlers for signals.
 */
#include "libbpf-wasm.h"
#include "packets.skel.h"

static int print_size(void *ctx, void *data, size_t size) {
    (void)ctx, (void)size;
    printf("%u\n", *(const __u32 *)data);
    return 0;
}

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    struct packets_bpf *skel = packets_bpf__open_and_load();
    if (!skel) return 3;
    bpf_set_prog_attach_target(skel->progs.send_size, argv[1]);
    if (packets_bpf__attach(skel) < 0) return 4;
    struct bpf_buffer *sizes = bpf_buffer__open(skel->maps.sizes, print_size, NULL);
    if (!sizes) return 5;
    puts("ready");
    while (bpf_buffer__poll(sizes, 1000) >= 0) fflush(stdout);
    return 6;
}

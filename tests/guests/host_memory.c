// SPDX-License-Identifier: MIT
/* Prints its own environment, and the host's environment, which its BPF program reads. */
#include "libbpf-wasm.h"
#include "host_memory.skel.h"

#define MAGIC 0x686f73746d656d6fULL

extern char **environ;

int main(void) {
    struct host_memory_bpf *skel = host_memory_bpf__open_and_load();
    if (!skel || host_memory_bpf__attach(skel) < 0) return 1;
    unsigned key = 0;
    unsigned long long magic = MAGIC;
    char found[1025] = {0};
    bpf_map_update_elem(bpf_map__fd(skel->maps.trigger), &key, &magic, BPF_ANY);
    if (bpf_map_lookup_elem(bpf_map__fd(skel->maps.environment), &key, found) < 0) return 1;
    for (char **one = environ; *one; one++) printf("guest %s\n", *one);
    for (char *at = found; at < found + 1024 && *at; at += strlen(at) + 1) printf("host %s\n", at);
    host_memory_bpf__destroy(skel);
    return 0;
}

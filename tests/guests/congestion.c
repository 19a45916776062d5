// SPDX-License-Identifier: MIT
/*
 * Attaches a struct_ops map by its name or, with an argument, as skeletons do; otherwise works like fires.c. The map's
 * value refers to programs, so the guest must not write it.
 */
#include "libbpf-wasm.h"
#include "congestion.skel.h"

static void say(const char *word) {
    puts(word);
    fflush(stdout);
}

static bool has_run(int runs) {
    for (int i = 0; i < 1000; i++) {
        __u32 key = 0;
        __u64 count = 0;
        if (bpf_map_lookup_elem(runs, &key, &count) == 0 && count > 0) return true;
        usleep(10 * 1000);
    }
    return false;
}

/* Attaches the map like a skeleton that has a link for it. */
static int attach_skeleton(struct congestion_bpf *skel) {
    static struct bpf_link *link;
    for (int i = 0; i < skel->skeleton->map_cnt; i++)
        if (strcmp(skel->skeleton->maps[i].name, "congestion") == 0) skel->skeleton->maps[i].link = &link;
    int result = congestion_bpf__attach(skel);
    return result == 0 && !link ? -1 : result;
}

int main(int argc, char **argv) {
    (void)argv;
    static char value[65536];
    __u32 key = 0;
    struct congestion_bpf *skel = congestion_bpf__open_and_load();
    if (!skel) return 3;
    bpf_object_skel object = skel->skeleton->handle;
    int map = wasm_bpf_map_fd_by_name(object, "congestion");
    printf("update: %d\n", wasm_bpf_map_operate(map, BPF_MAP_UPDATE_ELEM, &key, value, NULL, 0));
    int result = argc > 1 ? attach_skeleton(skel) : wasm_attach_bpf_program(object, "congestion", NULL);
    if (result < 0) {
        printf("congestion: %d\n", result);
        return 4;
    }
    say("attached");
    if (!has_run(bpf_map__fd(skel->maps.runs))) return 5;
    say("fired");
    getchar();
    wasm_close_bpf_object(object);
    say("closed");
    getchar();
    return 0;
}

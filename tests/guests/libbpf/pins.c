// SPDX-License-Identifier: MIT
/* Pins a map, a program and a link in the directory that is the first argument, and opens them again. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "pins.skel.h"

static const char *directory;

static const char *path_of(const char *name) {
    static char path[256];
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    return path;
}

static void result(const char *subject, int number) {
    printf("%s: %s\n", subject, number < 0 ? strerror(-number) : "done");
}

static void pin_map(struct bpf_map *map) {
    __u32 key = 1;
    __u64 value = 5, seen = 0;

    result("pin a map", bpf_map__pin(map, path_of("map")));
    result("pin it again", bpf_map__pin(map, path_of("map")));
    printf("%s: %s\n", bpf_map__is_pinned(map) ? "pinned" : "not pinned", bpf_map__pin_path(map));
    int fd = bpf_obj_get(path_of("map"));
    result("open it", fd);
    result("write", bpf_map_update_elem(fd, &key, &value, 0));
    result("read", bpf_map_lookup_elem(bpf_map__fd(map), &key, &seen));
    printf("%llu\n", (unsigned long long)seen);
    close(fd);
    result("unpin it", bpf_map__unpin(map, path_of("map")));
    fd = bpf_obj_get(path_of("map"));
    result("open it", fd < 0 ? -errno : fd);
}

static void pin_program(struct bpf_program *prog) {
    result("pin a program", bpf_program__pin(prog, path_of("program")));
    result("open it", bpf_obj_get(path_of("program")));
    result("unpin it", bpf_program__unpin(prog, path_of("program")));
    struct bpf_link *link = bpf_program__attach(prog);
    result("pin a link", bpf_link__pin(link, path_of("link")));
    printf("%s\n", bpf_link__pin_path(link));
    result("destroy it", bpf_link__destroy(link));
    link = bpf_link__open(path_of("link"));
    printf("%s\n", link ? "open" : strerror(errno));
    result("unpin it", bpf_link__unpin(link));
    result("destroy it", bpf_link__destroy(link));
}

int main(int argc, char **argv) {
    directory = argc > 1 ? argv[1] : "";
    struct pins *skel = pins__open_and_load();
    if (!skel) return 1;
    pin_map(skel->maps.counts);
    pin_program(skel->progs.on_getpgid);
    result("pin all maps", bpf_object__pin_maps(skel->obj, directory));
    result("unpin all maps", bpf_object__unpin_maps(skel->obj, directory));
    pins__destroy(skel);

    skel = pins__open();
    result("choose a pin", bpf_map__set_pin_path(skel->maps.counts, path_of("chosen")));
    result("load", pins__load(skel));
    result("open it", bpf_obj_get(path_of("chosen")));
    result("unpin it", bpf_map__unpin(skel->maps.counts, NULL));
    pins__destroy(skel);
    return 0;
}

// SPDX-License-Identifier: MIT
/* Requests more of each resource than the host allows a guest. argv[1] is the limit of links. */
#include "events_guest.h"
#include "shared_memory.skel.h"
#include "targets.skel.h"
#include "xdp_pass.skel.h"

#define OBJECTS 64
#define BUFFERS 64
#define SHARES 512
#define PAGE 65536

enum { EMFILE_LINUX = 24 };

__attribute__((import_module("libbpf"), import_name("bpf_map_mmap"))) int map_mmap(int fd, void *addr, size_t size);
__attribute__((import_module("libbpf"), import_name("bpf_map_munmap"))) int map_munmap(int fd);

static char data[RECORD_SIZE_MAX];

static int see(void *ctx, void *record, size_t size) {
    (void)ctx, (void)record, (void)size;
    return 0;
}

/* An object whose program can be attached any number of times, because each link has its own events. */
static struct targets_bpf *load_sampler(void) {
    struct targets_bpf *skel = targets_bpf__open();
    for (int i = 0; skel && i < skel->skeleton->prog_cnt; i++) {
        struct bpf_prog_skeleton *one = &skel->skeleton->progs[i];
        bpf_program__set_autoload(*one->prog, strcmp(one->name, "on_perf_event") == 0);
    }
    if (!skel || targets_bpf__load(skel) < 0) exit(1);
    return skel;
}

static int attach_sampler(struct targets_bpf *skel) {
    return wasm_attach_bpf_program(skel->skeleton->handle, "on_perf_event", "cpu-clock@1Hz");
}

static void links(int most) {
    struct targets_bpf *skel = load_sampler();
    int count = 0, err = 0;
    for (; count <= most && (err = attach_sampler(skel)) == 0; count++) {}
    check_equal("links have a limit", count, most);
    check_equal("beyond which attaching fails", err, -EMFILE_LINUX);
    wasm_close_bpf_object(skel->skeleton->handle);
    skel = load_sampler();
    check_equal("closing the object gives them back", attach_sampler(skel), most == 0 ? -EMFILE_LINUX : 0);
    wasm_close_bpf_object(skel->skeleton->handle);
}

static void objects_and_buffers(void) {
    static const char *const maps[] = {"ring_a", "ring_b", "perf"};
    size_t size, small_size;
    const void *elf = events_bpf__elf_bytes(&size), *small = xdp_pass_bpf__elf_bytes(&small_size);
    bpf_object_skel objects[OBJECTS + 1];
    int count = 0, buffers = 0, err = 0;
    while (buffers <= BUFFERS && err == 0) {
        objects[count] = wasm_load_bpf_object(elf, size);
        for (int i = 0; i < 3 && err == 0; i++) {
            int fd = wasm_bpf_map_fd_by_name(objects[count], maps[i]);
            err = wasm_bpf_buffer_poll(objects[count], fd, (int32_t)(intptr_t)see, 0, data, sizeof(data), 0);
            if (err == 0) buffers++;
        }
        count++;
    }
    check_equal("buffers have a limit", buffers, BUFFERS);
    check_equal("beyond which polling fails", err, -EMFILE_LINUX);
    while (count <= OBJECTS && (objects[count] = wasm_load_bpf_object(small, small_size)) != 0) count++;
    check_equal("objects have a limit", count, OBJECTS);
    for (int i = 0; i < count; i++) wasm_close_bpf_object(objects[i]);
    objects[0] = wasm_load_bpf_object(elf, size);
    int fd = wasm_bpf_map_fd_by_name(objects[0], maps[0]);
    err = wasm_bpf_buffer_poll(objects[0], fd, (int32_t)(intptr_t)see, 0, data, sizeof(data), 0);
    check_equal("closing gives both back", err, 0);
    wasm_close_bpf_object(objects[0]);
}

static void shares(void) {
    size_t size;
    const void *elf = shared_memory_bpf__elf_bytes(&size);
    bpf_object_skel object = wasm_load_bpf_object(elf, size);
    int fd = wasm_bpf_map_fd_by_name(object, "cells"), count = 0, got = 1;
    char *room = aligned_alloc(PAGE, (SHARES + 1) * PAGE);
    for (; count <= SHARES && (got = map_mmap(fd, room + count * PAGE, PAGE)) > 0; count++) {}
    check_equal("shared maps have a limit", count, SHARES);
    check_equal("beyond which sharing fails", got, -EMFILE);
    check_equal("the sharing ends", map_munmap(fd), 0);
    check("and gives them back", map_mmap(fd, room, PAGE) > 0);
    wasm_close_bpf_object(object);
}

int main(int argc, char **argv) {
    links(argc > 1 ? atoi(argv[1]) : 0);
    if (argc > 2) return check_result();
    objects_and_buffers();
    shares();
    return check_result();
}

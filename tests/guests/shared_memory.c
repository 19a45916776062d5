// SPDX-License-Identifier: MIT
/* The guest reads and writes .bss, .data and an mmapable array in the kernel's memory, without calls. */
#include "libbpf-wasm.h"
#include "check.h"
#include "shared_memory.skel.h"

#define ROOM 65536

static void pull(struct shared_memory_bpf *skel) {
    __u32 key = 0;
    __u64 magic = skel->rodata->magic;
    bpf_map_update_elem(bpf_map__fd(skel->maps.trigger), &key, &magic, BPF_ANY);
}

int main(void) {
    struct shared_memory_bpf *skel = shared_memory_bpf__open();
    getentropy((void *)&skel->rodata->magic, sizeof(skel->rodata->magic));
    skel->data->addend = 5;
    if (shared_memory_bpf__load(skel) < 0 || shared_memory_bpf__attach(skel) < 0) {
        check("the object loads and attaches", false);
        return 1;
    }
    __u64 *cells = (__u64 *)aligned_alloc(ROOM, ROOM);
    int cells_fd = bpf_map__fd(skel->maps.cells);
    check_equal("an mmapable array is shared", bpf_map_mmap(cells_fd, cells, ROOM), 600 * 8);

    pull(skel);
    check_equal("the program's bss is the guest's", skel->bss->sum, 5);
    check_equal("on its last page too", skel->bss->last[1999], 5);
    check_equal("and the array's last cell", cells[599], 5);
    check_equal("the program has the guest's getpid()", skel->bss->pid, getpid());
    check_equal("sections of other names are shared too", skel->bss_uncommon->uncommon, 3);
    skel->data->addend = 100;
    skel->data_custom->custom = 30;
    pull(skel);
    check_equal("and stored to", skel->bss_uncommon->uncommon, 33);
    check_equal("the guest's store is the program's", skel->bss->sum, 105);
    skel->bss->sum = 7;
    cells[0] = 77;
    __u32 key = 0;
    __u64 value = 0;
    bpf_map_lookup_elem(cells_fd, &key, &value);
    check_equal("a lookup returns the guest's store", value, 77);

    /* The memory grows to many times its size. The shared pages stay in place. */
    char *more = (char *)malloc(64 << 20);
    check("the memory grows", more != NULL);
    more[0] = 1, more[(64 << 20) - 1] = 1;
    pull(skel);
    check_equal("growth leaves it shared", skel->bss->sum, 107);

    check_equal("no two maps share a place", bpf_map_mmap(bpf_map__fd(skel->maps.bss), cells, ROOM), -EEXIST);
    check_equal("on a page boundary only", bpf_map_mmap(cells_fd, (char *)cells + 8, 6000), -EINVAL);
    check_equal("with room enough", bpf_map_mmap(cells_fd, cells, 4096), -E2BIG);
    check_equal("inside the memory", bpf_map_mmap(cells_fd, (void *)0xffff0000, 1 << 16), -EFAULT);
    check_equal("of an mmapable map", bpf_map_mmap(bpf_map__fd(skel->maps.trigger), cells, ROOM), -EINVAL);
    check_equal("that is not frozen", bpf_map_mmap(bpf_map__fd(skel->maps.rodata), aligned_alloc(ROOM, ROOM), ROOM),
                -EPERM);
    check_equal("that the guest owns", bpf_map_mmap(0, cells, ROOM), -EBADF);

    check_equal("sharing ends", bpf_map_munmap(cells_fd), 0);
    check_equal("with the bytes as they were", cells[599], 205);
    pull(skel);
    check_equal("and no change after that", cells[599], 205);

    __u64 *sum = &skel->bss->sum;
    bpf_object__detach_skeleton(skel->skeleton);
    check_equal("closing leaves the last bytes", *sum, 207);
    *sum = 1;
    check_equal("in the guest's private memory", *sum, 1);
    shared_memory_bpf__destroy(skel);
    return check_result();
}

// SPDX-License-Identifier: MIT
/*
 * The life cycle of a skeleton. Generators of different versions have structs of different sizes, so the arrays are walked
 * by the sizes that the skeleton gives.
 */
#include <stdlib.h>
#include <bpf/libbpf.h>
#include "data_maps.h"
#include "libbpf_guest.h"
#include "libbpf_imports.h"
#include "object.h"
#include "skeleton.h"

int libbpf_guest_find_maps(const struct bpf_object *obj, struct libbpf_guest_array maps) {
    for (int i = 0; i < maps.count; i++) {
        struct bpf_map_skeleton *skel = libbpf_guest_entry(maps, i);
        *skel->map = bpf_object__find_map_by_name(obj, skel->name);
        if (!*skel->map) {
            libbpf_guest_warn("failed to find skeleton map '%s'\n", skel->name);
            return -ESRCH;
        }
        if (!skel->mmaped || libbpf_guest_is_kconfig(skel->name)) continue;
        *skel->mmaped = libbpf_guest_data(*skel->map, NULL);
        if (!*skel->mmaped && errno) return -errno;
        if (!*skel->mmaped && import_bpf_map__type(*skel->map) == BPF_MAP_TYPE_ARENA) {
            libbpf_guest_warn("map '%s': guests cannot map an arena\n", skel->name);
            return -EOPNOTSUPP;
        }
    }
    return 0;
}

int libbpf_guest_find_progs(const struct bpf_object *obj, struct libbpf_guest_array progs) {
    for (int i = 0; i < progs.count; i++) {
        struct bpf_prog_skeleton *skel = libbpf_guest_entry(progs, i);
        *skel->prog = bpf_object__find_program_by_name(obj, skel->name);
        if (!*skel->prog) {
            libbpf_guest_warn("failed to find skeleton program '%s'\n", skel->name);
            return -ESRCH;
        }
    }
    return 0;
}

static struct libbpf_guest_array maps_of(const struct bpf_object_skeleton *s) {
    return (struct libbpf_guest_array){s->maps, s->map_cnt, (size_t)s->map_skel_sz};
}

static struct libbpf_guest_array progs_of(const struct bpf_object_skeleton *s) {
    return (struct libbpf_guest_array){s->progs, s->prog_cnt, (size_t)s->prog_skel_sz};
}

int bpf_object__open_skeleton(struct bpf_object_skeleton *s, const struct bpf_object_open_opts *opts) {
    struct bpf_object *obj = libbpf_guest_open(s->data, s->data_sz, s->name, opts);
    if (!obj) {
        int err = -errno;
        libbpf_guest_warn("failed to initialize skeleton BPF object '%s': %d\n", s->name, err);
        return libbpf_guest_int(err);
    }
    *s->obj = obj;
    int err = libbpf_guest_find_maps(obj, maps_of(s));
    if (err) {
        libbpf_guest_warn("failed to populate skeleton maps for '%s': %d\n", s->name, err);
        return libbpf_guest_int(err);
    }
    err = libbpf_guest_find_progs(obj, progs_of(s));
    if (err) {
        libbpf_guest_warn("failed to populate skeleton progs for '%s': %d\n", s->name, err);
        return libbpf_guest_int(err);
    }
    return 0;
}

int bpf_object__load_skeleton(struct bpf_object_skeleton *s) {
    int err = bpf_object__load(*s->obj);
    if (err) {
        libbpf_guest_warn("failed to load BPF skeleton '%s': %d\n", s->name, err);
        return libbpf_guest_int(err);
    }
    for (int i = 0; i < s->map_cnt; i++) {
        struct bpf_map_skeleton *skel = libbpf_guest_entry(maps_of(s), i);
        if (!skel->mmaped) continue;
        *skel->mmaped = libbpf_guest_data(*skel->map, NULL);
        if (!*skel->mmaped && errno) return libbpf_guest_int(-errno);
    }
    return 0;
}

/*
 * Attaches a program as its section says. Sections that libbpf cannot attach, and those whose target is not in their name
 * (SEC("uprobe")), are no error: the host returns NULL for them.
 */
static int attach_prog(const struct bpf_prog_skeleton *skel) {
    const struct bpf_program *prog = *skel->prog;
    if (!import_bpf_program__autoload(prog) || !import_bpf_program__autoattach(prog) || *skel->link) return 0;
    intptr_t link = (intptr_t)import_bpf_program__attach(prog);
    if (link >= 0) {
        *skel->link = (struct bpf_link *)link;
        return 0;
    }
    libbpf_guest_warn("prog '%s': failed to auto-attach: %d\n", bpf_program__name(prog), (int)link);
    return (int)link;
}

/* Attaches a map of struct_ops. */
static int attach_map(const struct bpf_object_skeleton *s, const struct bpf_map_skeleton *skel) {
    const struct bpf_map *map = *skel->map;
    if (import_bpf_map__type(map) != BPF_MAP_TYPE_STRUCT_OPS || !import_bpf_map__autocreate(map) ||
        !import_bpf_map__autoattach(map))
        return 0;
    if ((size_t)s->map_skel_sz < sizeof(struct bpf_map_skeleton)) {
        libbpf_guest_warn("map '%s': BPF skeleton version is old, skipping map auto-attachment...\n",
                          bpf_map__name(map));
        return 0;
    }
    if (*skel->link) return 0;
    *skel->link = bpf_map__attach_struct_ops(map);
    if (*skel->link) return 0;
    int err = -errno;
    libbpf_guest_warn("map '%s': failed to auto-attach: %d\n", bpf_map__name(map), err);
    return err;
}

int bpf_object__attach_skeleton(struct bpf_object_skeleton *s) {
    for (int i = 0; i < s->prog_cnt; i++) {
        int err = attach_prog(libbpf_guest_entry(progs_of(s), i));
        if (err) return libbpf_guest_int(err);
    }
    for (int i = 0; i < s->map_cnt; i++) {
        int err = attach_map(s, libbpf_guest_entry(maps_of(s), i));
        if (err) return libbpf_guest_int(err);
    }
    return 0;
}

void bpf_object__detach_skeleton(struct bpf_object_skeleton *s) {
    for (int i = 0; i < s->prog_cnt; i++) {
        struct bpf_prog_skeleton *skel = libbpf_guest_entry(progs_of(s), i);
        bpf_link__destroy(*skel->link);
        *skel->link = NULL;
    }
    if ((size_t)s->map_skel_sz < sizeof(struct bpf_map_skeleton)) return;
    for (int i = 0; i < s->map_cnt; i++) {
        struct bpf_map_skeleton *skel = libbpf_guest_entry(maps_of(s), i);
        if (!skel->link) continue;
        bpf_link__destroy(*skel->link);
        *skel->link = NULL;
    }
}

void bpf_object__destroy_skeleton(struct bpf_object_skeleton *s) {
    if (!s) return;
    bpf_object__detach_skeleton(s);
    if (s->obj) bpf_object__close(*s->obj);
    free(s->maps);
    free(s->progs);
    free(s);
}

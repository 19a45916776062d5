// SPDX-License-Identifier: MIT
/* Subskeletons: a library's view of an object that the program has opened. */
#include <stdlib.h>
#include <string.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include "data_maps.h"
#include "libbpf_guest.h"
#include "skeleton.h"

/* Sets the pointer to a variable, which is at the offset that the type of its map's value gives. */
static int find_variable(const struct btf *btf, const struct bpf_var_skeleton *skel) {
    const struct bpf_map *map = *skel->map;
    const struct btf_type *section = btf__type_by_id(btf, bpf_map__btf_value_type_id(map));
    if (!section || !btf_is_datasec(section)) {
        libbpf_guest_warn("type for map '%s' is not a datasec\n", bpf_map__name(map));
        return -EINVAL;
    }
    const struct btf_var_secinfo *info = btf_var_secinfos(section);
    for (int i = 0; i < btf_vlen(section); i++, info++) {
        const struct btf_type *variable = btf__type_by_id(btf, info->type);
        const char *name = btf__name_by_offset(btf, variable->name_off);
        if (!name || strcmp(name, skel->name) != 0) continue;
        char *memory = libbpf_guest_data(map, NULL);
        *skel->addr = memory ? memory + info->offset : NULL;
        break;
    }
    return 0;
}

int bpf_object__open_subskeleton(struct bpf_object_subskeleton *s) {
    if (!s->obj) return libbpf_guest_int(-EINVAL);
    const struct btf *btf = bpf_object__btf(s->obj);
    if (!btf) {
        libbpf_guest_warn("subskeletons require BTF at runtime (object %s)\n", bpf_object__name(s->obj));
        return libbpf_guest_int(-errno);
    }
    struct libbpf_guest_array maps = {s->maps, s->map_cnt, (size_t)s->map_skel_sz};
    struct libbpf_guest_array progs = {s->progs, s->prog_cnt, (size_t)s->prog_skel_sz};
    struct libbpf_guest_array variables = {s->vars, s->var_cnt, (size_t)s->var_skel_sz};
    int err = libbpf_guest_find_maps(s->obj, maps);
    if (!err) err = libbpf_guest_find_progs(s->obj, progs);
    if (err) {
        libbpf_guest_warn("failed to populate subskeleton maps: %d\n", err);
        return libbpf_guest_int(err);
    }
    for (int i = 0; i < variables.count; i++) {
        err = find_variable(btf, libbpf_guest_entry(variables, i));
        if (err) return libbpf_guest_int(err);
    }
    return 0;
}

void bpf_object__destroy_subskeleton(struct bpf_object_subskeleton *s) {
    if (!s) return;
    free(s->maps);
    free(s->progs);
    free(s->vars);
    free(s);
}

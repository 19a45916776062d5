// SPDX-License-Identifier: MIT
/* The options of an argp and its children as the sorted entries of --help and --usage. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "argp_internal.h"

static bool is_header(const struct argp_option *option) {
    return !option->name && !option->key;
}

static bool grow(struct argp_entries *list) {
    if (list->count < list->size) return true;
    size_t size = list->size ? list->size * 2 : 32;
    struct argp_entry *larger = realloc(list->entries, size * sizeof(*larger));
    if (!larger) return false;
    list->entries = larger;
    list->size = size;
    return true;
}

static void claim_short(struct argp_entries *list, const struct argp_option *option, int entry) {
    if (!argp_is_short(option) || list->owners[option->key].option) return;
    list->owners[option->key].option = option;
    list->owners[option->key].entry = entry;
}

static bool add_options(struct argp_entries *list, const struct argp *argp, const struct argp_cluster *cluster) {
    const struct argp_option *option = argp->options;
    int group = 0;
    while (option && !argp_is_end(option)) {
        if (!grow(list)) return false;
        if (option->group)
            group = option->group;
        else if (is_header(option))
            group++;
        int number = (int)list->count;
        struct argp_entry entry = {option, 0, group, number, cluster, argp};
        do {
            claim_short(list, option, number);
            entry.count++;
            option++;
        } while (!argp_is_end(option) && option->flags & OPTION_ALIAS);
        list->entries[list->count++] = entry;
    }
    return true;
}

static bool add_argp(struct argp_entries *list, const struct argp *argp, const struct argp_cluster *outer) {
    if (!add_options(list, argp, outer)) return false;
    const struct argp_child *child = argp->children;
    for (int index = 0; child && child->argp; child++, index++) {
        const struct argp_cluster *inner = outer;
        if (child->group || child->header) {
            struct argp_cluster *made = malloc(sizeof(*made));
            if (!made) return false;
            int depth = outer ? outer->depth + 1 : 0;
            *made = (struct argp_cluster){child->group, child->header, index, outer, argp, depth, list->clusters};
            list->clusters = made;
            inner = made;
        }
        if (!add_argp(list, child->argp, inner)) return false;
    }
    return true;
}

/* Moves the entry with the long name behind all others. */
static void move_to_end(struct argp_entries *list, const char *name) {
    for (size_t i = 0; i < list->count; i++) {
        struct argp_entry *entry = &list->entries[i];
        for (int j = 0; j < entry->count; j++) {
            const struct argp_option *option = &entry->option[j];
            if (!option->name || !argp_is_visible(option) || strcmp(option->name, name) != 0) continue;
            entry->group = -1;
            return;
        }
    }
}

bool __argp_owns_short(const struct argp_entries *list, const struct argp_entry *entry,
                       const struct argp_option *option) {
    if (!argp_is_short(option)) return false;
    return list->owners[option->key].option == option && list->owners[option->key].entry == entry->number;
}

bool __argp_cluster_is_inside(const struct argp_cluster *cluster, const struct argp_cluster *outer) {
    while (cluster && cluster != outer) cluster = cluster->parent;
    return cluster == outer;
}

/* The order of groups: 0, 1, 2 and so on, then the negative ones up to -1. */
static int compare_groups(int one, int other, int if_equal) {
    if (one == other) return if_equal;
    if ((one < 0) != (other < 0)) return one < 0 ? 1 : -1;
    return one < other ? -1 : 1;
}

static const struct argp_cluster *outermost(const struct argp_cluster *cluster) {
    while (cluster->parent) cluster = cluster->parent;
    return cluster;
}

static int compare_clusters(const struct argp_cluster *one, const struct argp_cluster *other) {
    int difference = one->depth - other->depth;
    while (one->depth > other->depth) one = one->parent;
    while (other->depth > one->depth) other = other->parent;
    while (one->parent != other->parent) {
        one = one->parent;
        other = other->parent;
    }
    int order = compare_groups(one->group, other->group, other->index - one->index);
    return order ? order : difference;
}

/* The names that decide about the place of an entry within its group. */
struct sort_key {
    int letter;
    const char *name;
    bool is_documentation; /* and does not look like an option */
};

static struct sort_key find_sort_key(const struct argp_entries *list, const struct argp_entry *entry) {
    struct sort_key key = {0, NULL, false};
    for (int i = 0; i < entry->count; i++) {
        const struct argp_option *option = &entry->option[i];
        if (!argp_is_visible(option)) continue;
        if (!key.letter && __argp_owns_short(list, entry, option)) key.letter = option->key;
        if (!key.name) key.name = option->name;
    }
    if (entry->option->flags & OPTION_DOC && key.name) {
        while (isspace((unsigned char)*key.name)) key.name++;
        key.is_documentation = *key.name != '-';
        while (*key.name && !isalnum((unsigned char)*key.name)) key.name++;
    }
    return key;
}

static int compare_names(const struct sort_key *one, const struct sort_key *other) {
    if (one->is_documentation != other->is_documentation) return one->is_documentation ? 1 : -1;
    int first = one->letter ? one->letter : one->name ? (unsigned char)*one->name : 0;
    int second = other->letter ? other->letter : other->name ? (unsigned char)*other->name : 0;
    int difference = tolower(first) - tolower(second);
    if (difference) return difference;
    if (first != second) return second - first;
    if (!one->letter != !other->letter) return one->letter ? 1 : -1;
    if (!one->name || !other->name) return 0;
    return strcasecmp(one->name, other->name);
}

static int compare(const struct argp_entries *list, const struct argp_entry *one, const struct argp_entry *other) {
    if (one->cluster != other->cluster) {
        /* Options outside of clusters come before a cluster of the same group. */
        if (!one->cluster) return compare_groups(one->group, outermost(other->cluster)->group, -1);
        if (!other->cluster) return compare_groups(outermost(one->cluster)->group, other->group, 1);
        int order = compare_clusters(one->cluster, other->cluster);
        if (order) return order;
    }
    if (one->group != other->group) return compare_groups(one->group, other->group, 0);
    struct sort_key key = find_sort_key(list, one);
    struct sort_key other_key = find_sort_key(list, other);
    int order = compare_names(&key, &other_key);
    return order ? order : one->number - other->number;
}

static void insert(const struct argp_entries *list, size_t index) {
    struct argp_entry moved = list->entries[index];
    for (; index > 0 && compare(list, &list->entries[index - 1], &moved) > 0; index--)
        list->entries[index] = list->entries[index - 1];
    list->entries[index] = moved;
}

bool __argp_entries_make(struct argp_entries *list, const struct argp *argp) {
    memset(list, 0, sizeof(*list));
    if (!add_argp(list, argp, NULL)) return false;
    move_to_end(list, "help");
    move_to_end(list, "version");
    for (size_t i = 1; i < list->count; i++) insert(list, i);
    return true;
}

void __argp_entries_free(struct argp_entries *list) {
    while (list->clusters) {
        struct argp_cluster *next = list->clusters->next;
        free(list->clusters);
        list->clusters = next;
    }
    free(list->entries);
}

// The list of interfaces, by /sys/class/net, if the guest may read it.
#include <dirent.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

static int by_index(const void *a, const void *b) {
    const unsigned first = ((const struct if_nameindex *)a)->if_index;
    const unsigned second = ((const struct if_nameindex *)b)->if_index;

    return first < second ? -1 : first > second;
}

void if_freenameindex(struct if_nameindex *list) {
    for (struct if_nameindex *one = list; one && one->if_name; one++) free(one->if_name);
    free(list);
}

struct if_nameindex *if_nameindex(void) {
    DIR *directory = opendir("/sys/class/net");
    struct if_nameindex *list = directory ? calloc(1, sizeof(*list)) : NULL;
    size_t count = 0;

    for (struct dirent *entry; list && (entry = readdir(directory));) {
        const unsigned index = if_nametoindex(entry->d_name);
        if (index == 0) continue;
        char *name = strdup(entry->d_name);
        struct if_nameindex *longer = name ? realloc(list, (count + 2) * sizeof(*list)) : NULL;
        if (longer) {
            list = longer;
            list[count++] = (struct if_nameindex){index, name};
            list[count] = (struct if_nameindex){0, NULL};
        } else {
            free(name);
            if_freenameindex(list);
            list = NULL;
        }
    }
    if (directory) closedir(directory);
    if (list) qsort(list, count, sizeof(*list), by_index);
    return list;
}

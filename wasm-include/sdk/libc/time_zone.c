// The zone of local time, for musl's __tz.c. The host has its files.
#include <stdlib.h>

#include "sys.h"

const char *__host_time_zone(void);
const unsigned char *__map_file(const char *path, size_t *size);
void __unmap_file(void *file, size_t size);

// The setting of the host when the guest has no variable TZ.
const char *__host_time_zone(void) {
    static char zone[256];

    if (zone[0]) return zone;
    const int length = sys_time_zone(zone, sizeof(zone));
    if (length <= 0 || length >= (int)sizeof(zone)) return "/etc/localtime";
    return zone;
}

const unsigned char *__map_file(const char *path, size_t *size) {
    const long needed = sys_time_zone_file(path, NULL, 0);
    unsigned char *file = needed > 0 ? malloc(needed) : NULL;

    if (!file) return NULL;
    // The file may have changed between the calls.
    if (sys_time_zone_file(path, file, needed) == needed) {
        *size = needed;
        return file;
    }
    free(file);
    return NULL;
}

void __unmap_file(void *file, size_t size) {
    (void)size;
    free(file);
}

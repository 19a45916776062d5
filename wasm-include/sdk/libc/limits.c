// Limits of resources. Those are the host's, which a guest cannot change.
#include <sys/resource.h>

#include "sys.h"

int getrlimit(int resource, struct rlimit *limit) {
    return sys_result(sys_getrlimit(resource, limit));
}

int setrlimit(int resource, const struct rlimit *limit) {
    (void)limit;
    // Tools raise this one before they load programs. Linux needs that only before 5.11, and the host's libbpf does it.
    return resource == RLIMIT_MEMLOCK ? 0 : sys_result(-EPERM);
}

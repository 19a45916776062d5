// Facts about the machine.
#include <net/if.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "sys.h"

int uname(struct utsname *names) {
    return sys_result(sys_uname(names));
}

int gethostname(char *name, size_t size) {
    struct utsname names;

    if (uname(&names) < 0) return -1;
    if (strlen(names.nodename) >= size) return sys_result(-ENAMETOOLONG);
    strcpy(name, names.nodename);
    return 0;
}

int sysinfo(struct sysinfo *info) {
    return sys_result(sys_sysinfo(info));
}

long sysconf(int name) {
    switch (name) {
    case _SC_ARG_MAX: return 131072;
    case _SC_OPEN_MAX: return 1024;
    case _SC_IOV_MAX: return 1024;
    case _SC_HOST_NAME_MAX: return 64;
    case _SC_LINE_MAX: return 2048;
    case _SC_NGROUPS_MAX: return 65536;
    case _SC_MONOTONIC_CLOCK:
    case _SC_TIMERS: return 200809;
    default: return sys_result(sys_sysconf(name));
    }
}

int getpagesize(void) {
    return sys_sysconf(_SC_PAGESIZE);
}

int get_nprocs(void) {
    return sys_sysconf(_SC_NPROCESSORS_ONLN);
}

int get_nprocs_conf(void) {
    return sys_sysconf(_SC_NPROCESSORS_CONF);
}

long get_phys_pages(void) {
    return sysconf(_SC_PHYS_PAGES);
}

long get_avphys_pages(void) {
    return sysconf(_SC_AVPHYS_PAGES);
}

unsigned if_nametoindex(const char *name) {
    const int index = sys_result(sys_if_nametoindex(name));

    return index < 0 ? 0 : index;
}

char *if_indextoname(unsigned index, char *name) {
    return sys_result(sys_if_indextoname(index, name)) < 0 ? NULL : name;
}

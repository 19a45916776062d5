// SPDX-License-Identifier: MIT
/* The version of the libbpf whose headers the guest was compiled with. */
#include <bpf/libbpf.h>
#include <bpf/libbpf_version.h>

#define TEXT_OF(number) #number
#define VERSION_TEXT(major, minor) "v" TEXT_OF(major) "." TEXT_OF(minor)

__u32 libbpf_major_version(void) {
    return LIBBPF_MAJOR_VERSION;
}

__u32 libbpf_minor_version(void) {
    return LIBBPF_MINOR_VERSION;
}

const char *libbpf_version_string(void) {
    return VERSION_TEXT(LIBBPF_MAJOR_VERSION, LIBBPF_MINOR_VERSION);
}

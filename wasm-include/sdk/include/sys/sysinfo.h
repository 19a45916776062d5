#pragma once
// The kernel's structure.
#include <linux/kernel.h>

#ifdef __cplusplus
extern "C" {
#endif

int sysinfo(struct sysinfo *info);
int get_nprocs(void);
int get_nprocs_conf(void);
long get_phys_pages(void);
long get_avphys_pages(void);

#ifdef __cplusplus
}
#endif

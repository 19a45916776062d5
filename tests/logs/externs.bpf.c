// SPDX-License-Identifier: MIT
//
// Objects that libbpf refuses before it loads a program. refusals.ts compiles this file once for each macro.

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#ifdef PROPRIETARY
char LICENSE[] SEC("license") = "Proprietary";
#else
char LICENSE[] SEC("license") = "GPL";
#endif

#ifdef KFUNC
extern void bpf_no_such_kfunc(void) __ksym;
SEC("syscall") int kfunc_missing(void *ctx)
{
	bpf_no_such_kfunc();
	return 0;
}
#endif

#ifdef KSYM
extern const int no_such_variable __ksym;
SEC("tp/sched/sched_switch") int ksym_missing(void *ctx)
{
	return (long)&no_such_variable;
}
#endif

#ifdef UNTYPED_KSYM
extern const void no_such_symbol __ksym;
SEC("tp/sched/sched_switch") int untyped_ksym_missing(void *ctx)
{
	return (long)&no_such_symbol;
}
#endif

#ifdef KCONFIG
extern unsigned long CONFIG_NO_SUCH_THING __kconfig;
SEC("tp/sched/sched_switch") int kconfig_missing(void *ctx)
{
	return CONFIG_NO_SUCH_THING;
}
#endif

#ifdef PROPRIETARY
SEC("tp/sched/sched_switch") int helper_for_gpl_only(void *ctx)
{
	return bpf_get_current_task();
}
#endif

/**
 * The files that `wasm-bpf new` writes.
 *
 * @module
 */

import type { GuestName, GuestTemplate, Language } from "./languages/language.ts";

/** The files of a guest in a language, by path. @param name letters, digits, "_" and "-". */
export function templateFiles(name: string, language: Language): Record<string, string> {
  const names: GuestName = { name, identifier: name.replaceAll("-", "_") };
  const template = language.template(names);
  const { ignored = [], includesHeader = false } = template;
  return {
    [`${name}.bpf.c`]: bpfSource(includesHeader ? `#include "${name}.h"\n` : OWN_EVENT),
    ...includesHeader ? { [`${name}.h`]: header(names.identifier) } : {},
    ...template.files,
    "README.md": readme(name, template),
    ".gitignore": [".output/", "*.wasm", ...ignored, ""].join("\n"),
  };
}

const EVENT = `struct event {
	int pid;
	int ppid;
	unsigned int uid;
	char comm[COMM_LEN];
};
`;

/** The event in the source of the BPF program, for guests that get its type from the BPF object. */
const OWN_EVENT = `
#define COMM_LEN 16

${EVENT}
/* Keeps the type in the BPF object, so that the guest gets it too. */
const struct event *unused_event __attribute__((unused));
`;

/** @param event the lines that declare the event. */
function bpfSource(event: string): string {
  return `/* Runs in the kernel: sends an event for each program that starts. */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
${event}
char LICENSE[] SEC("license") = "GPL";

/* Set before the object is loaded. 0 means the programs of all users. */
const volatile __u32 only_uid = 0;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

SEC("tp/sched/sched_process_exec")
int handle_exec(void *ctx)
{
	__u32 uid = bpf_get_current_uid_gid();
	struct task_struct *task;
	struct event *e;

	if (only_uid && uid != only_uid)
		return 0;

	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e)
		return 0;

	task = (struct task_struct *)bpf_get_current_task();
	e->pid = bpf_get_current_pid_tgid() >> 32;
	e->ppid = BPF_CORE_READ(task, real_parent, tgid);
	e->uid = uid;
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	bpf_ringbuf_submit(e, 0);
	return 0;
}
`;
}

function header(identifier: string): string {
  const guard = `${identifier.toUpperCase()}_H`;
  return `/* Shared by the program in the kernel and the guest. */
#ifndef ${guard}
#define ${guard}

#define COMM_LEN 16

${EVENT}
#endif
`;
}

function readme(name: string, { main, about, includesHeader = false }: GuestTemplate): string {
  const types = includesHeader ? `\`${name}.h\` has what both share` : "The skeleton has the types of both";
  return `# ${name}

Prints a line for each program that starts.

\`\`\`sh
wasm-bpf build .
sudo wasm-bpf ${name}.wasm          # all programs
sudo wasm-bpf ${name}.wasm 1000     # those of the user with this number
\`\`\`

- \`${name}.bpf.c\` runs in the kernel. It sends events through a ring buffer.
- \`${main}\` runs in WebAssembly. ${about}
- ${types}.

\`wasm-bpf build\` writes \`vmlinux.h\` (the kernel's types), the BPF object and its skeleton into \`.output/\`.
`;
}

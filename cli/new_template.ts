/**
 * The files that `wasm-bpf new` writes.
 *
 * @module
 */

/** The files of a guest, by name. @param name letters, digits, "_" and "-". */
export function templateFiles(name: string): Record<string, string> {
  const identifier = name.replaceAll("-", "_");
  return {
    [`${name}.bpf.c`]: bpfSource(name),
    [`${name}.h`]: header(identifier),
    [`${name}.c`]: guestSource(name, identifier),
    "README.md": readme(name),
    ".gitignore": ".output/\n*.wasm\n",
  };
}

function bpfSource(name: string): string {
  return `/* Runs in the kernel: sends an event for each program that starts. */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "${name}.h"

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

struct event {
	int pid;
	int ppid;
	unsigned int uid;
	char comm[COMM_LEN];
};

#endif
`;
}

function guestSource(name: string, identifier: string): string {
  const skeleton = `${identifier}_bpf`;
  return `/* Runs in WebAssembly: loads the program of ${name}.bpf.c and prints its events. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <bpf/libbpf.h>
#include "${name}.h"
#include "${name}.skel.h"

static volatile sig_atomic_t exiting;

static void handle_signal(int sig)
{
	(void)sig;
	exiting = 1;
}

static int handle_event(void *ctx, void *data, size_t size)
{
	const struct event *e = data;

	(void)ctx;
	if (size < sizeof(*e))
		return 0;
	printf("%-16s pid %-7d ppid %-7d uid %u\\n", e->comm, e->pid, e->ppid, e->uid);
	return 0;
}

int main(int argc, char **argv)
{
	struct ring_buffer *rb = NULL;
	struct ${skeleton} *skel;
	int err;

	signal(SIGINT, handle_signal);
	signal(SIGTERM, handle_signal);

	skel = ${skeleton}__open();
	if (!skel) {
		fprintf(stderr, "Failed to open the BPF object\\n");
		return 1;
	}
	if (argc > 1)
		skel->rodata->only_uid = strtoul(argv[1], NULL, 10);

	err = ${skeleton}__load(skel);
	if (!err)
		err = ${skeleton}__attach(skel);
	if (err) {
		fprintf(stderr, "Failed to load or attach the BPF object\\n");
		goto cleanup;
	}

	rb = ring_buffer__new(bpf_map__fd(skel->maps.events), handle_event, NULL, NULL);
	if (!rb) {
		err = -errno;
		fprintf(stderr, "Failed to open the ring buffer\\n");
		goto cleanup;
	}

	printf("Programs that start, until Ctrl-C:\\n");
	while (!exiting) {
		err = ring_buffer__poll(rb, 100 /* ms */);
		if (err == -EINTR)
			err = 0;
		if (err < 0) {
			fprintf(stderr, "Failed to poll the ring buffer: %d\\n", err);
			break;
		}
	}

cleanup:
	ring_buffer__free(rb);
	${skeleton}__destroy(skel);
	return err < 0 ? 1 : 0;
}
`;
}

function readme(name: string): string {
  return `# ${name}

Prints a line for each program that starts.

\`\`\`sh
wasm-bpf build .
sudo wasm-bpf ${name}.wasm          # all programs
sudo wasm-bpf ${name}.wasm 1000     # those of the user with this number
\`\`\`

- \`${name}.bpf.c\` runs in the kernel. It sends events through a ring buffer.
- \`${name}.c\` runs in WebAssembly. It uses libbpf, as a native program does.
- \`${name}.h\` has what both share.

\`wasm-bpf build\` writes \`vmlinux.h\` (the kernel's types), the BPF object and its skeleton into \`.output/\`.
`;
}

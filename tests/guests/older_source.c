/* SPDX-License-Identifier: MIT */
/* In the style of guests for other hosts of this ABI: few includes, skeleton first, plain wasm_* calls. */
#include <stdbool.h>
#include "events.skel.h"

typedef uint32_t __u32;
typedef uint64_t __u64;

#include "events.h"

static int received = 0;

static int handle_event(void *ctx, void *data, size_t data_sz)
{
	const struct record *e = data;

	(void)ctx;
	if (e->size != data_sz)
		return -1;
	received++;
	return 0;
}

int main(int argc, char **argv)
{
	struct bpf_buffer *rb = NULL;
	struct events_bpf *skel;
	struct command cmd = { .kind = COMMAND_RING_A, .count = 4, .size = 64 };
	uint32_t zero = 0, key = 0, next_key;
	int err, fd;

	(void)argc;
	skel = events_bpf__open();
	if (!skel) {
		fprintf(stderr, "Failed to open BPF skeleton\n");
		return 1;
	}
	skel->rodata->magic = 0x6f6c64657220736fULL;
	err = events_bpf__load(skel);
	if (err) {
		fprintf(stderr, "Failed to load and verify BPF skeleton\n");
		goto cleanup;
	}
	bpf_set_prog_attach_target(skel->progs.on_bpf, "");
	bpf_set_prog_attach_target(skel->progs.on_bpf, argv[1]); /* NULL without arguments */
	err = events_bpf__attach(skel);
	if (err) {
		fprintf(stderr, "Failed to attach BPF skeleton\n");
		goto cleanup;
	}
	rb = bpf_buffer__open(skel->maps.ring_a, handle_event, NULL);
	if (!rb) {
		err = -errno;
		goto cleanup;
	}
	fd = wasm_bpf_map_fd_by_name((bpf_object_skel)(uintptr_t)skel->obj, "commands");
	cmd.magic = skel->rodata->magic;
	err = wasm_bpf_map_operate(fd, BPF_MAP_UPDATE_ELEM, &zero, &cmd, NULL, BPF_ANY);
	if (err)
		goto cleanup;
	while (received < 4) {
		err = bpf_buffer__poll(rb, 100 /* timeout, ms */);
		if (err == -EINTR) {
			err = 0;
			break;
		}
		if (err < 0) {
			printf("not ok polling: %s\n", strerror(-err));
			goto cleanup;
		}
	}
	key = (uint32_t)-2;
	err = bpf_map_get_next_key(bpf_map__fd(skel->maps.globals), &key, &next_key);
	printf("%s\n", received == 4 && err == 0 && next_key == 0 ? "ok older source" : "not ok older source");
cleanup:
	bpf_buffer__free(rb);
	events_bpf__destroy(skel);
	return err < 0 ? -err : 0;
}

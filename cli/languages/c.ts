/**
 * Guests in C: programs for libbpf.
 *
 * @module
 */

import { isCxx } from "../toolchain/clang_words.ts";
import { compileWithClang, findClangGuests } from "./clang.ts";
import type { GuestName, GuestTemplate, Language } from "./language.ts";

/** See the module's documentation. */
export const C: Language = {
  name: "c",
  title: "C",
  mark: "NAME.c",
  takesClangOptions: true,
  template,
  find: (_directory, files) => findClangGuests(files, (file) => !isCxx(file)),
  compile: compileWithClang,
};

function template({ name, identifier }: GuestName): GuestTemplate {
  const main = `${name}.c`;
  return {
    files: { [main]: source(name, `${identifier}_bpf`) },
    main,
    about: "It uses libbpf, as a native program does.",
    includesHeader: true,
  };
}

function source(name: string, skeleton: string): string {
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

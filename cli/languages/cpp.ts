/**
 * Guests in C++: programs for libbpf, with the header `bpf/libbpf.hpp` of wasm-include/cpp/.
 *
 * @module
 */

import { isCxx } from "../toolchain/clang_words.ts";
import { compileWithClang, findClangGuests } from "./clang.ts";
import type { GuestName, GuestTemplate, Language } from "./language.ts";

/** See the module's documentation. */
export const CPP: Language = {
  name: "cpp",
  title: "C++",
  mark: "NAME.cpp",
  takesClangOptions: true,
  template,
  find: (_directory, files) => findClangGuests(files, isCxx),
  compile: compileWithClang,
};

function template({ name, identifier }: GuestName): GuestTemplate {
  const main = `${name}.cpp`;
  return {
    files: { [main]: source(name, `${identifier}_bpf`) },
    main,
    about: "It uses libbpf with `<bpf/libbpf.hpp>`, whose owners detach and close at the end of their scope.",
    includesHeader: true,
  };
}

function source(name: string, skeleton: string): string {
  return `/* Runs in WebAssembly: loads the program of ${name}.bpf.c and prints its events. */
#include <bpf/libbpf.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include "${name}.h"
#include "${name}.skel.h"

using namespace std::chrono_literals;

static void print_event(const event &e)
{
	printf("%-16s pid %-7d ppid %-7d uid %u\\n", e.comm, e.pid, e.ppid, e.uid);
}

int main(int argc, char **argv)
{
	bpf::stop_on_signals();

	auto tool = bpf::skeleton<${skeleton}>::open().or_exit();
	if (argc > 1)
		tool->rodata->only_uid = static_cast<unsigned int>(strtoul(argv[1], nullptr, 10));
	tool.load().or_exit();
	tool.attach().or_exit();

	auto events = bpf::ring_buffer::create<event>(tool->maps.events, print_event).or_exit();
	printf("Programs that start, until Ctrl-C:\\n");
	while (!bpf::stopped())
		events.poll(100ms).or_exit();
	return 0;
}
`;
}

# Builds the guests. scripts/build_guests.sh describes the goals, and runs this file with the versions of
# scripts/pins.sh in the environment. `V=1 scripts/build_guests.sh` shows the commands.

.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules --no-builtin-variables
$(if $(LLVM_VERSION),,$(error LLVM_VERSION is not set: run scripts/build_guests.sh))

CLANG := clang-$(LLVM_VERSION)
CLANGXX := clang++-$(LLVM_VERSION)
STRIP := llvm-strip-$(LLVM_VERSION)

machine := $(shell uname -m)
bpf_arch := $(or $(patsubst x86_64,x86,$(filter x86_64,$(machine))),$(patsubst aarch64,arm64,$(machine)))

built := .build/guests
languages := $(built)/languages
conformance := $(built)/conformance
kernel := $(built)/kernel_tests
twin := $(built)/twins
bench := .build/bench
# Lists of the headers that each result was built from, written by the compiler.
headers := $(built)/headers
folders := .build/include $(addprefix $(built)/,arm64 wasm64 libbpf) $(languages) $(kernel) $(twin) $(bench)/v2 $(headers)
$(shell mkdir -p $(folders) $(conformance)/wasm32 $(conformance)/wasm64)

vmlinux := .build/include/vmlinux.h
codegen := cli/gen.ts $(filter-out %_test.ts,$(wildcard codegen/*.ts codegen/*/*.ts object/*.ts object/*/*.ts))
# Everything is built again after a change of the rules or of the compiler.
rules := scripts/guests.mk $(wildcard scripts/languages/*.mk) $(built)/llvm_version

# Shows the source of a step.
announce = @echo '  $(or $(1),$<)'
# Flags that write the list of headers. The kernel's and libc's own headers are left out.
list_headers = -MMD -MP -MF $(headers)/$(subst /,-,$(@:.build/%=%)).d
# Writes text to the target, unless the target has this text. Targets that depend on it are then up to date.
keep_text = @echo '$(1)' | cmp --silent - $@ || echo '$(1)' >$@

# The SDK that scripts/build_sdk.sh makes for guests of ABI version 2.
sdk64 := .build/sdk/stamp cli/cc.ts $(filter-out %_test.ts,$(wildcard cli/toolchain/*.ts))
libraries := .build/lib/libbpf.a .build/lib/libelf.a .build/lib/libz.a
libelf := -isystem .build/libbpf/elfutils-$(ELFUTILS_VERSION)/libelf

# Goals ----------------------------------------------------------------------------------------------------------------

# Those in C. scripts/languages/ has the others.
examples := $(foreach name,$(notdir $(wildcard examples/*)),$(if $(wildcard examples/$(name)/$(name).bpf.c),$(name)))
example_skeletons := $(foreach name,$(examples),examples/$(name)/$(name).skel.h)

sources := $(notdir $(wildcard tests/guests/*.c tests/guests/*.cpp))
test_objects := $(patsubst %.c,$(built)/%.o,$(filter %.bpf.c,$(sources)))
test_skeletons := $(test_objects:.bpf.o=.skel.h)
test_modules := $(addprefix $(built)/,$(addsuffix .wasm,$(basename $(filter-out %.bpf.c,$(sources)))))
libbpf_modules := $(patsubst tests/%.c,.build/%.wasm,$(filter-out %.bpf.c,$(wildcard tests/guests/libbpf/*.c)))
wasm64_modules := $(patsubst tests/%.c,.build/%.wasm,$(filter-out %.bpf.c,$(wildcard tests/guests/wasm64/*.c)))
twins := $(addprefix $(twin)/,$(examples) $(addsuffix .wasm,$(examples)))
kernel_objects := $(patsubst tests/kernel/%.c,$(kernel)/%.o,$(wildcard tests/kernel/*.bpf.c))
conformance_sources := $(notdir $(wildcard tests/conformance/guests/*.c))
conformance_modules := $(foreach width,wasm32 wasm64,$(conformance_sources:%.c=$(conformance)/$(width)/%.wasm))

.PHONY: examples $(examples) tests arm64 languages bench clean FORCE
examples: $(examples)
$(foreach name,$(examples),$(eval $(name): examples/$(name)/$(name).wasm))
tests: $(test_modules) $(test_skeletons) $(kernel_objects) $(conformance_modules) $(wasm64_modules) $(libbpf_modules) \
  $(libbpf_modules:.wasm=) $(twins)
clean:
	rm -rf $(built) $(bench) $(vmlinux) examples/*/*.wasm examples/*/*.bpf.o examples/*/*.skel.h

# BPF objects and skeletons --------------------------------------------------------------------------------------------

$(built)/llvm_version: FORCE
	$(call keep_text,$(LLVM_VERSION))

$(built)/kernel_version: FORCE
	$(call keep_text,$(shell uname -rv))

# The running kernel's types.
$(vmlinux): $(built)/kernel_version $(wildcard codegen/c/vmlinux.ts codegen/c/kernel_*.ts)
	$(call announce,types of this kernel -> $@)
	$(DENO) run --quiet --allow-ffi --allow-read cli.ts gen vmlinux >$@

define compile_bpf
$(announce)
$(CLANG) -g -O2 -Wall -target bpf -D__TARGET_ARCH_$(bpf_arch) $(bpf_flags) -I wasm-include/bpf -I .build/include \
  -idirafter /usr/include/$(machine)-linux-gnu $(list_headers) -c $< -o $@
$(STRIP) -g $@
endef

examples/%.bpf.o: examples/%.bpf.c $(vmlinux) $(rules)
	$(compile_bpf)

$(built)/%.bpf.o: tests/guests/%.bpf.c $(vmlinux) $(rules)
	$(compile_bpf)

$(kernel)/%.bpf.o: tests/kernel/%.bpf.c $(vmlinux) $(rules)
	$(compile_bpf)

%.skel.h: %.bpf.o $(codegen)
	$(DENO) run --quiet --allow-ffi --allow-read cli.ts gen skeleton $< $(skeleton_name) >$@

# An object that reads registers fits only one machine, so `uprobe` is also built for arm64. The header of its skeleton
# must lie beside its source, and before the one for this machine.
arm64 := $(built)/arm64
arm64_types := .tools/kernels/arm64
arm64: $(arm64)/uprobe.wasm
$(arm64)/uprobe.bpf.o: bpf_arch := arm64
$(arm64)/uprobe.bpf.o: bpf_flags = -I $(arm64_types)
$(arm64)/uprobe.bpf.o: examples/uprobe/uprobe.bpf.c $(arm64_types)/vmlinux.h $(rules)
	$(compile_bpf)
$(arm64)/uprobe.c: examples/uprobe/uprobe.c
	cp $< $@
$(arm64)/uprobe.wasm: wasm_flags = -Oz -Wall -Wextra -I examples/uprobe
$(arm64)/uprobe.wasm: $(arm64)/uprobe.c $(arm64)/uprobe.skel.h $(rules) $(sdk64)
	$(compile_wasm64)

# Guests in C and C++ --------------------------------------------------------------------------------------------------

sdk := -I wasm-include/c -I examples/include
link := -Wl,--export-table
compiler = $(if $(filter %.cpp,$<),$(CLANGXX) -fno-exceptions -nostdlib++,$(CLANG))

define compile_wasm
$(announce)
$(compiler) --target=wasm32-wasi $(wasm_flags) -I $(<D) -I $(@D) $(sdk) $(list_headers) $(link) -Wl,--strip-all \
  $< -o $@
endef

# The list of headers contains the guest's skeletons. Before it exists, the guest needs all of them.
wasm_flags = -Oz -Wall -Wextra
$(built)/%.wasm: tests/guests/%.c $(rules) | $(test_skeletons)
	$(compile_wasm)

$(built)/%.wasm: tests/guests/%.cpp $(rules) | $(test_skeletons)
	$(compile_wasm)

# These have no function table, so the host finds their callbacks in other ways.
$(built)/no_table.wasm $(built)/callback_wrapper.wasm: link :=
$(built)/lines_cpp.wasm: link += -lc++ -lc++abi

# Guests of ABI version 2.
define compile_wasm64
$(announce)
$(DENO) run --quiet --allow-ffi cli.ts cc $(wasm_flags) -I $(<D) -I $(@D) -I examples/include $(list_headers) $< -o $@
endef

examples/%.wasm: examples/%.c $(rules) $(sdk64) | $(example_skeletons)
	$(compile_wasm64)
# The names of functions are in /proc/kallsyms, and in the files that /proc/PID/maps lists.
examples/profile/profile.wasm: wasm_flags += --needs /proc:ro --needs /usr:ro

wasm64_objects := $(patsubst tests/%.c,.build/%.o,$(wildcard tests/guests/wasm64/*.bpf.c))
$(wasm64_modules): wasm_flags = -Oz -Wall -Wextra -Wno-c23-extensions --embed-dir=$(@D)
$(wasm64_modules): $(built)/wasm64/%.wasm: tests/guests/wasm64/%.c $(rules) $(sdk64) $(wasm64_objects)
	$(compile_wasm64)

# Programs written for libbpf, with skeletons of bpftool, for guests and for the machine itself.
libbpf_objects := $(patsubst tests/%.c,.build/%.o,$(wildcard tests/guests/libbpf/*.bpf.c))
libbpf_skeletons := $(libbpf_objects:.bpf.o=.skel.h) $(built)/libbpf/life.subskel.h
$(built)/libbpf/%.skel.h: $(built)/libbpf/%.bpf.o
	bpftool gen skeleton $< name $* >$@
$(built)/libbpf/%.subskel.h: $(built)/libbpf/%.bpf.o
	bpftool gen subskeleton $< name $*_subskeleton >$@
$(libbpf_modules): wasm_flags = -Oz -Wall -Wextra
$(libbpf_modules): $(built)/libbpf/%.wasm: tests/guests/libbpf/%.c $(rules) $(sdk64) $(libbpf_skeletons)
	$(compile_wasm64)
$(libbpf_modules:.wasm=): $(built)/libbpf/%: tests/guests/libbpf/%.c $(rules) $(libraries) $(libbpf_skeletons)
	$(announce)
	$(CLANG) -O1 -Wall -Wextra -I $(@D) -isystem .build/include $(libelf) -isystem .build/libbpf/zlib-$(ZLIB_VERSION) $< \
	  $(libraries) -o $@

# The same program with Debian's libc for wasm32, without the headers of wasm-include/c, and with the SDK's for wasm64.
$(conformance)/%.wasm: wasm_flags = -O2 -Wall -Werror -D_GNU_SOURCE
$(conformance)/%.wasm: sdk :=
$(conformance)/wasm32/%.wasm: tests/conformance/guests/%.c $(rules)
	$(compile_wasm)
$(conformance)/wasm64/%.wasm: tests/conformance/guests/%.c $(rules) $(sdk64)
	$(compile_wasm64)

# Native twins -----------------------------------------------------------------------------------------------------
# Each example in C is also built from copies of its sources with bpftool's skeleton, as a guest and natively with
# the same libbpf.

define twin_rules
$(twin)/$(1).c: examples/$(1)/$(1).c
	cp $$< $$@
$(twin)/$(1).skel.h: examples/$(1)/$(1).bpf.o
	bpftool gen skeleton $$< name $(1)_bpf >$$@
$(twin)/$(1).wasm: wasm_flags = -Oz -Wall -Wextra -I examples/$(1)
$(twin)/$(1).wasm: $(twin)/$(1).c $(twin)/$(1).skel.h $(rules) $(sdk64)
	$$(compile_wasm64)
$(twin)/$(1): $(twin)/$(1).c $(twin)/$(1).skel.h $(rules) $(libraries)
	$$(call announce,examples/$(1)/$(1).c (native))
	$(CLANG) -O2 -Wall -Wextra -I $$(@D) -I examples/$(1) -I examples/include -I .build/include $(libelf) $$(list_headers) \
	  $$< -o $$@ $(libraries)
endef
$(foreach name,$(examples),$(eval $(call twin_rules,$(name))))

# Guests in other languages ---------------------------------------------------------------------------------------------
# scripts/languages/ has a file for each.

in := tests/guests/languages
squares := $(languages)/squares.bpf.o
generate := $(DENO) run --quiet --allow-ffi cli.ts gen
# The programs that print the sizes and offsets of generated types.
layouts := $(wildcard $(in)/layouts/*.ts) $(codegen)
types_object := $(languages)/types.bpf.o
$(types_object): codegen/testdata/types.bpf.c $(rules)
	$(announce)
	mkdir -p $(@D)
	$(CLANG) -g -O2 -target bpf -c $< -o $@

# no_LANGUAGE is empty if the machine has the tools for it, and otherwise the reason.
include $(wildcard scripts/languages/*.mk)

# Leaves the reason for a language without tools. tests/kernel/languages_test.ts shows it.
$(languages)/%.skipped: FORCE
	@echo '  skipped $*: $(no_$*)'
	rm -f $(@:.skipped=.wasm)
	@echo '$(no_$*)' >$@

# Benchmarks -----------------------------------------------------------------------------------------------------------
# Each guest is built twice from one source: for WebAssembly, and natively with the same libbpf.

growth := $(addprefix growth,1 8 64)
bench_guests := events wake flood maps steps mapped $(growth)
bench_modules := $(patsubst %,$(bench)/%.wasm,$(bench_guests))
bench_tools := batch producer launch ring
bench_programs := $(addprefix $(bench)/,$(bench_guests) bootstrap filter $(bench_tools))
bench_skeletons := $(patsubst %,$(bench)/%.skel.h,events maps mapped $(growth)) examples/bootstrap/bootstrap.skel.h

# The same sources with libbpf's own headers for guests of version 2.
bench_version2 := $(addprefix $(bench)/v2/,events.wasm maps.wasm steps.wasm)

bench: bootstrap $(bench_modules) $(bench_version2) $(bench_programs) $(bench)/light.wasm $(bench)/bare $(kernel)/pump_events.bpf.o

# growth.bpf.c and growth.c are compiled for several numbers of maps.
growth_object := $(addprefix $(bench)/,$(addsuffix .bpf.o,$(growth)))
$(growth_object): $(bench)/growth%.bpf.o: bench/guests/growth.bpf.c $(vmlinux) $(rules)
	$(compile_bpf)
$(growth_object): bpf_flags = -DMAPS=$*
$(addprefix $(bench)/,$(addsuffix .skel.h,$(growth))): skeleton_name := name growth_bpf
$(bench)/%.bpf.o: bench/guests/%.bpf.c $(vmlinux) $(rules)
	$(compile_bpf)

bench_flags := -I $(bench) -I bench/guests -I examples/bootstrap
for_growth = $(if $(filter growth,$(basename $(<F))),-DSKELETON='"$(basename $(@F)).skel.h"')

# All except `mapped` use version 1 of the ABI, so that other hosts can run them too.
$(bench)/%.wasm: wasm_flags = -Oz -Wall -DWASM_BPF_ABI=1 $(for_growth) $(bench_flags)
$(bench)/mapped.wasm: wasm_flags = -Oz -Wall -DWASM_BPF_ABI=2 $(bench_flags)
$(addprefix $(bench)/,$(addsuffix .wasm,$(growth))): bench/guests/growth.c $(rules) | $(bench_skeletons)
	$(compile_wasm)
$(bench)/%.wasm: bench/guests/%.c $(rules) | $(bench_skeletons)
	$(compile_wasm)
$(bench_version2): wasm_flags = -Oz -Wall $(bench_flags) -I bench/native
$(bench_version2): $(bench)/v2/%.wasm: bench/guests/%.c $(rules) $(sdk64) | $(bench_skeletons)
	$(compile_wasm64)
$(bench)/light.wasm: bench/guests/light.c $(rules)
	$(announce)
	$(CLANG) --target=wasm32 -O2 -nostdlib -Wl,--no-entry,--export-table $< -o $@

define compile_native
$(call announce,$< (native))
$(CLANG) -O2 -Wall $(for_growth) $(bench_flags) -I bench/native -I examples/include -I .build/include $(list_headers) \
  $< -o $@ $(libraries)
endef

$(bench_programs): $(libraries) $(rules) | $(bench_skeletons)
$(addprefix $(bench)/,$(growth)): bench/guests/growth.c
	$(compile_native)
$(addprefix $(bench)/,$(filter-out $(growth),$(bench_guests))): $(bench)/%: bench/guests/%.c
	$(compile_native)
$(addprefix $(bench)/,$(bench_tools)): $(bench)/%: bench/native/%.c
	$(compile_native)
$(bench)/bootstrap: examples/bootstrap/bootstrap.c
	$(compile_native)
$(bench)/filter: bench/native/filter.c ffi/system/seccomp_filter.c $(rules)
	$(announce)
	$(CLANG) -O2 -Wall $(filter %.c,$^) -o $@

# An empty program on the runtime of ./wasm-bpf.
runtime := .tools/denort-$(DENO_VERSION)
$(bench)/bare: bench/bare.js $(runtime)
	$(announce)
	DENORT_BIN=$(runtime) $(DENO) compile --quiet --no-config --no-lock --no-check --no-code-cache --output $@ $<

include $(wildcard $(headers)/*.d)

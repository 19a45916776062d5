# Guests of version 2 in C++, on top of wasm-include/cpp/. Those of the tests are also built natively, from the same sources.

cpp := $(built)/cpp
cpp_native := $(cpp)/native
$(shell mkdir -p $(cpp_native))
cpp_headers := $(wildcard wasm-include/cpp/bpf/*.hpp wasm-include/cpp/bpf/cxx/*.hpp)
cpp_sources := $(wildcard tests/guests/cpp/*.cpp)
cpp_names := $(basename $(notdir $(cpp_sources)))
cpp_warnings := -Wall -Wextra -Wconversion -Wshadow -Werror

languages: examples/cpp-bootstrap/cpp-bootstrap.wasm $(languages)/cpp_types.wasm
languages: $(cpp_names:%=$(cpp)/%.wasm) $(cpp_names:%=$(cpp_native)/%) $(cpp_native)/cpp-bootstrap

define compile_cpp
$(announce)
$(DENO) run --quiet --allow-ffi cli.ts cc $(cpp_warnings) -I $(@D) $(wasm_flags) $< -o $@
endef
define compile_native_cpp
$(call announce,$< (native))
g++ -std=c++20 -O1 $(cpp_warnings) -I $(@D) $(wasm_flags) -I wasm-include/cpp -isystem .build/include $< $(libraries) -o $@
endef
cpp_inputs := $(cpp_headers) $(rules) $(sdk64) .build/sdk/c++/stamp

examples/cpp-bootstrap/cpp-bootstrap.wasm $(cpp_native)/cpp-bootstrap: wasm_flags = -I examples/bootstrap
examples/cpp-bootstrap/cpp-bootstrap.wasm: examples/cpp-bootstrap/main.cpp examples/bootstrap/bootstrap.skel.h $(cpp_inputs)
	$(compile_cpp)
$(cpp_native)/cpp-bootstrap: examples/cpp-bootstrap/main.cpp examples/bootstrap/bootstrap.skel.h $(cpp_headers) $(libraries)
	$(compile_native_cpp)

# The native programs have bpftool's skeleton.
$(cpp)/kinds.skel.h: skeleton_name := name kinds
$(cpp_native)/kinds.skel.h: $(cpp)/kinds.bpf.o
	bpftool gen skeleton $< name kinds >$@
$(cpp_names:%=$(cpp)/%.wasm) $(cpp_names:%=$(cpp_native)/%): wasm_flags = -I tests/guests/cpp
$(cpp)/%.wasm: tests/guests/cpp/%.cpp tests/guests/cpp/kinds.h tests/guests/cpp/lines.hpp $(cpp)/kinds.skel.h $(cpp_inputs)
	$(compile_cpp)
$(cpp_native)/%: tests/guests/cpp/%.cpp tests/guests/cpp/kinds.h tests/guests/cpp/lines.hpp $(cpp_native)/kinds.skel.h \
  $(cpp_headers) $(libraries)
	$(compile_native_cpp)

# Prints the sizes and offsets of generated types, which are those of C.
$(languages)/cpp/main.cpp: $(in)/layouts/main.ts $(types_object) $(layouts)
	mkdir -p $(@D)
	$(generate) types $(types_object) name types --all >$(@D)/types.h
	$(DENO) run --quiet --allow-read $< cpp $(types_object) >$@
$(languages)/cpp_types.wasm: wasm_flags = -I $(languages)/cpp -Wno-error
$(languages)/cpp_types.wasm: $(languages)/cpp/main.cpp $(cpp_inputs)
	$(compile_cpp)

# Guests of version 1 in C and C++, with their imports and callbacks in unusual places.

c_guests := $(addprefix $(languages)/,env_imports.wasm renamed_wrapper.wasm cplusplus.wasm)
languages: $(c_guests)

$(c_guests): wasm_flags = -Oz -Wall -Wextra -Wno-c23-extensions --embed-dir=$(languages)
$(c_guests): sdk :=
$(c_guests): link :=
$(c_guests): $(squares)
$(languages)/cplusplus.wasm: compiler := $(CLANGXX) -fno-exceptions
$(languages)/cplusplus.wasm: link := -Wl,--export-table
$(languages)/cplusplus.wasm: $(in)/guest.cpp $(rules)
	$(compile_wasm)

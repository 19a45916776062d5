// SPDX-License-Identifier: MIT
/* load FILE...: loads each file as an object, and prints "loaded" or "refused". */
#include "libbpf-wasm.h"

int main(int argc, char **argv) {
    static char bytes[1 << 20];
    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");
        size_t size = file ? fread(bytes, 1, sizeof(bytes), file) : 0;
        if (file) fclose(file);
        bpf_object_skel object = wasm_load_bpf_object(bytes, (int)size);
        puts(object ? "loaded" : "refused");
        if (object) wasm_close_bpf_object(object);
    }
    return 0;
}

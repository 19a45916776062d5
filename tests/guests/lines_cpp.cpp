// SPDX-License-Identifier: MIT
// The same as lines.c, with C++ streams.
// link: -Wl,--export-table -lc++ -lc++abi
#include "libbpf-wasm.h"
#include <iostream>

int main() {
    std::cout << "one" << '\n' << "two\n";
    std::cout << "three " << 3 << '\n' << "four";
    for (;;) sleep(1000);
}

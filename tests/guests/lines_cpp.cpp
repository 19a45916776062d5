// SPDX-License-Identifier: MIT
// The same as lines.c, with C++ streams.
#include "libbpf-wasm.h"
#include <iostream>

int main() {
    std::cout << "one" << '\n' << "two\n";
    std::cout << "three " << 3 << '\n' << "four";
    for (;;) sleep(1000);
}

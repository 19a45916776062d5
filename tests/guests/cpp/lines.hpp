// SPDX-License-Identifier: MIT
/* Output of these programs: a line for each fact. */
#ifndef LINES_HPP
#define LINES_HPP

#include <cstdio>
#include <iostream>

/* Prints words with spaces between them. */
template <class... Words> void line(const Words &...words) {
    const char *space = "";
    ((std::cout << space << words, space = " "), ...);
    std::cout << std::endl;
}

#endif // LINES_HPP

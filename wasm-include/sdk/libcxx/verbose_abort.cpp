// SPDX-License-Identifier: MIT
// The end of a guest after a failed check of libc++, or in place of an exception: the message as a line, and a trap. A guest
// may define its own.
#include <__verbose_abort>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>

_LIBCPP_BEGIN_NAMESPACE_STD

_LIBCPP_WEAK void __libcpp_verbose_abort(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    std::vfprintf(stderr, format, arguments);
    va_end(arguments);
    std::fputc('\n', stderr);
    std::abort();
}

_LIBCPP_END_NAMESPACE_STD

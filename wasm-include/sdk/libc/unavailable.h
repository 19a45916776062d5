// Functions that fail with ENOSYS.
#ifndef UNAVAILABLE_H
#define UNAVAILABLE_H

#include <errno.h>

#define UNAVAILABLE_AS(type, name, parameters) \
    type name parameters {                     \
        errno = ENOSYS;                        \
        return (type) - 1;                     \
    }

#define UNAVAILABLE(name, parameters) UNAVAILABLE_AS(int, name, parameters)

#endif

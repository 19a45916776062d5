// SPDX-License-Identifier: MIT
#ifndef TC_H
#define TC_H

struct traffic {
    __u64 packets;
    __u64 bytes; /* with the headers of all layers */
};

#endif /* TC_H */

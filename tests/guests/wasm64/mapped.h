// SPDX-License-Identifier: MIT
/* Shared by mapped.bpf.c and mapped.c. */
#ifndef MAPPED_H
#define MAPPED_H

#define CELLS 600
/* A value that no other program writes into a map. */
#define MAGIC 0x6d61707065643634ULL

#endif /* MAPPED_H */

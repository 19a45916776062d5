// SPDX-License-Identifier: MIT
// A guest with the same minimal callback as native/ring.c.

static unsigned long long sum, delivered;

int on_record(void *context, void *data, unsigned int size) {
    sum += *(unsigned long long *)data;
    delivered++;
    return 0;
}

// Returns the index of the callback in the table.
__attribute__((export_name("callback"))) int (*callback(void))(void *, void *, unsigned int) {
    return on_record;
}

__attribute__((export_name("sum"))) unsigned long long total(void) {
    return sum + delivered;
}

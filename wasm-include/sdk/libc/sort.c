// Sorting that keeps the order of equal elements, as glibc's does: tools print rows in this order.
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

typedef int (*compare_function)(const void *, const void *, void *);

struct order {
    size_t size;
    compare_function compare;
    void *argument;
    // Room for half of the elements, or NULL.
    char *room;
};

static int is_ordered(const struct order *order, const char *a, const char *b) {
    return order->compare(a, b, order->argument) <= 0;
}

static void copy(char *to, const char *from, size_t size) {
    // Most elements are structs of a few words. A call of memcpy() for each would take longer.
    for (; size >= 8; size -= 8, to += 8, from += 8) __builtin_memcpy(to, from, 8);
    while (size--) *to++ = *from++;
}

static void swap(char *a, char *b, size_t size) {
    while (size--) {
        const char byte = *a;
        *a++ = *b;
        *b++ = byte;
    }
}

// Merges the ordered elements before `middle` with those from there on.
static void merge(const struct order *order, char *start, char *middle, char *end) {
    const size_t size = order->size;
    memcpy(order->room, start, middle - start);
    const char *left = order->room, *left_end = left + (middle - start);
    // The rest of the right half is in its place.
    for (; left < left_end; start += size) {
        if (middle == end || is_ordered(order, left, middle)) {
            copy(start, left, size);
            left += size;
        } else {
            copy(start, middle, size);
            middle += size;
        }
    }
}

// Without room, each element moves down to its place. This takes long for many elements.
static void insert(const struct order *order, char *start, char *end) {
    const size_t size = order->size;
    for (char *next = start + size; next < end; next += size) {
        for (char *at = next; at > start && !is_ordered(order, at - size, at); at -= size) swap(at - size, at, size);
    }
}

static void sort(const struct order *order, char *start, size_t count) {
    if (count < 2) return;
    char *middle = start + count / 2 * order->size;
    sort(order, start, count / 2);
    sort(order, middle, count - count / 2);
    if (!is_ordered(order, middle - order->size, middle)) merge(order, start, middle, start + count * order->size);
}

void qsort_r(void *base, size_t count, size_t size, compare_function compare, void *argument) {
    if (count < 2 || size == 0) return;
    const struct order order = {size, compare, argument, malloc(count / 2 * size)};
    if (order.room)
        sort(&order, base, count);
    else
        insert(&order, base, (char *)base + count * size);
    free(order.room);
}

static int compare_without(const void *a, const void *b, void *function) {
    return ((int (*)(const void *, const void *))function)(a, b);
}

void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *)) {
    qsort_r(base, count, size, compare_without, (void *)compare);
}

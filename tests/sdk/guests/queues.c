// The macros of sys/queue.h: each list as its elements, after each change.
#include <stdio.h>
#include <sys/queue.h>

struct item {
    int number;
    SLIST_ENTRY(item) single;
    LIST_ENTRY(item) twice;
    STAILQ_ENTRY(item) tail;
    SIMPLEQ_ENTRY(item) simple;
    TAILQ_ENTRY(item) both;
    CIRCLEQ_ENTRY(item) circle;
};

static struct item items[6] = {{.number = 0}, {.number = 1}, {.number = 2},
                               {.number = 3}, {.number = 4}, {.number = 5}};
static struct item *at;

SLIST_HEAD(singles, item);
LIST_HEAD(twices, item);
STAILQ_HEAD(tails, item);
SIMPLEQ_HEAD(simples, item);
TAILQ_HEAD(boths, item);
CIRCLEQ_HEAD(circles, item);

#define SHOW(kind, head, field)                                    \
    do {                                                           \
        printf(#kind "%s", kind##_EMPTY(head) ? " empty" : "");    \
        kind##_FOREACH(at, head, field) printf(" %d", at->number); \
        printf("\n");                                              \
    } while (0)

static void singles(void) {
    struct singles head = SLIST_HEAD_INITIALIZER(head);
    SHOW(SLIST, &head, single);
    SLIST_INSERT_HEAD(&head, &items[0], single);
    SLIST_INSERT_HEAD(&head, &items[1], single);
    SLIST_INSERT_AFTER(&items[1], &items[2], single);
    SLIST_INSERT_AFTER(&items[0], &items[3], single);
    SHOW(SLIST, &head, single);
    SLIST_REMOVE(&head, &items[0], item, single);
    SHOW(SLIST, &head, single);
    SLIST_REMOVE(&head, &items[1], item, single);
    SLIST_REMOVE_HEAD(&head, single);
    printf("%d %d\n", SLIST_FIRST(&head)->number, SLIST_NEXT(SLIST_FIRST(&head), single) == NULL);
    SLIST_INIT(&head);
    SHOW(SLIST, &head, single);
}

static void twices(void) {
    struct twices head = LIST_HEAD_INITIALIZER(head);
    SHOW(LIST, &head, twice);
    LIST_INSERT_HEAD(&head, &items[0], twice);
    LIST_INSERT_HEAD(&head, &items[1], twice);
    LIST_INSERT_AFTER(&items[0], &items[2], twice);
    LIST_INSERT_AFTER(&items[1], &items[3], twice);
    LIST_INSERT_BEFORE(&items[1], &items[4], twice);
    LIST_INSERT_BEFORE(&items[2], &items[5], twice);
    SHOW(LIST, &head, twice);
    LIST_REMOVE(&items[2], twice);
    LIST_REMOVE(&items[4], twice);
    LIST_REMOVE(&items[0], twice);
    SHOW(LIST, &head, twice);
    printf("%d\n", LIST_NEXT(LIST_FIRST(&head), twice)->number);
    LIST_INIT(&head);
    SHOW(LIST, &head, twice);
}

#define TAILS(kind, type, field)                                       \
    do {                                                               \
        struct type head = kind##_HEAD_INITIALIZER(head);              \
        SHOW(kind, &head, field);                                      \
        kind##_INSERT_TAIL(&head, &items[0], field);                   \
        kind##_INSERT_HEAD(&head, &items[1], field);                   \
        kind##_INSERT_AFTER(&head, &items[0], &items[2], field);       \
        kind##_INSERT_AFTER(&head, &items[1], &items[3], field);       \
        kind##_INSERT_TAIL(&head, &items[4], field);                   \
        SHOW(kind, &head, field);                                      \
        kind##_REMOVE(&head, &items[4], item, field);                  \
        kind##_INSERT_TAIL(&head, &items[5], field);                   \
        kind##_REMOVE_HEAD(&head, field);                              \
        kind##_REMOVE(&head, &items[0], item, field);                  \
        SHOW(kind, &head, field);                                      \
        while (!kind##_EMPTY(&head)) kind##_REMOVE_HEAD(&head, field); \
        kind##_INSERT_TAIL(&head, &items[2], field);                   \
        SHOW(kind, &head, field);                                      \
        kind##_INIT(&head);                                            \
        SHOW(kind, &head, field);                                      \
    } while (0)

static void tails(void) {
    TAILS(STAILQ, tails, tail);
    TAILS(SIMPLEQ, simples, simple);
    struct tails a = STAILQ_HEAD_INITIALIZER(a), b = STAILQ_HEAD_INITIALIZER(b);
    STAILQ_INSERT_TAIL(&a, &items[0], tail);
    STAILQ_CONCAT(&a, &b);
    STAILQ_INSERT_TAIL(&b, &items[1], tail);
    STAILQ_INSERT_TAIL(&b, &items[2], tail);
    STAILQ_CONCAT(&a, &b);
    STAILQ_INSERT_TAIL(&a, &items[3], tail);
    SHOW(STAILQ, &a, tail);
    SHOW(STAILQ, &b, tail);
}

static void boths(void) {
    struct boths head = TAILQ_HEAD_INITIALIZER(head), other;
    SHOW(TAILQ, &head, both);
    TAILQ_INSERT_TAIL(&head, &items[0], both);
    TAILQ_INSERT_HEAD(&head, &items[1], both);
    TAILQ_INSERT_AFTER(&head, &items[0], &items[2], both);
    TAILQ_INSERT_BEFORE(&items[1], &items[3], both);
    TAILQ_INSERT_BEFORE(&items[2], &items[4], both);
    SHOW(TAILQ, &head, both);
    TAILQ_FOREACH_REVERSE(at, &head, boths, both) printf("%d ", at->number);
    printf("%d %d\n", TAILQ_LAST(&head, boths)->number, TAILQ_PREV(&items[4], boths, both)->number);
    TAILQ_REMOVE(&head, &items[2], both);
    TAILQ_REMOVE(&head, &items[3], both);
    TAILQ_REMOVE(&head, &items[0], both);
    TAILQ_INIT(&other);
    TAILQ_CONCAT(&head, &other, both);
    TAILQ_INSERT_TAIL(&other, &items[5], both);
    TAILQ_INSERT_TAIL(&other, &items[0], both);
    TAILQ_CONCAT(&head, &other, both);
    SHOW(TAILQ, &head, both);
    SHOW(TAILQ, &other, both);
    TAILQ_FOREACH_REVERSE(at, &head, boths, both) printf("%d ", at->number);
    printf("\n");
}

static void circles(void) {
    struct item *first = &items[3], *last = &items[2];
    struct circles head = CIRCLEQ_HEAD_INITIALIZER(head);
    SHOW(CIRCLEQ, &head, circle);
    CIRCLEQ_INSERT_TAIL(&head, &items[0], circle);
    CIRCLEQ_INSERT_HEAD(&head, &items[1], circle);
    CIRCLEQ_INSERT_AFTER(&head, &items[0], &items[2], circle);
    CIRCLEQ_INSERT_AFTER(&head, &items[1], &items[5], circle);
    CIRCLEQ_INSERT_BEFORE(&head, &items[1], &items[3], circle);
    CIRCLEQ_INSERT_BEFORE(&head, &items[2], &items[4], circle);
    SHOW(CIRCLEQ, &head, circle);
    CIRCLEQ_FOREACH_REVERSE(at, &head, circle) printf("%d ", at->number);
    printf("%d %d\n", CIRCLEQ_LOOP_NEXT(&head, last, circle)->number, CIRCLEQ_LOOP_PREV(&head, first, circle)->number);
    CIRCLEQ_REMOVE(&head, &items[3], circle);
    CIRCLEQ_REMOVE(&head, &items[2], circle);
    CIRCLEQ_REMOVE(&head, &items[0], circle);
    SHOW(CIRCLEQ, &head, circle);
    CIRCLEQ_FOREACH_REVERSE(at, &head, circle) printf("%d ", at->number);
    CIRCLEQ_INIT(&head);
    CIRCLEQ_INSERT_TAIL(&head, &items[1], circle);
    CIRCLEQ_INSERT_TAIL(&head, &items[2], circle);
    SHOW(CIRCLEQ, &head, circle);
}

int main(void) {
    singles();
    twices();
    tails();
    boths();
    circles();
}

/* Lists and queues whose links are members of the elements, as BSD's and glibc's sys/queue.h defines them:
   SLIST   one link; insertion at the head
   LIST    two links; removal of any element
   STAILQ  one link; insertion at both ends (SIMPLEQ is the same with other names)
   TAILQ   two links; insertion at both ends, and both directions
   CIRCLEQ as TAILQ, with the head as the end of both directions */
#ifndef WASM_BPF_SYS_QUEUE_H
#define WASM_BPF_SYS_QUEUE_H

/* SLIST */

#define SLIST_HEAD(name, type)  \
    struct name {               \
        struct type *slh_first; \
    }
#define SLIST_HEAD_INITIALIZER(head) {0}
#define SLIST_ENTRY(type)      \
    struct {                   \
        struct type *sle_next; \
    }

#define SLIST_FIRST(head) ((head)->slh_first)
#define SLIST_NEXT(element, field) ((element)->field.sle_next)
#define SLIST_EMPTY(head) (!SLIST_FIRST(head))
#define SLIST_FOREACH(at, head, field) for ((at) = SLIST_FIRST(head); (at); (at) = SLIST_NEXT(at, field))

#define SLIST_INIT(head) ((void)(SLIST_FIRST(head) = 0))
#define SLIST_INSERT_AFTER(before, element, field)              \
    do {                                                        \
        SLIST_NEXT(element, field) = SLIST_NEXT(before, field); \
        SLIST_NEXT(before, field) = (element);                  \
    } while (0)
#define SLIST_INSERT_HEAD(head, element, field)         \
    do {                                                \
        SLIST_NEXT(element, field) = SLIST_FIRST(head); \
        SLIST_FIRST(head) = (element);                  \
    } while (0)
#define SLIST_REMOVE_HEAD(head, field) ((void)(SLIST_FIRST(head) = SLIST_NEXT(SLIST_FIRST(head), field)))
#define SLIST_REMOVE(head, element, type, field)                        \
    do {                                                                \
        struct type **link_ = &SLIST_FIRST(head);                       \
        while (*link_ != (element)) link_ = &SLIST_NEXT(*link_, field); \
        *link_ = SLIST_NEXT(*link_, field);                             \
    } while (0)

/* LIST: le_prev is the address of the pointer to the element. */

#define LIST_HEAD(name, type)  \
    struct name {              \
        struct type *lh_first; \
    }
#define LIST_HEAD_INITIALIZER(head) {0}
#define LIST_ENTRY(type)       \
    struct {                   \
        struct type *le_next;  \
        struct type **le_prev; \
    }

#define LIST_FIRST(head) ((head)->lh_first)
#define LIST_NEXT(element, field) ((element)->field.le_next)
#define LIST_EMPTY(head) (!LIST_FIRST(head))
#define LIST_FOREACH(at, head, field) for ((at) = LIST_FIRST(head); (at); (at) = LIST_NEXT(at, field))

#define LIST_INIT(head) ((void)(LIST_FIRST(head) = 0))
/* Puts an element where a pointer is: in the head, or in the element before. */
#define LIST_INSERT_AT_(pointer, element, field)                                                          \
    do {                                                                                                  \
        if (((element)->field.le_next = (pointer))) (pointer)->field.le_prev = &(element)->field.le_next; \
        (element)->field.le_prev = &(pointer);                                                            \
        (pointer) = (element);                                                                            \
    } while (0)
#define LIST_INSERT_HEAD(head, element, field) LIST_INSERT_AT_(LIST_FIRST(head), element, field)
#define LIST_INSERT_AFTER(before, element, field) LIST_INSERT_AT_(LIST_NEXT(before, field), element, field)
#define LIST_INSERT_BEFORE(after, element, field)           \
    do {                                                    \
        (element)->field.le_prev = (after)->field.le_prev;  \
        (element)->field.le_next = (after);                 \
        *(after)->field.le_prev = (element);                \
        (after)->field.le_prev = &(element)->field.le_next; \
    } while (0)
#define LIST_REMOVE(element, field)                                                                       \
    do {                                                                                                  \
        if ((element)->field.le_next) (element)->field.le_next->field.le_prev = (element)->field.le_prev; \
        *(element)->field.le_prev = (element)->field.le_next;                                             \
    } while (0)

/* STAILQ: stqh_last is the address of the pointer that is 0. */

#define STAILQ_HEAD(name, type)  \
    struct name {                \
        struct type *stqh_first; \
        struct type **stqh_last; \
    }
#define STAILQ_HEAD_INITIALIZER(head) {0, &(head).stqh_first}
#define STAILQ_ENTRY(type)      \
    struct {                    \
        struct type *stqe_next; \
    }

#define STAILQ_FIRST(head) ((head)->stqh_first)
#define STAILQ_NEXT(element, field) ((element)->field.stqe_next)
#define STAILQ_EMPTY(head) (!STAILQ_FIRST(head))
#define STAILQ_FOREACH(at, head, field) for ((at) = STAILQ_FIRST(head); (at); (at) = STAILQ_NEXT(at, field))

#define STAILQ_INIT(head)                        \
    do {                                         \
        STAILQ_FIRST(head) = 0;                  \
        (head)->stqh_last = &STAILQ_FIRST(head); \
    } while (0)
#define STAILQ_INSERT_AT_(head, pointer, element, field)                                                \
    do {                                                                                                \
        if (!((element)->field.stqe_next = (pointer))) (head)->stqh_last = &(element)->field.stqe_next; \
        (pointer) = (element);                                                                          \
    } while (0)
#define STAILQ_INSERT_HEAD(head, element, field) STAILQ_INSERT_AT_(head, STAILQ_FIRST(head), element, field)
#define STAILQ_INSERT_AFTER(head, before, element, field) \
    STAILQ_INSERT_AT_(head, STAILQ_NEXT(before, field), element, field)
#define STAILQ_INSERT_TAIL(head, element, field)         \
    do {                                                 \
        (element)->field.stqe_next = 0;                  \
        *(head)->stqh_last = (element);                  \
        (head)->stqh_last = &(element)->field.stqe_next; \
    } while (0)
#define STAILQ_REMOVE_HEAD(head, field)                                                                              \
    do {                                                                                                             \
        if (!(STAILQ_FIRST(head) = STAILQ_NEXT(STAILQ_FIRST(head), field))) (head)->stqh_last = &STAILQ_FIRST(head); \
    } while (0)
#define STAILQ_REMOVE(head, element, type, field)                              \
    do {                                                                       \
        struct type **link_ = &STAILQ_FIRST(head);                             \
        while (*link_ != (element)) link_ = &STAILQ_NEXT(*link_, field);       \
        if (!(*link_ = STAILQ_NEXT(*link_, field))) (head)->stqh_last = link_; \
    } while (0)
#define STAILQ_CONCAT(head, other)                    \
    do {                                              \
        if (!STAILQ_EMPTY(other)) {                   \
            *(head)->stqh_last = STAILQ_FIRST(other); \
            (head)->stqh_last = (other)->stqh_last;   \
            STAILQ_INIT(other);                       \
        }                                             \
    } while (0)

/* SIMPLEQ */

#define SIMPLEQ_HEAD(name, type) \
    struct name {                \
        struct type *sqh_first;  \
        struct type **sqh_last;  \
    }
#define SIMPLEQ_HEAD_INITIALIZER(head) {0, &(head).sqh_first}
#define SIMPLEQ_ENTRY(type)    \
    struct {                   \
        struct type *sqe_next; \
    }

#define SIMPLEQ_FIRST(head) ((head)->sqh_first)
#define SIMPLEQ_NEXT(element, field) ((element)->field.sqe_next)
#define SIMPLEQ_EMPTY(head) (!SIMPLEQ_FIRST(head))
#define SIMPLEQ_FOREACH(at, head, field) for ((at) = SIMPLEQ_FIRST(head); (at); (at) = SIMPLEQ_NEXT(at, field))

#define SIMPLEQ_INIT(head)                       \
    do {                                         \
        SIMPLEQ_FIRST(head) = 0;                 \
        (head)->sqh_last = &SIMPLEQ_FIRST(head); \
    } while (0)
#define SIMPLEQ_INSERT_AT_(head, pointer, element, field)                                            \
    do {                                                                                             \
        if (!((element)->field.sqe_next = (pointer))) (head)->sqh_last = &(element)->field.sqe_next; \
        (pointer) = (element);                                                                       \
    } while (0)
#define SIMPLEQ_INSERT_HEAD(head, element, field) SIMPLEQ_INSERT_AT_(head, SIMPLEQ_FIRST(head), element, field)
#define SIMPLEQ_INSERT_AFTER(head, before, element, field) \
    SIMPLEQ_INSERT_AT_(head, SIMPLEQ_NEXT(before, field), element, field)
#define SIMPLEQ_INSERT_TAIL(head, element, field)      \
    do {                                               \
        (element)->field.sqe_next = 0;                 \
        *(head)->sqh_last = (element);                 \
        (head)->sqh_last = &(element)->field.sqe_next; \
    } while (0)
#define SIMPLEQ_REMOVE_HEAD(head, field)                                       \
    do {                                                                       \
        if (!(SIMPLEQ_FIRST(head) = SIMPLEQ_NEXT(SIMPLEQ_FIRST(head), field))) \
            (head)->sqh_last = &SIMPLEQ_FIRST(head);                           \
    } while (0)
#define SIMPLEQ_REMOVE(head, element, type, field)                             \
    do {                                                                       \
        struct type **link_ = &SIMPLEQ_FIRST(head);                            \
        while (*link_ != (element)) link_ = &SIMPLEQ_NEXT(*link_, field);      \
        if (!(*link_ = SIMPLEQ_NEXT(*link_, field))) (head)->sqh_last = link_; \
    } while (0)

/* TAILQ: tqe_prev and tqh_last are addresses of pointers. A head and an entry have the same layout, so that the last
   element is reached through the entry before. */

#define TAILQ_HEAD(name, type)  \
    struct name {               \
        struct type *tqh_first; \
        struct type **tqh_last; \
    }
#define TAILQ_HEAD_INITIALIZER(head) {0, &(head).tqh_first}
#define TAILQ_ENTRY(type)       \
    struct {                    \
        struct type *tqe_next;  \
        struct type **tqe_prev; \
    }

#define TAILQ_FIRST(head) ((head)->tqh_first)
#define TAILQ_NEXT(element, field) ((element)->field.tqe_next)
#define TAILQ_LAST(head, headname) (*((struct headname *)(head)->tqh_last)->tqh_last)
#define TAILQ_PREV(element, headname, field) (*((struct headname *)(element)->field.tqe_prev)->tqh_last)
#define TAILQ_EMPTY(head) (!TAILQ_FIRST(head))
#define TAILQ_FOREACH(at, head, field) for ((at) = TAILQ_FIRST(head); (at); (at) = TAILQ_NEXT(at, field))
#define TAILQ_FOREACH_REVERSE(at, head, headname, field) \
    for ((at) = TAILQ_LAST(head, headname); (at); (at) = TAILQ_PREV(at, headname, field))

#define TAILQ_INIT(head)                       \
    do {                                       \
        TAILQ_FIRST(head) = 0;                 \
        (head)->tqh_last = &TAILQ_FIRST(head); \
    } while (0)
#define TAILQ_INSERT_AT_(head, pointer, element, field)             \
    do {                                                            \
        if (((element)->field.tqe_next = (pointer)))                \
            (pointer)->field.tqe_prev = &(element)->field.tqe_next; \
        else                                                        \
            (head)->tqh_last = &(element)->field.tqe_next;          \
        (element)->field.tqe_prev = &(pointer);                     \
        (pointer) = (element);                                      \
    } while (0)
#define TAILQ_INSERT_HEAD(head, element, field) TAILQ_INSERT_AT_(head, TAILQ_FIRST(head), element, field)
#define TAILQ_INSERT_AFTER(head, before, element, field) \
    TAILQ_INSERT_AT_(head, TAILQ_NEXT(before, field), element, field)
#define TAILQ_INSERT_BEFORE(after, element, field)            \
    do {                                                      \
        (element)->field.tqe_prev = (after)->field.tqe_prev;  \
        (element)->field.tqe_next = (after);                  \
        *(after)->field.tqe_prev = (element);                 \
        (after)->field.tqe_prev = &(element)->field.tqe_next; \
    } while (0)
#define TAILQ_INSERT_TAIL(head, element, field)        \
    do {                                               \
        (element)->field.tqe_next = 0;                 \
        (element)->field.tqe_prev = (head)->tqh_last;  \
        *(head)->tqh_last = (element);                 \
        (head)->tqh_last = &(element)->field.tqe_next; \
    } while (0)
#define TAILQ_REMOVE(head, element, field)                                         \
    do {                                                                           \
        if ((element)->field.tqe_next)                                             \
            (element)->field.tqe_next->field.tqe_prev = (element)->field.tqe_prev; \
        else                                                                       \
            (head)->tqh_last = (element)->field.tqe_prev;                          \
        *(element)->field.tqe_prev = (element)->field.tqe_next;                    \
    } while (0)
#define TAILQ_CONCAT(head, other, field)                           \
    do {                                                           \
        if (!TAILQ_EMPTY(other)) {                                 \
            *(head)->tqh_last = TAILQ_FIRST(other);                \
            TAILQ_FIRST(other)->field.tqe_prev = (head)->tqh_last; \
            (head)->tqh_last = (other)->tqh_last;                  \
            TAILQ_INIT(other);                                     \
        }                                                          \
    } while (0)

/* CIRCLEQ: the head's address stands for the end. */

#define CIRCLEQ_HEAD(name, type) \
    struct name {                \
        struct type *cqh_first;  \
        struct type *cqh_last;   \
    }
#define CIRCLEQ_HEAD_INITIALIZER(head) {CIRCLEQ_END(&head), CIRCLEQ_END(&head)}
#define CIRCLEQ_ENTRY(type)    \
    struct {                   \
        struct type *cqe_next; \
        struct type *cqe_prev; \
    }

#define CIRCLEQ_END(head) ((void *)(head))
#define CIRCLEQ_FIRST(head) ((head)->cqh_first)
#define CIRCLEQ_LAST(head) ((head)->cqh_last)
#define CIRCLEQ_NEXT(element, field) ((element)->field.cqe_next)
#define CIRCLEQ_PREV(element, field) ((element)->field.cqe_prev)
#define CIRCLEQ_EMPTY(head) ((void *)CIRCLEQ_FIRST(head) == CIRCLEQ_END(head))
#define CIRCLEQ_FOREACH(at, head, field) \
    for ((at) = CIRCLEQ_FIRST(head); (void *)(at) != CIRCLEQ_END(head); (at) = CIRCLEQ_NEXT(at, field))
#define CIRCLEQ_FOREACH_REVERSE(at, head, field) \
    for ((at) = CIRCLEQ_LAST(head); (void *)(at) != CIRCLEQ_END(head); (at) = CIRCLEQ_PREV(at, field))
#define CIRCLEQ_LOOP_NEXT(head, element, field) \
    ((void *)CIRCLEQ_NEXT(element, field) == CIRCLEQ_END(head) ? CIRCLEQ_FIRST(head) : CIRCLEQ_NEXT(element, field))
#define CIRCLEQ_LOOP_PREV(head, element, field) \
    ((void *)CIRCLEQ_PREV(element, field) == CIRCLEQ_END(head) ? CIRCLEQ_LAST(head) : CIRCLEQ_PREV(element, field))

/* The pointers that lead to and back from a neighbour, which may be the head. */
#define CIRCLEQ_FORWARD_(head, before, field) \
    *((void *)(before) == CIRCLEQ_END(head) ? &CIRCLEQ_FIRST(head) : &CIRCLEQ_NEXT(before, field))
#define CIRCLEQ_BACK_(head, after, field) \
    *((void *)(after) == CIRCLEQ_END(head) ? &CIRCLEQ_LAST(head) : &CIRCLEQ_PREV(after, field))

#define CIRCLEQ_INIT(head)                       \
    do {                                         \
        CIRCLEQ_FIRST(head) = CIRCLEQ_END(head); \
        CIRCLEQ_LAST(head) = CIRCLEQ_END(head);  \
    } while (0)
#define CIRCLEQ_INSERT_AFTER(head, before, element, field)                   \
    do {                                                                     \
        CIRCLEQ_PREV(element, field) = (before);                             \
        CIRCLEQ_NEXT(element, field) = CIRCLEQ_NEXT(before, field);          \
        CIRCLEQ_BACK_(head, CIRCLEQ_NEXT(before, field), field) = (element); \
        CIRCLEQ_NEXT(before, field) = (element);                             \
    } while (0)
#define CIRCLEQ_INSERT_BEFORE(head, after, element, field)                     \
    do {                                                                       \
        CIRCLEQ_NEXT(element, field) = (after);                                \
        CIRCLEQ_PREV(element, field) = CIRCLEQ_PREV(after, field);             \
        CIRCLEQ_FORWARD_(head, CIRCLEQ_PREV(after, field), field) = (element); \
        CIRCLEQ_PREV(after, field) = (element);                                \
    } while (0)
#define CIRCLEQ_INSERT_HEAD(head, element, field)                    \
    do {                                                             \
        CIRCLEQ_PREV(element, field) = CIRCLEQ_END(head);            \
        CIRCLEQ_NEXT(element, field) = CIRCLEQ_FIRST(head);          \
        CIRCLEQ_BACK_(head, CIRCLEQ_FIRST(head), field) = (element); \
        CIRCLEQ_FIRST(head) = (element);                             \
    } while (0)
#define CIRCLEQ_INSERT_TAIL(head, element, field)                      \
    do {                                                               \
        CIRCLEQ_NEXT(element, field) = CIRCLEQ_END(head);              \
        CIRCLEQ_PREV(element, field) = CIRCLEQ_LAST(head);             \
        CIRCLEQ_FORWARD_(head, CIRCLEQ_LAST(head), field) = (element); \
        CIRCLEQ_LAST(head) = (element);                                \
    } while (0)
#define CIRCLEQ_REMOVE(head, element, field)                                                        \
    do {                                                                                            \
        CIRCLEQ_BACK_(head, CIRCLEQ_NEXT(element, field), field) = CIRCLEQ_PREV(element, field);    \
        CIRCLEQ_FORWARD_(head, CIRCLEQ_PREV(element, field), field) = CIRCLEQ_NEXT(element, field); \
    } while (0)

#endif

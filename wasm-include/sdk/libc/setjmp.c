// The functions that clang calls for setjmp() and longjmp(). A jump is an exception with a tag of its own, which carries the
// address of a place and a value. A function with setjmp() catches it, and looks if the place is one of its own.
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>

// The number of the tag in clang.
#define LONGJMP_TAG 1

// clang keeps this in a jmp_buf: the call of the function, and the number of the setjmp() in it. `jump` is what the exception
// carries; clang reads it when the function has caught it.
struct place {
    void *call;
    uint32_t number;
    struct {
        void *place;
        int value;
    } jump;
};

_Static_assert(sizeof(struct place) <= sizeof(((jmp_buf *)0)[0][0].__place), "a jmp_buf has too little room");

void __wasm_setjmp(struct place *place, uint32_t number, void *call) {
    place->call = call;
    place->number = number;
}

uint32_t __wasm_setjmp_test(const struct place *place, const void *call) {
    return place->call == call ? place->number : 0;
}

_Noreturn void __wasm_longjmp(struct place *place, int value) {
    place->jump.place = place;
    place->jump.value = value ? value : 1;
    __builtin_wasm_throw(LONGJMP_TAG, &place->jump);
}

// For calls through pointers, and for compilers that leave setjmp() as it is: it only marks a place.

#undef setjmp

int setjmp(jmp_buf) {
    return 0;
}

_Noreturn void longjmp(jmp_buf place, int value) {
    __wasm_longjmp((struct place *)place->__place, value);
}

void __keep_signal_mask(sigjmp_buf place, int keeps) {
    sigset_t mask;

    place->__has_mask = keeps != 0;
    if (!keeps || sigprocmask(SIG_SETMASK, NULL, &mask) < 0) return;
    memcpy(place->__mask, &mask, sizeof(place->__mask));
}

_Noreturn void siglongjmp(sigjmp_buf place, int value) {
    sigset_t mask;

    memcpy(&mask, place->__mask, sizeof(place->__mask));
    if (place->__has_mask) sigprocmask(SIG_SETMASK, &mask, NULL);
    longjmp(place, value);
}

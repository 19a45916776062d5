// A guest cannot jump out of functions. Programs that only mark a place run, and a jump ends the guest.
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#undef setjmp

int setjmp(jmp_buf) {
    return 0;
}

int _setjmp(jmp_buf) {
    return 0;
}

int sigsetjmp(sigjmp_buf, int) {
    return 0;
}

_Noreturn void longjmp(jmp_buf, int) {
    fputs("longjmp() is not available in WebAssembly\n", stderr);
    abort();
}

_Noreturn void _longjmp(jmp_buf place, int value) {
    longjmp(place, value);
}

_Noreturn void siglongjmp(sigjmp_buf place, int value) {
    longjmp(place, value);
}

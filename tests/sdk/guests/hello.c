#include <stdio.h>

int main(void) {
    printf("hello %d\n", 64);
    return 0;
}

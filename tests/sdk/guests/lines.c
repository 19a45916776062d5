// Prints a line, waits for the end of its input, and prints text without the end of a line.
#include <stdio.h>

int main(void) {
    printf("a line\n");
    while (getchar() != EOF) {}
    printf("the rest");
    return 0;
}

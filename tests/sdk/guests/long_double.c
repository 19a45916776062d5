// Long double with the digits that 80 and 128 bits have in common, printed and read without options for the linker.
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    long double read = 0, large = 18446744073709551615.0L;
    int count = sscanf("ratio 1234567890123456789.5", "ratio %Lf", &read);
    printf("%d %.1Lf %.0Lf %Lg %10.3Le\n", count, read, large, large / 3, -read);
    printf("%.4Lf %.2f\n", strtold("0x1.8p3", NULL) / 7, 2.5);
    return 0;
}

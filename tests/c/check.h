/* check.h - what the C tests check with: each failure is printed and counted. */
#include <stdio.h>

static int failures;

#define CHECK(condition)                                                                  \
    do {                                                                                  \
        if (!(condition)) {                                                               \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);               \
            failures++;                                                                   \
        }                                                                                 \
    } while (0)

static int is(double x, double y) { return !(x < y) && !(x > y); } /* exactly, no NaN */

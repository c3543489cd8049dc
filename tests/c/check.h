/* check.h - CHECK prints and counts what failed in a C test; the program goes on. */
#include <stdio.h>

static int failures;

#define CHECK(condition)                                                                  \
    do {                                                                                  \
        if (!(condition)) {                                                               \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);               \
            failures++;                                                                   \
        }                                                                                 \
    } while (0)

static int is(double x, double y) {
    return !(x < y) && !(x > y);
} /* exactly, but no NaN is */

/* Repeats the call `done` with its first allocation failing, then its second, and so on
 * until it returns true. That must take more than `least` repetitions. */
#define UNTIL_IT_SUCCEEDS(done, least)                                                    \
    do {                                                                                  \
        long nth = 1;                                                                     \
        for (; mg_fail_allocation(nth, 0), !(done); nth++)                                \
            CHECK(nth < 1000);                                                            \
        mg_fail_allocation(0, 0);                                                         \
        CHECK(nth > (least));                                                             \
    } while (0)

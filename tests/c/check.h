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

/* Each allocation of a call fails in turn, until it succeeds, after more than `least`. */
#define UNTIL_IT_SUCCEEDS(done, least)                                                    \
    do {                                                                                  \
        long nth = 1;                                                                     \
        for (; mg_fail_allocation(nth, 0), !(done); nth++)                                \
            CHECK(nth < 1000);                                                            \
        mg_fail_allocation(0, 0);                                                         \
        CHECK(nth > (least));                                                             \
    } while (0)

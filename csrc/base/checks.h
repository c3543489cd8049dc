/* checks.h - MG_ASSERT: rules that the library must keep, tested in builds with
 * -DMG_CHECKS.
 *
 * The tests build the library with it, the sanitizers' builds among them. In any other
 * build MG_ASSERT is nothing: its condition is not even compiled.
 */
#ifndef MG_CHECKS_H
#define MG_CHECKS_H

#ifdef MG_CHECKS
#include <stdio.h>
#include <stdlib.h>

/* Prints the rule that was broken and where, and ends the program. */
static inline void mg_assertion_failed(const char *file, int line, const char *condition) {
    fprintf(stderr, "%s:%d: MG_ASSERT(%s) failed\n", file, line, condition);
    abort();
}

#define MG_ASSERT(condition)                                                              \
    ((condition) ? (void)0 : mg_assertion_failed(__FILE__, __LINE__, #condition))
#else
#define MG_ASSERT(condition) ((void)0)
#endif

#endif

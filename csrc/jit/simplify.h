/* simplify.h - merges equal nodes of a trace. */
#ifndef MG_SIMPLIFY_H
#define MG_SIMPLIFY_H

#include "jit/trace.h" /* first */

/* Merges nodes that have the same operator and the same operands, and replaces x * 1,
 * x + -0.0, x ** 1 and -(-x) by x. No value changes by a bit. Gradients are those of the
 * merged nodes, which are added in another order than before. Sets uses anew; a node that
 * is used no more becomes a constant that nothing uses. Returns 0 if out of memory.
 * O(nodes). */
int mg_trace_simplify(mg_trace *trace);

#endif

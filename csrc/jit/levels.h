/* levels.h - how early or late each result is computed. */
#ifndef MG_LEVELS_H
#define MG_LEVELS_H

#include "jit/program.h" /* first */

#include "jit/fuse.h"
#include "jit/trace.h"

/* Sets level: by node; 0 for a leaf and inside a result. A result's level, from 1 on, is
 * above those of its operands; uniform operands of a row value are computed before any
 * row, and do not count. flags: by node, of results. Returns 0 if out of memory. O(nodes).
 */
int mg_choose_levels(uint32_t *level, const mg_trace *trace, const mg_fused *fused,
                     const uint16_t *flags);

#endif

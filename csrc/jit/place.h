/* place.h - the slots of a program's values. */
#ifndef MG_PLACE_H
#define MG_PLACE_H

#include "jit/program.h" /* first */

#include "jit/fuse.h"
#include "jit/schedule.h"
#include "jit/trace.h"

/* Gives each leaf and each result a slot, and sets the program's parameters, constants and
 * counts of slots, and where the schedule's layers find their weights and biases. slot:
 * by node, zeros; only what has a slot is set. The program's parameters, places and
 * constants must have room for all of the trace's. Returns 0 if out of memory. O(nodes).
 */
int mg_place(mg_program *program, uint32_t *slot, const mg_trace *trace,
             const mg_fused *fused, mg_schedule *schedule);

#endif

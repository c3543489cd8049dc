/* verify.h - the rules that a program must keep, for builds with -DMG_CHECKS. */
#ifndef MG_VERIFY_H
#define MG_VERIFY_H

#include "jit/program.h" /* first */

/* Ends the process if an instruction, output or gradient to clear is outside of the slots
 * or the index list. O(index list). In other builds it does nothing. */
#ifdef MG_CHECKS
void mg_verify_program(const mg_program *program);
#else
#define mg_verify_program(program) ((void)0)
#endif

#endif

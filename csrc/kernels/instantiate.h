/* instantiate.h - the kernels of one instruction set, for each block width.
 *
 * A template: kernels.c includes it for each instruction set, with MG_TARGET, MG_SUFFIX,
 * MG_TILE, MG_TILE_8, MG_WIDE, MG_WIDE_LANES and MG_WIDE_SPLAT defined. FOLD and then
 * LANE_SUM add up the lanes of a block in one fixed order: first lanes l and l + 8, then the
 * sums of lanes l and l + 4, then l and l + 2, then l and l + 1.
 */

#define MG_PASTE(a, b, c) a##_##b##_##c
#define MG_PASTED(a, b, c) MG_PASTE(a, b, c)
#define MG_NAME(x) MG_PASTED(x, W, MG_SUFFIX)
#define VEC_ADD V4_ADD
#define VEC_MUL V4_MUL
#define MG_M(name) mg_fast_##name

#include "kernels/vec_4.h"

#define W 16
#define N_VEC 4
#define TILE MG_TILE
#define WIDE MG_WIDE
#define WIDE_LANES MG_WIDE_LANES
#define WIDE_SPLAT MG_WIDE_SPLAT
#define FOLD(y) V4_ADD(V4_ADD(y[0], y[2]), V4_ADD(y[1], y[3]))
#if WIDE_LANES == 8
#include "kernels/layer_weights.h"
#endif
#include "kernels/layer.h"
#include "kernels/layer_sets.h"
#include "kernels/row_dots.h"
#if WIDE_LANES == 8
#undef N_VEC
#define N_VEC 2
#include "kernels/vec_8.h"
#endif
#include "kernels/elementwise.h"
#include "kernels/sums.h"
#include "kernels/take.h"
#include "kernels/dispatch.h"
#if WIDE_LANES == 8
#include "kernels/vec_4.h"
#endif
#undef W
#undef N_VEC
#undef TILE
#undef WIDE
#undef WIDE_LANES
#undef WIDE_SPLAT
#undef FOLD

/* Eight lanes hold sets of inputs, see layer_sets.h. */
#define W 8
#define N_VEC 2
#define TILE MG_TILE_8
#define WIDE MG_WIDE
#define WIDE_LANES MG_WIDE_LANES
#define WIDE_SPLAT MG_WIDE_SPLAT
#define FOLD(y) V4_ADD(y[0], y[1])
#if WIDE_LANES == 8
#include "kernels/layer_weights.h"
#endif
#include "kernels/layer.h"
#undef W
#undef N_VEC
#undef TILE
#undef WIDE
#undef WIDE_LANES
#undef WIDE_SPLAT
#undef FOLD

#define W 4
#define N_VEC 1
#define TILE 4
#define WIDE mg_v4
#define WIDE_LANES 4
#define WIDE_SPLAT V4_SPLAT
#define FOLD(y) (y[0])
#include "kernels/layer.h"
#include "kernels/layer_sets.h"
#include "kernels/row_dots.h"
#include "kernels/elementwise.h"
#include "kernels/sums.h"
#include "kernels/take.h"
#include "kernels/dispatch.h"
#undef W
#undef N_VEC
#undef TILE
#undef WIDE
#undef WIDE_LANES
#undef WIDE_SPLAT
#undef FOLD

#undef VEC
#undef VEC_LOAD
#undef VEC_STORE
#undef VEC_SPLAT
#undef LANE_SUM
#undef VEC_KEEP
#undef VEC_ADD
#undef VEC_MUL
#define VEC double
#define VEC_LOAD(v, p) ((v) = *(p))
#define VEC_STORE(p, v) (*(p) = (v))
#define VEC_SPLAT(x) (x)
#define LANE_SUM(v) (v)
#define VEC_KEEP(v, lane, n) ((void)0)
#define VEC_ADD(a, b) ((a) + (b))
#define VEC_MUL(a, b) ((a) * (b))

#undef MG_M
#define MG_M(name) mg_jit_##name
#define W 1
#define N_VEC 1
#define FOLD(y) (y[0])
#include "kernels/adaptive.h"
#include "kernels/columns.h"
#include "kernels/layer_one_row.h"
#include "kernels/layer_sets.h"
#include "kernels/row_dots.h"
#include "kernels/elementwise.h"
#include "kernels/one_row_dots.h"
#include "kernels/one_row_sums.h"
#include "kernels/one_row.h"
#include "kernels/take.h"
#include "kernels/dispatch.h"
#undef W
#undef N_VEC
#undef FOLD

#undef VEC
#undef VEC_LOAD
#undef VEC_STORE
#undef VEC_SPLAT
#undef LANE_SUM
#undef VEC_KEEP
#undef VEC_ADD
#undef VEC_MUL
#undef MG_M
#undef MG_NAME
#undef MG_PASTED
#undef MG_PASTE

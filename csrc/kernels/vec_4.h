/* vec_4.h - lets the templates take vectors of four rows, see elementwise.h. */
#undef VEC
#undef VEC_LOAD
#undef VEC_STORE
#undef VEC_SPLAT
#undef LANE_SUM
#undef VEC_KEEP
#define VEC mg_v4
#define VEC_LOAD V4_LOAD
#define VEC_STORE V4_STORE
#define VEC_SPLAT V4_SPLAT
#define LANE_SUM V4_SUM
#define VEC_KEEP V4_KEEP

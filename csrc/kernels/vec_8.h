/* vec_8.h - lets the templates take vectors of eight rows, a register of AVX-512. */
#undef VEC
#undef VEC_LOAD
#undef VEC_STORE
#undef VEC_SPLAT
#undef VEC_KEEP
#define VEC mg_v8
#define VEC_LOAD V8_LOAD
#define VEC_STORE V8_STORE
#define VEC_SPLAT V8_SPLAT
#define VEC_KEEP V8_KEEP

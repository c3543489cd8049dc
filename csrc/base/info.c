/* info.c - which compiler built the library, and what the machine can do. */
#include "micrograd.h"

#define TEXT(x) #x
#define TEXT_OF(x) TEXT(x)

const char *mg_compiler(void) {
#if defined(__clang__)
    return "clang " __clang_version__;
#elif defined(__GNUC__)
    return "gcc " __VERSION__;
#elif defined(_MSC_VER)
    return "MSVC " TEXT_OF(_MSC_VER);
#else
    return "unknown";
#endif
}

const char *mg_cpu_features(void) {
#if (defined(__x86_64__) || defined(__i386__)) && defined(__GNUC__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f"))
        return "sse2 avx2 avx512f";
    return __builtin_cpu_supports("avx2") ? "sse2 avx2" : "sse2";
#elif defined(__aarch64__) || defined(_M_ARM64)
    return "neon";
#elif defined(_M_X64)
    return "sse2";
#else
    return "";
#endif
}

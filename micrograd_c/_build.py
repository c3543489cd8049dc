"""How CFFI builds ``micrograd_c._native`` from ``csrc/``. Run by setup.py, not imported."""

import os
from pathlib import Path

from cffi import FFI

CSRC = Path(__file__).resolve().parent.parent / "csrc"

if os.name == "nt":
    COMPILE = ["/std:c11", "/O2", "/fp:precise"]
    LINK = []
    LIBRARIES = []
else:
    COMPILE = [
        "-std=c11",
        "-O3",
        "-pthread",
        "-fvisibility=hidden",
        # These two keep results the same on every machine, whatever CFLAGS say.
        "-fno-fast-math",
        "-ffp-contract=off",
    ]
    # With fast-math among CFLAGS, linking adds what makes a whole process take the numbers
    # next to 0 for 0. The last option of a kind counts.
    LINK = ["-pthread", "-O3", "-fno-fast-math", "-fno-unsafe-math-optimizations"]
    LIBRARIES = ["m"]


def declarations():
    """What CFFI is to parse: the public header between its two marks."""
    header = (CSRC / "micrograd.h").read_text(encoding="utf-8")
    return header.split("/* cffi: begin */")[1].split("/* cffi: end */")[0]


# Before a call the library is told the mode, see _mode.c.
# Calls that take some nanoseconds keep the GIL: to give it up and take it again takes
# longer than they do, a seventh of an operator's time. What CFFI generates for a call
# uses the macros below, in a function named after the C function. Nothing relies on
# the GIL, see micrograd.h on threads.
PREAMBLE = (
    """
#include <string.h>
#include "graph.h"
#include "micrograd.h"
"""
    + Path(__file__).with_name("_mode.c").read_text(encoding="utf-8")
    + """
#if defined(Py_BEGIN_ALLOW_THREADS) && defined(__GNUC__)
#define IS(name) (strcmp(__func__, "_cffi_f_" #name) == 0)
#define IS_QUICK                                                                     \\
    (IS(mg_add) || IS(mg_mul) || IS(mg_add_number) || IS(mg_mul_number) ||           \\
     IS(mg_unary) || IS(mg_unary_k) || IS(mg_binary) || IS(mg_leaf) || IS(mg_data) || \\
     IS(mg_grad) || IS(mg_set_data) || IS(mg_set_grad) || IS(mg_release) || IS(mg_traced))
#define IS_SAME_IN_ALL_MODES                                                       \\
    (IS(mg_data) || IS(mg_grad) || IS(mg_set_data) || IS(mg_set_grad) || IS(mg_release) || \\
     IS(mg_new_mode) || IS(mg_free_mode) || IS(mg_modes))
#else
#define IS_QUICK 0
#define IS_SAME_IN_ALL_MODES 0
#endif
#ifdef Py_BEGIN_ALLOW_THREADS
#undef Py_BEGIN_ALLOW_THREADS
#undef Py_END_ALLOW_THREADS
#define Py_BEGIN_ALLOW_THREADS                                    \\
    {                                                             \\
        double mode = IS_SAME_IN_ALL_MODES ? 0 : begin_in_mode(); \\
        PyThreadState *_save = IS_QUICK ? NULL : PyEval_SaveThread();
#define Py_END_ALLOW_THREADS             \\
        if (!IS_QUICK)                   \\
            PyEval_RestoreThread(_save); \\
        end_in_mode(mode);               \\
    }
#endif
"""
)

ffibuilder = FFI()
ffibuilder.cdef(declarations())
ffibuilder.set_source(
    "micrograd_c._native",
    PREAMBLE,
    sources=sorted(f"csrc/{path.name}" for path in CSRC.glob("*.c")),
    include_dirs=["csrc"],
    extra_compile_args=COMPILE,
    extra_link_args=LINK,
    libraries=LIBRARIES,
)

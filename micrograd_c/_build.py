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
    LINK = ["-pthread"]
    LIBRARIES = ["m"]


def declarations():
    """What CFFI is to parse: the public header between its two marks."""
    header = (CSRC / "micrograd.h").read_text(encoding="utf-8")
    return header.split("/* cffi: begin */")[1].split("/* cffi: end */")[0]


ffibuilder = FFI()
ffibuilder.cdef(declarations())
ffibuilder.set_source(
    "micrograd_c._native",
    '#include "micrograd.h"',
    sources=sorted(f"csrc/{path.name}" for path in CSRC.glob("*.c")),
    include_dirs=["csrc"],
    extra_compile_args=COMPILE,
    extra_link_args=LINK,
    libraries=LIBRARIES,
)

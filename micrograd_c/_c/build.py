"""How CFFI builds ``micrograd_c._native`` from ``csrc/``. Only setup.py uses it."""

import os
import re
from pathlib import Path

from cffi import FFI

CSRC = Path(__file__).resolve().parent.parent.parent / "csrc"

if os.name == "nt":
    COMPILE = ["/std:c11", "/O2", "/fp:precise"]
    LINK = []
    LIBRARIES = []
else:
    COMPILE = [
        "-std=c11",
        # CFLAGS may ask for less, for a quick build.
        *([] if re.search(r"(^|\s)-O[012gs]?(\s|$)", os.environ.get("CFLAGS", "")) else ["-O3"]),
        "-pthread",
        "-fvisibility=hidden",
        # These two make results the same on every machine, whatever CFLAGS contain.
        "-fno-fast-math",
        "-ffp-contract=off",
        # gcc 12 took stores of vectors for stores to null, in the programs of native=True, and left
        # out the calls of functions that did nothing else.
        "-fno-delete-null-pointer-checks",
        # These let loops over sqrt and over conditions become vectors; no result changes.
        "-fno-math-errno",
        "-fno-trapping-math",
    ]
    # With fast-math among CFLAGS, the linker would add code that makes the whole process take
    # subnormal numbers for 0. The last option of a kind wins.
    LINK = ["-pthread", "-O3", "-fno-fast-math", "-fno-unsafe-math-optimizations"]
    LIBRARIES = ["m"]


def declarations():
    """Return what CFFI parses: the public header between its two cffi comments."""
    header = (CSRC / "micrograd.h").read_text(encoding="utf-8")
    return header.split("/* cffi: begin */")[1].split("/* cffi: end */")[0]


# The functions that node.c adds to the library. mg_node_type returns the type Node, where
# node.c compiles it, mg_bound_call_type the base class of bound_call.c, mg_direct_call_type that
# of direct_call.c. mg_take_id makes a Value of an id that mg_net_call, mg_linear or mg_softmax
# wrote.
ADDED = """
double mg_node_type(void);
double mg_bound_call_type(void);
double mg_direct_call_type(void);
mg_id mg_take_id(mg_id *ids, size_t i);
"""


def text(name):
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def source():
    """Return the C code that comes before the code that CFFI generates."""
    # Each needs those before it.
    names = (
        "mode.c", "node.c", "calls.c", "traced_operators.c", "eager_operators.c",
        "bulk_methods.c", "node_methods.c", "bound_call.c", "result_tree.c",
        "direct_call.h", "direct_call.c",
    )  # fmt: skip
    return "\n".join(map(text, names))


ffibuilder = FFI()
ffibuilder.cdef(declarations() + ADDED + text("direct_call.h"))
ffibuilder.set_source(
    "micrograd_c._native",
    source(),
    sources=sorted(f"csrc/{path.parent.name}/{path.name}" for path in CSRC.glob("*/*.c")),
    include_dirs=["csrc"],
    extra_compile_args=COMPILE,
    extra_link_args=LINK,
    libraries=LIBRARIES,
)

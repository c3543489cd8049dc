"""``Node``, the base class of Value, and the functions of C that make nodes or read them.

Each function takes Values where ``micrograd.h`` says mg_id, and returns a Value, or None for
the id 0. On CPython that is what CFFI's functions do by themselves, see ``_node.c``.
"""

import sys

from micrograd_c._native import ffi, lib

NO_MEMORY = "no memory for a larger graph"
HAS_GIL = getattr(sys, "_is_gil_enabled", lambda: True)()
IN_C = HAS_GIL and sys.implementation.name == "cpython"

if IN_C:
    Node = lib.mg_node_type()
    mg_add, mg_mul = lib.mg_add, lib.mg_mul
    mg_add_number, mg_mul_number = lib.mg_add_number, lib.mg_mul_number
    mg_unary, mg_unary_k, mg_binary = lib.mg_unary, lib.mg_unary_k, lib.mg_binary
    mg_leaf, mg_node, mg_traced = lib.mg_leaf, lib.mg_node, lib.mg_traced
    mg_node_with_local = lib.mg_node_with_local
    mg_total, mg_dot, mg_logsumexp = lib.mg_total, lib.mg_dot, lib.mg_logsumexp
    mg_claim = lib.mg_claim
    mg_data, mg_grad = lib.mg_data, lib.mg_grad
    mg_set_data, mg_set_grad = lib.mg_set_data, lib.mg_set_grad
else:
    from micrograd_c._node_in_python import (  # noqa: F401 - for others
        Node,
        mg_add,
        mg_add_number,
        mg_binary,
        mg_claim,
        mg_data,
        mg_dot,
        mg_grad,
        mg_leaf,
        mg_logsumexp,
        mg_mul,
        mg_mul_number,
        mg_node,
        mg_node_with_local,
        mg_set_data,
        mg_set_grad,
        mg_total,
        mg_traced,
        mg_unary,
        mg_unary_k,
    )


class Ids:
    """A block of ``n`` ids in C that owns a reference to each node in it: see mg_new_ids.

    ``at`` is where its address is, for functions that make such a block.
    """

    __slots__ = ("at",)

    def __init__(self, n=None):
        # This first: what C makes then belongs to it, whatever interrupts Python.
        self.at = ffi.gc(ffi.new("mg_id **"), lib.mg_free_ids)
        if n is not None:
            check_memory(lib.mg_new_ids(n, self.at))

    def __getitem__(self, i):
        return self.at[0][i]


def check_memory(status):
    """Raise for a call of C that ran out of memory, and changed nothing."""
    if status == lib.MG_NO_MEMORY:
        raise MemoryError(NO_MEMORY)

"""``Node``, the base class of Value, and the functions of C that make nodes or read them.

Where ``micrograd.h`` says mg_id, these functions take a Value, and return one or, for the id
0, None. On CPython the functions that CFFI generates do so themselves, see ``node.c``.
"""

import sys
from functools import partial

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
    from micrograd_c._c.node_in_python import (  # noqa: F401 - for others
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


# What pinning.py notes on Values, None for nothing: past a user's __getattr__ and __setattr__.
held, set_held = Node._mg_held.__get__, Node._mg_held.__set__
also_held, set_also_held = Node._mg_also_held.__get__, Node._mg_also_held.__set__
custom_backward, set_custom_backward = (
    Node._mg_custom_backward.__get__,
    Node._mg_custom_backward.__set__,
)


class Ids:
    """A block of ``n`` ids in C that owns a reference to each node in it: see mg_new_ids.

    ``at`` points to the block's address, for functions that make such a block.
    """

    __slots__ = ("at",)

    def __init__(self, n=None):
        # First: it owns what C makes from here on, whatever interrupts Python.
        self.at = ffi.gc(ffi.new("mg_id **"), lib.mg_free_ids)
        if n is not None:
            check_memory(lib.mg_new_ids(n, self.at))

    def __getitem__(self, i):
        return self.at[0][i]


def owned(free, function, *arguments):
    """What a function of C returns, which ``free`` is called with when nobody has it any more.

    All in one call of Python's: an exception cannot come in between and leave what C made.
    """
    made = map(function, *([argument] for argument in arguments))
    return next(map(partial(ffi.gc, destructor=free), made))


def check_memory(status):
    """Raise MemoryError if a call of C ran out of memory. Then it changed nothing."""
    if status == lib.MG_NO_MEMORY:
        raise MemoryError(NO_MEMORY)

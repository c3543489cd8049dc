"""``Node``, the base class of Value, and the C functions that make or read nodes.

Where ``micrograd.h`` says mg_id, these functions take a Value. Where they make a node, they
return a Value, or None if C returned the id 0. On CPython the functions that CFFI generates do
this themselves (``calls.c``); elsewhere ``node_in_python.py`` wraps them.
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
    mg_take_id = lib.mg_take_id
    mg_traced_total, mg_traced_dot = lib.mg_traced_total, lib.mg_traced_dot
    mg_data, mg_grad = lib.mg_data, lib.mg_grad
    mg_set_data, mg_set_grad = lib.mg_set_data, lib.mg_set_grad
else:
    from micrograd_c._c.node_in_python import (  # noqa: F401 - for other modules
        Node,
        mg_add,
        mg_add_number,
        mg_binary,
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
        mg_take_id,
        mg_total,
        mg_traced,
        mg_traced_dot,
        mg_traced_total,
        mg_unary,
        mg_unary_k,
    )


# Node's slots, None where empty. These functions go past a user's __getattr__ and __setattr__.
get_known_operands, set_known_operands = (
    Node._mg_known_operands.__get__,
    Node._mg_known_operands.__set__,
)
get_net_operands, set_net_operands = Node._mg_net_operands.__get__, Node._mg_net_operands.__set__
get_custom_backward, set_custom_backward = (
    Node._mg_custom_backward.__get__,
    Node._mg_custom_backward.__set__,
)


class Ids:
    """A block of ``n`` ids in C (mg_new_ids) that owns a reference to each node in it.

    ``at`` is the address of a pointer to the block: C functions that make a block write to it.
    Without ``n``, there is no block yet.
    """

    __slots__ = ("at",)

    def __init__(self, n=None):
        # First: from here on it owns what C makes, whatever interrupts Python.
        self.at = ffi.gc(ffi.new("mg_id **"), lib.mg_free_ids)
        if n is not None:
            check_memory(lib.mg_new_ids(n, self.at))

    def __getitem__(self, i):
        return self.at[0][i]


def owned(free, function, *arguments):
    """Return ``function(*arguments)``, a pointer from C that ``free`` is called with at its end.

    Both steps are one call for Python, so no exception can come between them and leak the
    pointer.
    """
    made = map(function, *([argument] for argument in arguments))
    return next(map(partial(ffi.gc, destructor=free), made))


def check_memory(status):
    """Raise MemoryError if a call of C ran out of memory. Such a call has changed nothing."""
    if status == lib.MG_NO_MEMORY:
        raise MemoryError(NO_MEMORY)


# --- ids of nodes, for code that needs no Value for each --------------------------------


def operand_ids(node):
    """Return the ids of the operands of a node, given by its id: in order, with repetitions."""
    check_memory(lib.mg_expand(node))
    n = lib.mg_operands(node, ffi.NULL, 0)
    ids = ffi.new("mg_id[]", n)
    lib.mg_operands(node, ids, n)
    return list(ids)


def backward_order(root):
    """Return the ids in the order of backward(), as Ids, and how many there are.

    Leaves for which backward() has nothing to do are left out.
    """
    order, n = Ids(), ffi.new("size_t *")
    check_memory(lib.mg_backward_order(root._mg_id, order.at, n))
    return order, n[0]

"""Nodes with an operator of the user's own: ``Value(data, children, op)``."""

from micrograd_c._c.node import check_memory, set_known_operands, set_net_operands
from micrograd_c._native import ffi, lib
from python_ref.core.tracing import current_trace


def refuse_in_trace():
    """Raise TraceError while jit traces: an operator of the user's own cannot be traced."""
    if current_trace():
        current_trace().refuse_custom_operator()


def local_gradients(node):
    """Return the local gradients of a node, given by its id, as a tuple; None if it has none."""
    n = lib.mg_local(node, ffi.NULL, 0)
    if not n:
        return None
    local = ffi.new("double[]", n)
    lib.mg_local(node, local, n)
    return tuple(local)


def release_operands(value):
    """``value._prev = ()``: release the operands of its node. Its ``_op`` stays."""
    refuse_in_trace()
    op = value._op
    if op:
        vars(value)["_op"] = op
    check_memory(lib.mg_release_operands(value._mg_id))
    set_known_operands(value, ())
    set_net_operands(value, None)

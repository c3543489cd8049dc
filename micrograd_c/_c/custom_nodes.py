"""Nodes of the C engine with an operator or a derivative that the user made."""

from micrograd_c._c.node import check_memory, set_also_held, set_custom_backward, set_held
from micrograd_c._native import ffi, lib
from python_ref.core.tracing import current_trace


def refuse_in_trace():
    """Raise where jit traces: an operator of the user's own cannot be traced."""
    if current_trace():
        current_trace().refuse_custom_operator()


def local_gradients(node):
    """The local gradients of a node as a tuple; None where it has none."""
    n = lib.mg_local(node, ffi.NULL, 0)
    if not n:
        return None
    local = ffi.new("double[]", n)
    lib.mg_local(node, local, n)
    return tuple(local)


def forget_backward(self):
    """``_backward = None``: take away the step that was assigned."""
    refuse_in_trace()
    set_custom_backward(self, None)
    vars(self).pop("_backward", None)  # of a subclass whose _backward is a method
    if type(self)._backward is self._plain_class._backward:
        lib.mg_clear_custom_backward(self._mg_id)


def release_operands(self):
    """``_prev = ()``: release a node's operands. Its ``_op`` stays."""
    refuse_in_trace()
    op = self._op
    if op:
        vars(self)["_op"] = op
    check_memory(lib.mg_release_operands(self._mg_id))
    set_held(self, ())
    set_also_held(self, None)

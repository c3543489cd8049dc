"""Nodes of the C engine with an operator or a derivative that the user made."""

from micrograd_c import _cvalue
from micrograd_c._native import ffi, lib
from micrograd_c._node import check_memory


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
    _cvalue.refuse_in_trace()
    _cvalue.set_own_backward(self, None)
    vars(self).pop("_backward", None)  # of a subclass whose _backward is a method
    if type(self)._backward is _cvalue.Value._backward:
        lib.mg_clear_own_backward(self._mg_id)


def release_operands(self):
    """``_prev = ()``: release a node's operands. Its ``_op`` stays."""
    _cvalue.refuse_in_trace()
    op = self._op
    if op:
        vars(self)["_op"] = op
    check_memory(lib.mg_release_operands(self._mg_id))
    _cvalue.set_held(self, ())
    _cvalue.set_also_held(self, None)

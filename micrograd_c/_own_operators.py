"""Nodes of the C engine with an operator or a derivative that the user made."""

from micrograd_c import _cvalue, _looking
from micrograd_c._native import ffi, lib


def local_gradients(node):
    """Those of a user's operator, as a tuple; None of any other node."""
    n = lib.mg_local(node, ffi.NULL, 0)
    if not n:
        return None
    local = ffi.new("double[]", n)
    lib.mg_local(node, local, n)
    return tuple(local)


def forget_backward(self):
    """``_backward = None``: take away the step that was assigned."""
    _cvalue.refuse_in_trace()
    if hasattr(self, "_mg_own_backward"):
        del self._mg_own_backward
    self.__dict__.pop("_backward", None)  # of a subclass whose _backward is a method
    if type(self)._backward is _cvalue.Value._backward:
        lib.mg_clear_own_backward(self._mg_id)


def release_operands(self):
    """``_prev = ()``: part a node from its operands; its ``_op`` stays."""
    _cvalue.refuse_in_trace()
    op = self._op
    with _looking.searching():
        _cvalue.check_memory(lib.mg_release_operands(self._mg_id))
        _cvalue.set_held(self, ())
        if hasattr(self, "_mg_also_held"):
            del self._mg_also_held
    if op:
        self.__dict__["_op"] = op

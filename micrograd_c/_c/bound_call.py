"""``RunsInC``: the base class of bound calls on the C engine: see ``bound_call.c``."""

from micrograd_c._c.node import IN_C
from micrograd_c._native import ffi, lib
from python_ref.core.tracing import current_trace

IN_TRACE = -1  # what _mg_failed gets in place of a status of C


class RunsInPython:
    """The same as the class in C, for where that is not compiled."""

    __slots__ = ("_mg_bound", "_mg_returns_value")

    def _mg_prepare(self, address, _keeps_gil, returns_value):
        bound = ffi.cast("mg_bound *", address)
        object.__setattr__(self, "_mg_bound", bound)
        object.__setattr__(self, "_mg_returns_value", returns_value)

    def __call__(self):
        if current_trace():
            return self._mg_failed(IN_TRACE)
        mean = ffi.new("double *")
        status = lib.mg_bound_run(self._mg_bound, mean)
        if status:
            return self._mg_failed(status)
        return self.value if self._mg_returns_value else mean[0]


RunsInC = lib.mg_bound_call_type() if IN_C else RunsInPython

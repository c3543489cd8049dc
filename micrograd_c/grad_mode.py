"""``no_grad`` and ``enable_grad`` on the engine that was chosen."""

import python_ref.grad_mode
from micrograd_c._backend import backend
from python_ref.grad_mode import is_grad_enabled
from python_ref.tracing import current_trace

__all__ = ["no_grad", "enable_grad", "is_grad_enabled"]


class no_grad(python_ref.grad_mode.no_grad):
    __doc__ = python_ref.grad_mode.no_grad.__doc__

    def __enter__(self):
        if current_trace() and not self._records:
            current_trace().refuse_no_grad()
        super().__enter__()
        tell_engine()
        return self

    def __exit__(self, *exception):
        super().__exit__(*exception)
        tell_engine()
        return False


class enable_grad(no_grad):
    __doc__ = python_ref.grad_mode.enable_grad.__doc__
    _records = True


if backend == "c":
    from micrograd_c._native import lib

    def tell_engine():
        lib.mg_set_recording(is_grad_enabled())

else:

    def tell_engine():
        pass

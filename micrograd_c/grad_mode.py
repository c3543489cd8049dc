"""``no_grad`` and ``enable_grad`` on the engine that was chosen."""

import python_ref.grad_mode
from micrograd_c._backend import backend
from python_ref.grad_mode import is_grad_enabled

__all__ = ["no_grad", "enable_grad", "is_grad_enabled"]


class no_grad(python_ref.grad_mode.no_grad):
    __doc__ = python_ref.grad_mode.no_grad.__doc__

    if backend == "c":

        def __enter__(self):
            super().__enter__()
            lib.mg_set_recording(is_grad_enabled())
            return self

        def __exit__(self, *exception):
            super().__exit__(*exception)
            lib.mg_set_recording(is_grad_enabled())
            return False


class enable_grad(no_grad):
    __doc__ = python_ref.grad_mode.enable_grad.__doc__
    _records = True


if backend == "c":
    from micrograd_c._native import lib

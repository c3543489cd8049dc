"""``no_grad``, ``enable_grad`` and ``is_grad_enabled``, which are the same for both engines."""

from python_ref.core.grad_mode import enable_grad, is_grad_enabled, no_grad

__all__ = ["no_grad", "enable_grad", "is_grad_enabled"]

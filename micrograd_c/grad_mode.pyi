"""Types of ``grad_mode``."""

from contextlib import ContextDecorator

from typing_extensions import Self

class no_grad(ContextDecorator):
    def __enter__(self) -> Self: ...
    def __exit__(self, *exception: object) -> bool: ...

def is_grad_enabled() -> bool: ...

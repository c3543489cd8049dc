"""``no_grad``: computing without recording a graph."""

import threading
from contextlib import ContextDecorator

_thread = threading.local()


class no_grad(ContextDecorator):
    """Within it, operators give leaves: data only, nothing to run backward through.

    For this thread, as a context or as a decorator; may be nested. Values that were
    made before keep their graphs, and ``Value(data, _children=...)`` still makes one.

    >>> from python_ref.engine import Value
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.data, y._prev
    (9.0, ())
    """

    def __enter__(self):
        _thread.depth = getattr(_thread, "depth", 0) + 1
        return self

    def __exit__(self, *exception):
        _thread.depth -= 1
        return False


def is_grad_enabled():
    """Whether operators record a graph in this thread."""
    return not getattr(_thread, "depth", 0)

"""``no_grad``: computing without recording a graph."""

import threading
from contextlib import ContextDecorator

_thread = threading.local()


class no_grad(ContextDecorator):
    """Within it, operators give leaves: data only, nothing to run backward through.

    For this thread, as a context or as a decorator; may be nested. Values that were
    made before keep their graphs, and ``Value(data, _children=...)`` still makes one.

    >>> from python_ref.engine import Value
    >>> from python_ref.grad_mode import no_grad
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.data, y._prev
    (9.0, ())
    """

    _records = False

    def __enter__(self):
        before = vars(_thread).setdefault("before", [])
        before.append(is_grad_enabled())
        _thread.records = self._records
        return self

    def __exit__(self, *exception):
        _thread.records = _thread.before.pop()
        return False


class enable_grad(no_grad):
    """Within it, operators record a graph again, also inside of ``no_grad``."""

    _records = True


def is_grad_enabled():
    """Whether operators record a graph in this thread."""
    return getattr(_thread, "records", True)

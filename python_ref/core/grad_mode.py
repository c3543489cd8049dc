"""``no_grad``: computing without recording a graph."""

from python_ref.core.decorating import in_mode
from python_ref.core.modes import EntersByOneCall, LeavesByOneCall, Mode, current


class no_grad:
    """Within it, operators give leaves: data only, nothing to run backward through.

    A context or a decorator, with or without parentheses; may be nested. Values that were
    made before keep their graphs, and ``Value(data, _children=...)`` still makes one.
    It is in force for this thread or task of asyncio, and for the tasks that are created
    within it; new threads record. A decorated generator, coroutine or asynchronous
    generator is in it whenever it runs, and those that wait for it are not.

    Raises TraceError in a function that ``jit`` traces, and TypeError where it decorates a
    class or what cannot be called.

    >>> from python_ref.engine import Value
    >>> from python_ref.core.grad_mode import no_grad
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.data, y._prev
    (9.0, ())
    """

    __slots__ = ()

    _records = False

    __enter__ = EntersByOneCall()
    __exit__ = LeavesByOneCall()

    def __new__(cls, function=None):
        self = object.__new__(cls)
        return self if function is None else self(function)

    def __call__(self, function):
        return in_mode(type(self), function)

    def _new_mode(self):
        now = current()
        if now.trace and not self._records:
            now.trace.refuse_no_grad()
        return Mode(now, self._records, now.trace, now.raises)


class enable_grad(no_grad):
    """Within it, operators record a graph again, also inside of ``no_grad``."""

    __slots__ = ()

    _records = True


def is_grad_enabled():
    """Whether operators record a graph, in this thread or task."""
    return current().records

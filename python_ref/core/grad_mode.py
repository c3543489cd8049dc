"""``no_grad``: computing without recording a graph."""

from python_ref.core.decorating import in_mode
from python_ref.core.modes import EntersByOneCall, LeavesByOneCall, Mode, current


class no_grad:
    """A context or decorator in which operators record no graph: their results are leaves.

    It works with or without parentheses, and may be nested. Values that were made before keep
    their graphs, and ``Value(data, _children=...)`` still makes a node with operands.

    The mode is that of this thread or asyncio task, and of tasks that are created within it; a
    new thread records. A decorated generator, coroutine or asynchronous generator is in the mode
    whenever it runs; the code that waits for it is not.

    Raises:
        TraceError: In a function that ``jit`` traces.
        TypeError: If it decorates a class or an object that cannot be called.

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
        return Mode(now, self._records, now.trace, now.raises, now.watch)


class enable_grad(no_grad):
    """A context or decorator in which operators record a graph, also inside of ``no_grad``."""

    __slots__ = ()

    _records = True


def is_grad_enabled():
    """Return True if operators record a graph in this thread or asyncio task."""
    return current().records

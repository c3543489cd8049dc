"""``ieee``: operators that give infinity or NaN, as C does, where Python raises."""

import threading

from python_ref.ops import ieee_value

_thread = threading.local()


class ieee:  # noqa: N801 - used as a context
    """Within it, in this thread, no operator raises for its operands' data."""

    def __enter__(self):
        self._before = getattr(_thread, "on", False)
        _thread.on = True
        return self

    def __exit__(self, *exception):
        _thread.on = self._before
        return False


def value_of(op, *xs):
    """The value of an operator, a row of OPS; raises as Python does unless within ``ieee``."""
    try:
        return op.value(*xs)
    except (ArithmeticError, ValueError):
        if not getattr(_thread, "on", False):
            raise
        return ieee_value(op.name, *xs)


def ieee_value_of(op, *xs):
    """What ``value_of`` gives within ``ieee``, without a context that Ctrl-C could leave on."""
    try:
        return op.value(*xs)
    except (ArithmeticError, ValueError):
        return ieee_value(op.name, *xs)

"""``ieee``: a context in which operators return infinity or NaN, as C does, instead of raising."""

from python_ref.core.modes import Mode, current, within


def ieee():
    """Return a context in which no operator raises for its operands' data.

    It applies to this thread or asyncio task.
    """
    now = current()
    return within(Mode(now, now.records, now.trace, False, now.watch))


def value_of(op, *xs):
    """Return the value of an operator for the numbers ``xs``. ``op``: its row of OPS.

    Raises what Python's arithmetic raises, except within ``ieee()``.
    """
    try:
        return op.value(*xs)
    except (ArithmeticError, ValueError):
        if current().raises:
            raise
        return op.ieee(*xs)


def ieee_value_of(op, *xs):
    """Return what ``value_of`` returns within ``ieee()``."""
    try:
        return op.value(*xs)
    except (ArithmeticError, ValueError):
        return op.ieee(*xs)

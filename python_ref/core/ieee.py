"""``ieee``: operators that give infinity or NaN, as C does, where Python raises."""

from python_ref.core.modes import Mode, current, within
from python_ref.core.ops import ieee_value


def ieee():
    """Return a context, for this thread or task, where no operator raises for operands' data."""
    now = current()
    return within(Mode(now, now.records, now.trace, raises=False))


def value_of(op, *xs):
    """Return the value of an operator, a row of OPS. Raise as Python does unless in ``ieee()``."""
    try:
        return op.value(*xs)
    except (ArithmeticError, ValueError):
        if current().raises:
            raise
        return ieee_value(op.name, *xs)


def ieee_value_of(op, *xs):
    """Return the value of an operator, a row of OPS, as ``value_of`` does in ``ieee()``."""
    try:
        return op.value(*xs)
    except (ArithmeticError, ValueError):
        return ieee_value(op.name, *xs)

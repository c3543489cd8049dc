"""``ieee``: operators that give infinity or NaN, as C does, where Python raises."""

from python_ref.core.modes import Mode, current, within


def ieee():
    """A context in which no operator raises for its operands' data, in this thread or task."""
    now = current()
    return within(Mode(now, now.records, now.trace, raises=False))


def value_of(op, *xs):
    """The value of an operator, a row of OPS; raises as Python does unless within ``ieee``."""
    try:
        return op.value(*xs)
    except (ArithmeticError, ValueError):
        if current().raises:
            raise
        return op.ieee(*xs)


def ieee_value_of(op, *xs):
    """What ``value_of`` gives within ``ieee``."""
    try:
        return op.value(*xs)
    except (ArithmeticError, ValueError):
        return op.ieee(*xs)

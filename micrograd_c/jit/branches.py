"""``where``: how a jitted function branches on data."""

from micrograd_c.jit.traced_value import select


def where(cond_value, a, b):
    """Return ``a`` where ``cond_value`` > 0, else ``b``: a Value. NaN selects ``b``.

    This is how a jitted function branches on data. Inside of a jitted function, ``&`` and ``|``
    combine comparisons.

    Both ``a`` and ``b`` are computed. The gradient flows to the selected one only, and none to
    the condition. The other one may be infinite, as 1 / x at 0 is, but a product with an
    infinite factor needs a second ``where`` inside, see the FAQ.

    Args:
        cond_value: A Value or a number. It may be a comparison, such as ``x < 1``, which selects
            ``a`` where it holds.
        a: A Value or a number.
        b: A Value or a number.

    >>> from micrograd_c import Value, where
    >>> where(Value(2.0) > 1, 10.0, 20.0)
    Value(data=10.0, grad=0.0)
    >>> where(Value(2.0), Value(10.0), 20.0)
    Value(data=10.0, grad=0.0)
    """
    return select(cond_value, a, b)

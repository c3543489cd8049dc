"""What counts as a number, for both engines."""

import numbers


def to_float(x):
    """Return ``x`` as a Python float.

    ``x`` is an int, float, bool, real scalar of NumPy, array of one element, or anything with
    ``__float__`` or ``__index__``. Raises TypeError with the type's name for anything else, and
    OverflowError for an int too large for a double.
    """
    kind = type(x)
    if kind is float:
        return x
    if kind is int or kind is bool:
        return float(x)
    if is_value(x):  # float() of one may warn
        return x._number()
    if is_number(x):
        if getattr(x, "ndim", 0):  # an array: float() of one is deprecated in NumPy
            x = x.item()
        return float(x)
    raise TypeError(f"expected a real number, got {describe(x)}")


def is_value(x):
    """Return True if ``x`` is a Value of either engine."""
    return hasattr(type(x), "_is_computed")


def is_number(x):
    """Return True if to_float takes ``x``, unless the ``__float__`` of ``x`` raises."""
    kind = type(x)
    if kind is float or kind is int:
        return True
    if isinstance(x, (str, bytes, bytearray)) or (
        isinstance(x, numbers.Complex) and not isinstance(x, numbers.Real)
    ):
        return False
    if getattr(x, "ndim", 0) and getattr(x, "size", 1) != 1:
        return False
    if getattr(getattr(x, "dtype", None), "kind", "f") in "SUVMmc":  # NumPy's text, times, complex
        return False
    if hasattr(kind, "filled") and getattr(x, "mask", False):  # NumPy makes NaN of a masked one
        return False
    return hasattr(kind, "__float__") or hasattr(kind, "__index__")


def describe(x):
    """Return the type of ``x`` for an error message, with its shape if it has one."""
    shape = getattr(x, "shape", ())
    return type(x).__name__ + (f" of shape {shape}" if shape else "")

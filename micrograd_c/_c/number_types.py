"""What the C engine takes as a number, and how the user wrote an exponent."""

from numbers import Real

from python_ref.core.numbers import to_float

# The types in which a user may write an exponent. C keeps the position in this tuple.
WRITTEN_AS = (int, float, bool)
EXACT = 2**53  # a double holds every int below it exactly

# The types that need no check. A type of NumPy's scalars is added when one is first met.
number_types = {float, int, bool}


def as_float(x):
    if type(x) in number_types:
        return float(x)
    number = to_float(x)
    if isinstance(x, Real) and type(x).__module__ == "numpy":
        number_types.add(type(x))
    return number


def to_grad(x):
    return 0.0 if x is None else to_float(x)


def style_of(k, label):
    """The position in WRITTEN_AS of the type of ``k`` as written; None for another type."""
    if not -EXACT < k < EXACT:  # includes NaN and the infinities
        return 1 if label == f"**{k}" else None
    for style, kind in enumerate(WRITTEN_AS):
        if label == f"**{kind(k)}":
            return style
    return None

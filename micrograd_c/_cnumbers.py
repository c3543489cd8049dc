"""Numbers on their way to the C engine: what is one, and how the user had written it."""

from numbers import Real

from python_ref.numbers import to_float

# How the user may have written an exponent: C keeps the place in this tuple.
WRITTEN_AS = (int, float, bool)
EXACT = 2**53  # a double holds every int below

# The types that are taken as a number without asking twice. NumPy's scalars join
# when they are first met.
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
    """The place in WRITTEN_AS of how ``k`` was written; None for another way."""
    if not -EXACT < k < EXACT:  # includes NaN and the infinities
        return 1 if label == f"**{k}" else None
    for style, kind in enumerate(WRITTEN_AS):
        if label == f"**{kind(k)}":
            return style
    return None

"""What the C engine takes as a number, and in which type the user wrote an exponent."""

from numbers import Real

from python_ref.core.numbers import to_float

# The types in which a user may write an exponent k, which _op shows as written. C stores the
# position in this tuple with the node: mg_k_style.
K_STYLES = (int, float, bool)
EXACT = 2**53  # a double represents every int below it exactly

# The types that need no check. The types of NumPy's scalars are added when first met.
number_types = {float, int, bool}


def as_float(x):
    """Return ``x`` as a float, as to_float does, but quicker for types in number_types."""
    if type(x) in number_types:
        return float(x)
    number = to_float(x)
    if isinstance(x, Real) and type(x).__module__ == "numpy":
        number_types.add(type(x))
    return number


def to_grad(x):
    return 0.0 if x is None else to_float(x)


def k_style_of(k, op):
    """Return the position in K_STYLES of the type in which ``op``, "**" and k, has k.

    Return None if it is another type.
    """
    if not -EXACT < k < EXACT:  # NaN and the infinities too
        return 1 if op == f"**{k}" else None
    for k_style, kind in enumerate(K_STYLES):
        if op == f"**{kind(k)}":
            return k_style
    return None

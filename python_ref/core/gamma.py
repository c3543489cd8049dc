"""The logarithm of the gamma function and its derivatives, equal to C's to the last bit.

C's own lgamma is out of reach here: ``math.lgamma`` is another algorithm. The formulas and their
errors are in ``python_ref/elementary/gamma_template.py``.
"""

import math
from math import inf

from python_ref.elementary.gamma_template import gamma_functions


class Libm:
    """The C library's functions that ``gamma_functions`` needs."""

    log, log1p, sin, tan = math.log, math.log1p, math.sin, math.tan

    @staticmethod
    def pow(x, k):
        """C's pow for a negative whole ``k``."""
        try:
            return math.pow(x, k)
        except (OverflowError, ValueError):
            return math.copysign(inf, x) if math.fmod(k, 2.0) else inf


ieee_lgamma, ieee_digamma, ieee_polygamma = gamma_functions(Libm)


def raising(ieee):
    """Return the function with the exceptions of ``math.lgamma``."""

    def value(x, *k):
        out = ieee(x, *k)
        if out != out and not any(map(math.isnan, (x, *k))):
            raise ValueError("math domain error")
        if math.isinf(out) and math.isfinite(x):
            is_pole = x <= 0.0 and x == math.floor(x)
            raise ValueError("math domain error") if is_pole else OverflowError("math range error")
        return out

    return value


lgamma, digamma, polygamma = map(raising, (ieee_lgamma, ieee_digamma, ieee_polygamma))

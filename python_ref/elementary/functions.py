"""All elementary functions of jit's programs: a module in the place of core's ieee_libm."""

import math

from python_ref.elementary.arcs import acos, asin, atan, atan2  # noqa: F401
from python_ref.elementary.error_function import erf, erfc, normal_cdf  # noqa: F401
from python_ref.elementary.exponentials import exp, exp2, expm1  # noqa: F401
from python_ref.elementary.gamma_functions import digamma, lgamma, polygamma  # noqa: F401
from python_ref.elementary.hyperbolics import cosh, sinh, tanh  # noqa: F401
from python_ref.elementary.inverse_hyperbolics import acosh, asinh, atanh  # noqa: F401
from python_ref.elementary.logarithms import log, log1p, log2, log10  # noqa: F401
from python_ref.elementary.logistic import sigmoid, silu, softplus  # noqa: F401
from python_ref.elementary.powers import hypot, pow  # noqa: F401
from python_ref.elementary.trigonometry import cos, sin, tan  # noqa: F401


def sqrt(x):
    return math.nan if x < 0.0 else math.sqrt(x)  # correctly rounded everywhere

"""lgamma, digamma and polygamma, made of other elementary functions.

``csrc/elementary/gamma_template.h`` has the same operations in the same order. The functions are
made twice: with the C library's functions in ``python_ref/core/gamma.py``, and with our own in
``python_ref/elementary/gamma_functions.py``. They never raise: poles are infinities or NaN.

The formulas, by their numbers in the Digital Library of Mathematical Functions, dlmf.nist.gov:
the series 5.7.3 and 25.2.9, the recurrences 5.5.1 and 5.5.2, the reflections 5.5.3 and 5.5.4,
the asymptotic expansions 5.11.1 and 5.11.2, and the Euler-Maclaurin formula 25.11.5 for the
Hurwitz zeta function, which polygamma is a multiple of (25.11.12).

The largest errors found against mpmath, in units of 2**-52 times max(1, abs(result)): lgamma 1.5
for positive numbers, 6.1 for negative ones; digamma 7.9; polygamma 5.8 for positive numbers. For
negative ones, polygamma's unit is 2**-52 times max(1, abs(result), n! / distance**(n + 1)), with
the distance from the next integer, and the error 4.2. Near lgamma's zeros at 1 and 2 the error is
below 2 units in the last place; near other zeros, those of lgamma below -2, of digamma and of
polygamma, the error is absolute. These hold for the C library's functions and for our own.
"""

import math
from math import inf, nan

PI = 3.141592653589793
ONE_MINUS_EULER = 0.42278433509846713
HALF_LOG_2_PI_MINUS_HALF = 0.4189385332046727
# (-1)**k * (zeta(k) - 1) / k, from k = 29 down to 2: lgamma(2 + t) as a series in t.
SERIES = (
    -6.4229645638381e-11,
    1.330476437424449e-10,
    -2.7595228851242334e-10,
    5.731367241678862e-10,
    -1.1921401405860912e-09,
    2.4836745438024785e-09,
    -5.183475041970047e-09,
    1.0838659214896955e-08,
    -2.2711094608943164e-08,
    4.7698101693639804e-08,
    -1.0043224823968099e-07,
    2.1207184805554665e-07,
    -4.492469198764566e-07,
    9.55141213040742e-07,
    -2.039215753801366e-06,
    4.374866789907488e-06,
    -9.439488275268397e-06,
    2.050721277567069e-05,
    -4.492623673813314e-05,
    9.945751278180853e-05,
    -0.00022315475845357939,
    0.0005096695247430425,
    -0.001192753911703261,
    0.0028905103307415234,
    -0.007385551028673986,
    0.020580808427784546,
    -0.0673523010531981,
    0.3224670334241132,
)
# B(2k) / (2k * (2k - 1)), from k = 9 down to 1: lgamma for large x.
STIRLING = (
    0.17964437236883057,
    -0.029550653594771242,
    0.00641025641025641,
    -0.0019175269175269176,
    0.0008417508417508417,
    -0.0005952380952380953,
    0.0007936507936507937,
    -0.002777777777777778,
    0.08333333333333333,
)
# B(2k) / 2k, from k = 9 down to 1: digamma for large x.
DIGAMMA = (
    3.0539543302701198,
    -0.4432598039215686,
    0.08333333333333333,
    -0.021092796092796094,
    0.007575757575757576,
    -0.004166666666666667,
    0.003968253968253968,
    -0.008333333333333333,
    0.08333333333333333,
)
# B(2j) / (2j)!, from j = 1 to 12: the Euler-Maclaurin formula.
EULER_MACLAURIN = (
    0.08333333333333333,
    -0.001388888888888889,
    3.306878306878307e-05,
    -8.267195767195768e-07,
    2.08767569878681e-08,
    -5.284190138687493e-10,
    1.3382536530684679e-11,
    -3.3896802963225827e-13,
    8.586062056277845e-15,
    -2.174868698558062e-16,
    5.5090028283602295e-18,
    -1.3954464685812522e-19,
)


def polynomial(coefficients, x):
    """Return the polynomial; the coefficients start with that of the highest power."""
    out = 0.0
    for c in coefficients:
        out = out * x + c
    return out


def from_integer(x):
    """Return the distance of ``x`` from the next integer, with its sign, in [-0.5, 0.5]."""
    rest = math.fmod(x, 1.0)
    return rest - 1.0 if rest > 0.5 else rest + 1.0 if rest < -0.5 else rest


def gamma_functions(m):
    """Return lgamma(x), digamma(x) and polygamma(x, n).

    ``m`` has the functions log, log1p, sin, tan and pow that they call: for arguments where the
    result is finite, and pow also for those where it is infinite.
    """

    def lgamma(x):
        """log(abs(gamma(x))): inf at 0 and the negative integers."""
        if not abs(x) < inf:
            return x * x  # inf or NaN
        if x == 0.0:
            return inf
        if x < -0.5:
            distance = abs(from_integer(x))
            if distance == 0.0:
                return inf
            return m.log(PI / (-x * m.sin(PI * distance))) - lgamma_of_positive(-x)
        return lgamma_of_positive(x)

    def lgamma_of_positive(x):
        """lgamma for x >= -0.5."""
        if x < 0.5:
            return lgamma_of_1_plus(x) - m.log(abs(x))
        if x <= 1.5:
            return lgamma_of_1_plus(x - 1.0)
        if x < 10.0:
            product = 1.0
            while x > 2.5:
                x -= 1.0
                product *= x
            t = x - 2.0
            near_2 = t * (ONE_MINUS_EULER + t * polynomial(SERIES, t))
            return m.log(product) + near_2
        inverse = 1.0 / x
        rest = inverse * polynomial(STIRLING, inverse * inverse)
        return (x - 0.5) * (m.log(x) - 1.0) + (HALF_LOG_2_PI_MINUS_HALF + rest)

    def lgamma_of_1_plus(t):
        """lgamma(1 + t) for abs(t) <= 0.5."""
        return t * (ONE_MINUS_EULER + t * polynomial(SERIES, t)) - m.log1p(t)

    def digamma(x):
        """The derivative of lgamma: -inf at 0.0, inf at -0.0, NaN at the negative integers."""
        if x == 0.0:
            return -math.copysign(inf, x)
        if not x > 0.0:
            distance = from_integer(x) if x > -inf else 0.0
            if distance == 0.0:
                return nan
            return digamma_of_positive(1.0 - x) - PI / m.tan(PI * distance)
        return digamma_of_positive(x)

    def digamma_of_positive(x):
        below = 0.0
        while x < 10.0:
            below += 1.0 / x
            x += 1.0
        inverse = 1.0 / x
        square = inverse * inverse
        return m.log(x) - 0.5 * inverse - square * polynomial(DIGAMMA, square) - below

    def polygamma(x, n):
        """The derivative of order ``n`` of digamma. NaN unless n is one of 1, 2, ..., 170."""
        if not 1.0 <= n <= 170.0 or n != math.floor(n) or x != x or x == -inf:
            return nan
        s = n + 1.0
        is_even = math.fmod(s, 2.0) == 0.0
        factor = 1.0 if is_even else -1.0
        i = 2.0
        while i <= n:
            factor *= i
            i += 1.0
        if x > 0.0:
            return factor * zeta(s, x)
        distance = from_integer(x)
        if distance == 0.0 and x != 0.0:
            return inf if is_even else nan
        # The sum of (x + k) ** -s over all integers k, less that over the negative ones.
        left, right, beyond = zeta(s, 1.0 - distance), zeta(s, 1.0 + distance), zeta(s, 1.0 - x)
        around = m.pow(distance, -s) + right
        return factor * (around + (left - beyond) if is_even else around - (left - beyond))

    def zeta(s, x):
        """The sum of (x + k) ** -s over k = 0, 1, ...; for s >= 2 and x > 0."""
        out = 0.0
        while x < s + 10.0:
            out += m.pow(x, -s)
            x += 1.0
        last = m.pow(x, -s)
        out += m.pow(x, 1.0 - s) / (s - 1.0) + 0.5 * last
        rising = s * last / x  # s * (s + 1) * ... * (s + 2j - 2) * x ** -(s + 2j - 1)
        square = x * x
        for c in EULER_MACLAURIN:
            out += c * rising
            rising = rising * (s + 1.0) * (s + 2.0) / square
            s += 2.0
        return out

    return lgamma, digamma, polygamma

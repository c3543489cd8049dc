"""What docs/accuracy.md tells of csrc/elementary/trigonometry.h. See docs/make_accuracy.py."""

import math

import mpmath

NEAR_0 = [sign * i * 2.0**-k for i in (1, 3, 5, 7) for k in range(1, 60) for sign in (1, -1)]
# The doubles nearest to multiples of pi / 4: a sine or cosine is nearly 0 there, or the
# reduction by pi / 2 has its ends
MULTIPLES = [k * math.pi / 4.0 for k in (*range(-200, 200), 10**4 + 1, 10**6, 10**8, 10**12 + 1)]
# W. Kahan's double of all that is nearest to a multiple of pi / 2 (Muller, Elementary Functions)
NEAREST = [math.ldexp(6381956970095103.0, 797), math.ldexp(-6381956970095103.0, 797)]
HARD = [*NEAR_0, *MULTIPLES, *NEAREST, 1e5, 1e10, 1e22, 1e100, 1e300]

FUNCTIONS = {
    name: {"reference": getattr(mpmath, name), "usual": (-30.0, 30.0), "hard": HARD}
    for name in ("sin", "cos", "tan")
}

"""The polynomials of elementary functions; docs/make_polynomials.py wrote this module.

Coefficients of the lowest power first. Each list says which powers it has, and its largest error
as a power of 2. ``csrc/elementary/coefficients.h`` has the same.
"""

# fmt: off

# powers 0, 1, 2, 3, 4, 5, 6, 7, 8, 9; error 2**-53.0
EXP = (
    0.5000000000000001,
    0.16666666666666674,
    0.04166666666662415,
    0.008333333333322215,
    0.0013888888917200457,
    0.00019841269886563802,
    2.4801521317390652e-05,
    2.755724236744966e-06,
    2.7620077952243295e-07,
    2.5110038296727242e-08,
)

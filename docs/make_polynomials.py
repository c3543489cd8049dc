"""Write the polynomials of jit's elementary functions, for C and for Python.

    python docs/make_polynomials.py

needs mpmath, and writes ``csrc/elementary/coefficients.h`` and
``python_ref/elementary/coefficients.py``. A row of POLYNOMIALS says what a polynomial
approximates, where, and which powers it has. Remez's exchange algorithm finds the minimax
polynomial (E. Remez, 1934; e.g. Muller, *Elementary Functions*, chapter 3), whose
coefficients are then rounded to doubles.
"""

from pathlib import Path
from typing import Callable, NamedTuple

import mpmath
from mpmath import mpf

ROOT = Path(__file__).parents[1]
mpmath.mp.dps = 60


class Polynomial(NamedTuple):
    name: str  # of the list of coefficients, lowest power first
    function: Callable  # what sum(c * x ** power) approximates
    low: float  # the interval
    high: float
    powers: tuple  # one for each coefficient
    # The error that is made small is weight * difference; it must not be 0 in the interval.
    weight: Callable = lambda x: mpf(1)
    # So many coefficients are rounded one by one, each before the next are found: these make up
    # for the errors of rounding.
    rounded_first: int = 0
    factored: bool = False  # whether the last four coefficients become those of ``factored``


def factored(coefficients):
    """Return the coefficients with the last four, c, replaced by (a, b, scale, rest), where

        c[0] + c[1] * x + c[2] * x**2 + c[3] * x**3 = rest + scale * (x + a) * (x**2 + b)

    which takes one multiplication less, if x**2 is there already (D. E. Knuth, The Art of
    Computer Programming, section 4.6.4).
    """
    *others, c0, c1, c2, c3 = coefficients
    a, b, scale = (mpf(float(c)) for c in (c2 / c3, c1 / c3, c3))
    return [*others, a, b, scale, c0 - scale * a * b]


def expanded(coefficients):
    """Return the coefficients that ``factored`` made these of."""
    *others, a, b, scale, rest = coefficients
    return [*others, rest + scale * a * b, scale * b, scale * a, scale]


def over(function, limit, near=1e-12):
    """Return ``function``, but with ``limit`` at 0, for a quotient that is 0 / 0 there."""
    return lambda x: mpf(limit) if abs(x) < near else function(x)


def erfcx(x):
    return mpmath.exp(x * x) * mpmath.erfc(x)


def erfcx_rest(u):
    return erfcx(1 / u - 2) / u - (mpf("0.5625") + mpf("0.9375") * u + mpf("3.8125") * u * u)


def erf_slope(w):
    """Return erf(x) / x - 1 for w = x * x."""
    x = mpmath.sqrt(w) if w > 0 else mpf("1e-30")
    return mpmath.erf(x) / x - 1


ERF_ROOT = mpf(float(mpmath.findroot(erf_slope, 0.38)))


def of_square(function, limit=None):
    """Return the function of x * x that ``function`` is of x; ``limit`` at 0 if it is given."""

    def of_z(z):
        return function(mpmath.sqrt(z))

    return of_z if limit is None else over(of_z, limit, mpf("1e-20"))


# What the polynomials and docs/make_tables.py have in common
SOFTPLUS_STEPS, POW_STEPS, POW_DIGITS = 10, 128, 30
SOFTPLUS_HALF = mpf("0.5005") / SOFTPLUS_STEPS
LN2 = mpmath.log(2)
LOG2_E_30 = mpmath.nint(2**POW_DIGITS / LN2) / 2**POW_DIGITS

POLYNOMIALS = [
    # exp(x) = 1 + x + x * x * p(x)
    Polynomial(
        "EXP",
        over(lambda x: (mpmath.expm1(x) - x) / x**2, 0.5),
        -mpmath.log(2) / 2,
        mpmath.log(2) / 2,
        tuple(range(10)),
        lambda x: x**2 / mpmath.exp(x) + mpf("0.003"),
    ),
    # x * coth(x) = 1 + x * x * p(x * x)
    Polynomial(
        "COTH",
        of_square(lambda x: (x * mpmath.coth(x) - 1) / x**2, mpf(1) / 3),
        0,
        (mpmath.log(2) / 4) ** 2,
        tuple(range(5)),
    ),
    # cosh(x) = 1 + x * x * p(x * x)
    Polynomial(
        "COSH",
        of_square(lambda x: (mpmath.cosh(x) - 1) / x**2, mpf(1) / 2),
        0,
        (mpmath.log(2) / 2) ** 2,
        tuple(range(6)),
    ),
    # sinh(x) = x + x * x * x * p(x * x)
    Polynomial(
        "SINH",
        of_square(lambda x: (mpmath.sinh(x) - x) / x**3, mpf(1) / 6),
        0,
        (mpmath.log(2) / 2) ** 2,
        tuple(range(5)),
    ),
    # expm1(d) = d + d * d * p(d), for softplus
    Polynomial(
        "SOFTPLUS_EXPM1",
        over(lambda d: (mpmath.expm1(d) - d) / d**2, 0.5),
        -SOFTPLUS_HALF,
        SOFTPLUS_HALF,
        tuple(range(6)),
        lambda d: d**2 + SOFTPLUS_HALF**2 / 50,
    ),
    # log1p(u) = u + u * u * p(u), for u = expm1(d) / 2; the weight makes the error relative to u
    Polynomial(
        "SOFTPLUS_LOG1P",
        over(lambda u: (mpmath.log1p(u) - u) / u**2, -0.5),
        mpmath.expm1(-SOFTPLUS_HALF) / 2,
        mpmath.expm1(SOFTPLUS_HALF) / 2,
        tuple(range(7)),
        lambda u: u * u / (abs(u) + mpf("0.0005")) + mpf("1e-5"),
    ),
    # erf(x) = x + x * z * p(z), where z = x * x - ERF_ROOT
    Polynomial(
        "ERF",
        lambda z: erf_slope(ERF_ROOT + z) / z,
        -ERF_ROOT,
        mpf("0.875") ** 2 - ERF_ROOT,
        tuple(range(11)),
        lambda z: z,
        rounded_first=1,
    ),
    # erf(x) = 1 - exp(-1.5322265625 - p(x - 0.875)); the weight makes the error that of erf
    Polynomial(
        "ERF_LOG",
        lambda s: -mpmath.log(mpmath.erfc(mpf("0.875") + s)) - mpf("1.5322265625"),
        0,
        mpf("5.125"),
        tuple(range(19)),
        lambda s: mpmath.erfc(mpf("0.875") + s),
    ),
    # erfc(x) = exp(-x * x) * u * (0.5625 + 0.9375 * u + 3.8125 * u * u + p(u - 0.234375)),
    # where u = 1 / (x + 2)
    Polynomial(
        "ERFC",
        lambda v: erfcx_rest(v + mpf("0.234375")),
        1 / mpf("29.3") - mpf("0.234375"),
        mpf("0.5") - mpf("0.234375"),
        tuple(range(26)),
        lambda v: (v + mpf("0.234375")) / erfcx(1 / (v + mpf("0.234375")) - 2),
        rounded_first=3,
    ),
    # exp(x) = 1 + x + x * x * p(x), where EXP is not good enough
    Polynomial(
        "ERFC_EXP",
        over(lambda x: (mpmath.expm1(x) - x) / x**2, 0.5),
        -mpmath.log(2) / 2,
        mpmath.log(2) / 2,
        tuple(range(11)),
    ),
    # log(1 + f) = 2 atanh(s) = 2 s + s * w * p(w), where s = f / (2 + f) and w = s * s; s < 0.1716
    Polynomial(
        "LOG",
        over(lambda w: (2 * mpmath.atanh(mpmath.sqrt(w)) / mpmath.sqrt(w) - 2) / w, mpf(2) / 3),
        mpf(0),
        mpf("0.02945"),
        tuple(range(7)),
        lambda w: w + mpf("1e-3"),
    ),
    # 2 atanh(s) = 2 / 3 * s * (3 + w + w * w * p(w)), for pow's logarithm; s < 0.0887
    Polynomial(
        "LOG_PAIR",
        over(
            lambda w: (3 * mpmath.atanh(mpmath.sqrt(w)) / mpmath.sqrt(w) - 3 - w) / w**2,
            mpf(3) / 5,
        ),
        mpf(0),
        mpf("0.00787"),
        tuple(range(6)),
    ),
    # log2(1 + R / LOG2_E_30) = R + R * p(R), for pow
    Polynomial(
        "POW_LOG2_REST",
        over(lambda x: mpmath.log1p(x / LOG2_E_30) / LN2 / x - 1, 1 / (LOG2_E_30 * LN2) - 1),
        mpf("-0.00325"),
        mpf("0.00325"),
        tuple(range(6)),
        lambda x: abs(x) + mpf("1.6e-4"),
    ),
    # 2**z = 1 + z * p(z), for pow, whose z is up to 0.0053 beyond half a step
    Polynomial(
        "POW_EXP2_REST",
        over(lambda z: (mpf(2) ** z - 1) / z, LN2),
        mpf("-0.0092"),
        mpf("0.0092"),
        tuple(range(5)),
        lambda z: abs(z) + mpf("4.6e-4"),
    ),
    # exp(x) = 1 + x + x * x * p(x), for pow, whose x is up to 2.5 % beyond ln 2 / 2
    Polynomial(
        "EXP_OF_PAIR",
        over(lambda x: (mpmath.expm1(x) - x) / x**2, 0.5),
        mpf("-0.356"),
        mpf("0.356"),
        tuple(range(10)),
        lambda x: x * x + mpf("1e-3"),
    ),
    # sin(x) = x + x * z * p(z), cos(x) = 1 - z / 2 + z * z * p(z), where z = x * x
    Polynomial(
        "SIN",
        of_square(lambda x: (mpmath.sin(x) - x) / x**3),
        mpf("1e-4"),
        (mpmath.pi / 4) ** 2 * mpf("1.0001"),
        tuple(range(6)),
        lambda z: z,
        factored=True,
    ),
    Polynomial(
        "COS",
        of_square(lambda x: (mpmath.cos(x) - 1 + x * x / 2) / x**4),
        mpf("1e-4"),
        (mpmath.pi / 4) ** 2 * mpf("1.0001"),
        tuple(range(6)),
        lambda z: z * z,
        factored=True,
    ),
    # atan(x) = x + x * z * p(z), for x up to tan(pi / 8)
    Polynomial(
        "ATAN",
        of_square(lambda x: (mpmath.atan(x) - x) / x**3),
        mpf("1e-4"),
        mpmath.tan(mpmath.pi / 8) ** 2 * mpf("1.0001"),
        tuple(range(11)),
        lambda z: z,
    ),
    # asin(x) = x + x * z * p(z), for x up to 1/2
    Polynomial(
        "ASIN",
        of_square(lambda x: (mpmath.asin(x) - x) / x**3),
        mpf("1e-4"),
        mpf("0.25"),
        tuple(range(13)),
        lambda z: z,
    ),
]


def polynomial(row, coefficients, x):
    return sum(c * x**p for c, p in zip(coefficients, row.powers))


def fit(row):
    """Return the minimax coefficients."""
    n = len(row.powers) + 1
    low, high = mpf(row.low), mpf(row.high)
    middle, half = (low + high) / 2, (high - low) / 2
    grid = [middle - half * mpmath.cos(mpmath.pi * i / (40 * n)) for i in range(40 * n + 1)]
    nodes = [middle - half * mpmath.cos(mpmath.pi * (2 * i + 1) / (2 * n)) for i in range(n)]
    at_grid = [(x, row.function(x), row.weight(x)) for x in grid]
    for _ in range(30):
        at = [(x, row.function(x), row.weight(x)) for x in nodes]
        # the error has the same size, and the other sign, from each node to the next
        left = [[w * x**p for p in row.powers] + [(-1) ** i] for i, (x, _, w) in enumerate(at)]
        right = [w * y for _, y, w in at]
        *found, level = mpmath.lu_solve(mpmath.matrix(left), mpmath.matrix(right))
        errors = [w * (y - polynomial(row, found, x)) for x, y, w in at_grid]
        if max(map(abs, errors)) <= abs(level) * mpf("1.01"):
            break
        nodes = extrema(grid, errors, n)
    return found


def extrema(grid, errors, n):
    """Return n points where the error is largest, its sign changing from each to the next."""
    runs = []
    for i, error in enumerate(errors):
        if error == 0:
            continue
        if runs and (errors[runs[-1]] > 0) == (error > 0):
            runs[-1] = max(runs[-1], i, key=lambda j: abs(errors[j]))
        else:
            runs.append(i)
    while len(runs) > n:
        ends = min((0, -1), key=lambda end: abs(errors[runs[end]]))
        runs.pop(ends)
    if len(runs) < n:
        raise ValueError("too few changes of sign: is the degree too high, or the weight 0 inside?")
    return [grid[i] for i in runs]


def fit_in_turn(row):
    """Return coefficients whose first ones are rounded, each before the next are found.

    They are least squares at Chebyshev nodes: a minimax polynomial without a constant may not
    be unique where the interval contains 0.
    """
    n = 4 * len(row.powers)
    low, high = mpf(row.low), mpf(row.high)
    middle, half = (low + high) / 2, (high - low) / 2
    nodes = [middle - half * mpmath.cos(mpmath.pi * (2 * i + 1) / (2 * n)) for i in range(n)]
    weights = [row.weight(x) for x in nodes]
    rest = [w * row.function(x) for x, w in zip(nodes, weights)]
    columns = [[w * x**p for x, w in zip(nodes, weights)] for p in row.powers]
    found = []
    while True:
        left = mpmath.matrix(columns[len(found) :]).T
        coefficients = list(mpmath.qr_solve(left, mpmath.matrix(rest))[0])
        if len(found) == row.rounded_first:
            return found + coefficients
        c = mpf(float(coefficients[0]))
        rest = [y - c * x for x, y in zip(columns[len(found)], rest)]
        found.append(c)


def rounded(row):
    """Return the coefficients as doubles, and the largest weighted error of them."""
    found = fit_in_turn(row) if row.rounded_first else fit(row)
    written = [float(c) for c in (factored(found) if row.factored else found)]
    coefficients = [mpf(c) for c in written]
    if row.factored:
        coefficients = expanded(coefficients)
    low, high = mpf(row.low), mpf(row.high)
    points = [low + (high - low) * i / 1000 for i in range(1001)]
    return written, max(
        abs(row.weight(x) * (row.function(x) - polynomial(row, coefficients, x))) for x in points
    )


C_HEADER = """\
/* coefficients.h - the polynomials of elementary functions; docs/make_polynomials.py wrote it.
 *
 * Coefficients of the lowest power first. Each list says which powers it has, and its largest
 * error as a power of 2. */
#ifndef MG_COEFFICIENTS_H
#define MG_COEFFICIENTS_H
"""

PYTHON_HEADER = '''\
"""The polynomials of elementary functions; docs/make_polynomials.py wrote this module.

Coefficients of the lowest power first. Each list says which powers it has, and its largest error
as a power of 2. ``csrc/elementary/coefficients.h`` has the same.
"""

# fmt: off
'''


def described(row, error):
    first, last = row.powers[0], row.powers[-1]
    all_of_them = row.powers == tuple(range(first, last + 1))
    powers = f"{first} to {last}" if all_of_them else ", ".join(map(str, row.powers))
    factored = ", the last four factored" if row.factored else ""
    return f"powers {powers}{factored}; error 2**{float(mpmath.log(error, 2)):.1f}"


def main():
    c, python = [C_HEADER], [PYTHON_HEADER]
    for row in POLYNOMIALS:
        numbers, error = rounded(row)
        c.append(f"/* {described(row, error)} */\nstatic const double MG_{row.name}[] = {{")
        c.extend(f"    {x.hex()}, /* {x!r} */" for x in numbers)
        c.append("};\n")
        python.append(f"# {described(row, error)}\n{row.name} = (")
        python.extend(f"    {x!r}," for x in numbers)
        python.append(")")
    c.append("#endif\n")
    for path, lines in (
        ("csrc/elementary/coefficients.h", c),
        ("python_ref/elementary/coefficients.py", [*python, ""]),
    ):
        path = ROOT / path
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(lines))


if __name__ == "__main__":
    main()

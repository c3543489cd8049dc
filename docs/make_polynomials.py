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


def over(function, limit, near=mpf("1e-12")):
    """Return ``function``, but with ``limit`` at 0, for a quotient that is 0 / 0 there."""
    return lambda x: mpf(limit) if abs(x) < near else function(x)


def erfcx(x):
    return mpmath.exp(x * x) * mpmath.erfc(x)


def erfcx_rest(u):
    return erfcx(1 / u - 2) / u - mpf("0.5") - mpf("2.3125") * u


ERF_SLOPE = 2 / mpmath.sqrt(mpmath.pi)  # of erf at 0


def of_square(function):
    """Return ``function`` as a function of its argument's square."""
    return lambda z: function(mpmath.sqrt(z))


POLYNOMIALS = [
    # exp(x) = 1 + x + x * x * p(x)
    Polynomial(
        "EXP",
        over(lambda x: (mpmath.expm1(x) - x) / x**2, 0.5),
        -mpmath.log(2) / 2,
        mpmath.log(2) / 2,
        tuple(range(10)),
    ),
    # erf(x) = x + x * p(x * x)
    Polynomial(
        "ERF",
        over(lambda w: mpmath.erf(mpmath.sqrt(w)) / mpmath.sqrt(w) - 1, ERF_SLOPE - 1),
        0,
        1,
        tuple(range(12)),
        rounded_first=3,
    ),
    # erf(x) = 1 - exp(-1.849609375 - p(x - 1)); the weight makes the error that of erf
    Polynomial(
        "ERF_LOG",
        lambda s: -mpmath.log(mpmath.erfc(1 + s)) - mpf("1.849609375"),
        0,
        5,
        tuple(range(18)),
        lambda s: mpmath.erfc(1 + s),
    ),
    # erfc(x) = exp(-x * x) * u * (0.5 + 2.3125 * u + p(u - 0.21875)), where u = 1 / (x + 2)
    Polynomial(
        "ERFC",
        lambda v: erfcx_rest(v + mpf("0.21875")),
        1 / mpf("29.3") - mpf("0.21875"),
        1 / mpf("2.46") - mpf("0.21875"),
        tuple(range(23)),
        lambda v: (v + mpf("0.21875")) / erfcx(1 / (v + mpf("0.21875")) - 2),
        rounded_first=4,
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
    # the same as 2 / 3 * s * (3 + w + w * w * p(w)), for the pair of doubles that pow needs
    Polynomial(
        "LOG_PAIR",
        over(
            lambda w: (3 * mpmath.atanh(mpmath.sqrt(w)) / mpmath.sqrt(w) - 3 - w) / w**2,
            mpf(3) / 5,
        ),
        mpf(0),
        mpf("0.02945"),
        tuple(range(8)),
    ),
    # exp(x) = 1 + x + x * x / 2 + x ** 3 * p(x), for pow
    Polynomial(
        "EXP_OF_PAIR",
        over(lambda x: (mpmath.expm1(x) - x - x * x / 2) / x**3, mpf(1) / 6),
        -mpmath.log(2) / 2,
        mpmath.log(2) / 2,
        tuple(range(9)),
        lambda x: abs(x) ** 3 + mpf("1e-3"),
    ),
    # sin(x) = x + x * z * p(z), cos(x) = 1 - z / 2 + z * z * p(z), where z = x * x
    Polynomial(
        "SIN",
        of_square(lambda x: (mpmath.sin(x) - x) / x**3),
        mpf("1e-4"),
        (mpmath.pi / 4) ** 2 * mpf("1.0001"),
        tuple(range(6)),
        lambda z: z,
    ),
    Polynomial(
        "COS",
        of_square(lambda x: (mpmath.cos(x) - 1 + x * x / 2) / x**4),
        mpf("1e-4"),
        (mpmath.pi / 4) ** 2 * mpf("1.0001"),
        tuple(range(6)),
        lambda z: z * z,
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
    coefficients = [mpf(float(c)) for c in found]
    low, high = mpf(row.low), mpf(row.high)
    points = [low + (high - low) * i / 1000 for i in range(1001)]
    return [float(c) for c in coefficients], max(
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
    powers = ", ".join(map(str, row.powers))
    return f"powers {powers}; error 2**{float(mpmath.log(error, 2)):.1f}"


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

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


def over(function, limit, near=mpf("1e-12")):
    """Return ``function``, but with ``limit`` at 0, for a quotient that is 0 / 0 there."""
    return lambda x: mpf(limit) if abs(x) < near else function(x)


POLYNOMIALS = [
    # exp(x) = 1 + x + x * x * p(x)
    Polynomial(
        "EXP",
        over(lambda x: (mpmath.expm1(x) - x) / x**2, 0.5),
        -mpmath.log(2) / 2,
        mpmath.log(2) / 2,
        tuple(range(10)),
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


def rounded(row):
    """Return the coefficients as doubles, and the largest weighted error of them."""
    coefficients = [mpf(float(c)) for c in fit(row)]
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

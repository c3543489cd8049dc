"""What an elementary function costs in jit's programs: ``python -m benchmarks.elementary``.

The time of one value forward, on one thread: with the engine's own functions, by the kernels for
AVX2 and by the best that this machine runs; by the loop over the C library's scalar function,
which ``jit(f, math="libm")`` runs; and, for information, by NumPy, JAX and glibc's libmvec.

Ours are measured in a bound call that adds up the function at several multiples of x: the time of
the same program without the function is taken off. The others fill an array in the cache.
"""

import argparse
import ctypes

import numpy as np

from benchmarks.agreement import TOLERANCE, Disagreement, largest_difference
from benchmarks.peers import CannotDo
from benchmarks.peers.c_by_hand import compiled
from benchmarks.text import duration, table, three_digits
from benchmarks.workloads import run_jax
from micrograd_c import jit
from micrograd_c._timing import Contestant, race
from micrograd_c.cli.argument_types import whole_number

ROWS, TERMS = 4096, 8  # the values that a call of ours computes
WANTED = {
    "exp": 3, "log": 2, "tanh": 6, "sigmoid": 2.5, "softplus": 5, "sin": 5, "cos": 5, "erf": 2,
    "x**x": 3, "x**-1": 15, "x**2": 15, "x**0.5": 4,
}  # fmt: skip
LIBM, OURS, BEST, NOTHING = "libm's loop", "ours, avx2", "ours, best", "nothing"


def ours(name, math_of, kernels):
    """Return a bound call of the sum of a function at TERMS multiples of x, shape (ROWS,).

    ``kernels``: their name, or None for the best that this machine runs.
    """
    from micrograd_c._native import ffi, lib

    def f(x):
        return sum((value_of(name, x * (1 + 0.1 * i)) for i in range(TERMS)), 0.0)

    if not lib.mg_use_kernels(kernels or ffi.NULL):  # a bound call keeps the kernels of its time
        raise CannotDo("this machine cannot run these kernels")
    try:
        return jit(f, math=math_of).bind(points())
    finally:
        lib.mg_use_kernels(ffi.NULL)


def value_of(name, x):
    if name == NOTHING:
        return x
    function = power(name)
    return function(x) if function else getattr(x, name)()


def power(name):
    """Return the function for a name such as ``x**2``, of numbers, arrays or Values; else None."""
    if name == "x**x":
        return lambda x: x ** (x * 0.7)
    return (lambda x: x ** float(name[3:])) if name.startswith("x**") else None


def points():
    return np.random.default_rng(1).uniform(0.1, 3.0, ROWS)


def others(name):
    """Return by name what fills an array with the function at ``points()``."""
    x = points()
    found = {"NumPy": lambda: numpy_function(name)(x)}
    try:
        from jax import numpy as jnp

        found["JAX"] = run_jax(jax_function(name, jnp), x)
    except ImportError:
        pass
    try:
        function = getattr(compiled("libmvec.c", {}), f"{name}_of")
    except (CannotDo, AttributeError, OSError):
        return found
    out = np.empty(ROWS)
    pointers = [a.ctypes.data for a in (out, x)]
    function.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]
    function.restype = None

    def run():
        function(*pointers, ROWS)
        return out

    compare(run(), numpy_function(name)(x), f"libmvec's {name}")
    found["libmvec"] = run
    return found


def compare(values, expected, what):
    """Raise Disagreement unless both arrays are equal but for rounding."""
    difference = largest_difference(values.tolist(), expected.tolist())
    if not difference <= TOLERANCE:
        raise Disagreement(f"{what} is off by {difference:.1e} of the largest")


def numpy_function(name):
    from scipy import special

    named = {"sigmoid": special.expit, "softplus": lambda x: np.logaddexp(0.0, x),
             "erf": special.erf}  # fmt: skip
    return named.get(name) or power(name) or getattr(np, name)


def jax_function(name, jnp):
    import jax

    named = {"sigmoid": jax.nn.sigmoid, "softplus": jax.nn.softplus,
             "erf": jax.scipy.special.erf}  # fmt: skip
    return named.get(name) or power(name) or getattr(jnp, name)


def seconds_a_value(name, rounds):
    """Return by contestant the least time of one value."""
    kinds = {LIBM: ("libm", None), OURS: ("portable", b"avx2"), BEST: ("portable", None)}
    runs = {}
    for kind, (math_of, kernels) in kinds.items():
        try:
            runs[kind] = ours(name, math_of, kernels)
            runs[kind, NOTHING] = ours(NOTHING, math_of, kernels)
        except CannotDo:
            continue
    expected = sum(numpy_function(name)(points() * (1 + 0.1 * i)) for i in range(TERMS))
    for kind in kinds:
        if kind in runs:
            runs[kind]()
            compare(runs[kind].value, expected, f"{kind}: {name}")
    runs.update(others(name))
    times = {
        kind: found.minimum
        for kind, found in race([Contestant(*pair) for pair in runs.items()], rounds, 0.01).items()
    }
    result = {}
    for kind in runs:
        if (kind, NOTHING) in times:
            result[kind] = (times[kind] - times[kind, NOTHING]) / (ROWS * TERMS)
        elif isinstance(kind, str):
            result[kind] = times[kind] / ROWS
    return result


def main(argv=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.elementary")
    parser.add_argument("names", nargs="*", default=WANTED, metavar="NAME",
                        help=f"of {', '.join(WANTED)}")  # fmt: skip
    parser.add_argument("--rounds", type=whole_number(1), default=15, metavar="N",
                        help="default: %(default)s")  # fmt: skip
    args = parser.parse_args(argv)
    unknown = set(args.names) - set(WANTED)
    if unknown:
        parser.error(f"no function {min(unknown)!r}; there are {', '.join(WANTED)}")
    columns, rows = [LIBM, OURS, BEST, "NumPy", "JAX", "libmvec"], []
    for name in args.names:
        times = seconds_a_value(name, args.rounds)
        # A function that takes no more time than the noise has no ratio.
        ratio = three_digits(times[LIBM] / times[OURS]) if times.get(OURS, 0.0) > 0.0 else ""
        rows.append([
            f"`{name}`", *(duration(times[c]) if c in times else "" for c in columns),
            ratio, three_digits(WANTED[name]),
        ])  # fmt: skip
    print(table(["a value", *columns, "libm / ours, avx2", "wanted"], rows))


if __name__ == "__main__":
    main()

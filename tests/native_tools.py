"""Helpers of the tests of native programs: functions to jit, and C files compiled and called."""

import random
import re
from pathlib import Path

import numpy as np
import pytest
from c_tools import any_compiler, run

from micrograd_c import nn, take, where
from micrograd_c.engine import Value

FLAGS = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-ffp-contract=off"]


@pytest.fixture(name="own_cache")
def make_own_cache(tmp_path, monkeypatch):
    """A cache folder for this test alone. Skips without a compiler."""
    any_compiler()
    monkeypatch.setenv("MICROGRAD_C_CACHE", str(tmp_path / "cache"))


def same(a, b):
    """True if two results are equal to the bit."""
    return np.asarray(a).tobytes() == np.asarray(b).tobytes()


def parameters(n, seed=0):
    rng = random.Random(seed)
    return [Value(rng.uniform(-1.0, 1.0)) for _ in range(n)]


def expression():
    a, b = parameters(2)
    return lambda x, y: ((a * x[0] + b * x[1] * x[2]).relu() + b**3 - y / 2.0) ** 2


def functions():
    w = parameters(6)

    def f(x, y):
        z = (x[0] * w[0]).tanh() + (x[1] * w[1]).exp() * (w[2] * x[2]).sin()
        z = z + (x[0] ** 2 + 1.0).log() * w[3].exp() + (w[4] * w[4] + x[1] * x[1]).sqrt()
        return (z - y).sigmoid() + z.maximum(2.0) + where(x[0] > 0.5, z * w[4], w[5] * y) + abs(z)

    return f


def recursion():
    """A time series: a loop in C, in which each round needs the one before."""
    w = parameters(3)

    def f(x, y):
        variance, total = w[0] * w[0] + 0.1, y * 0.0
        for _ in range(30):
            variance = w[1] * w[1] * variance * 0.5 + x[0] * x[0] * w[2] * w[2] + 0.1
            total = total + variance.log() + x[1] * x[1] / variance
        return total

    return f


def portfolio():
    """Many values that are computed alike: a loop in C that becomes vectors."""
    spots, rates = parameters(100, 1), parameters(100, 2)

    def f(x, y):
        prices = [(s * 3.0).erf() * (r * 0.5).exp() + s / (r * r + 1.0)
                  for s, r in zip(spots, rates)]  # fmt: skip
        return sum(prices[1:], prices[0]) * x[0] + y

    return f


def one_with_all():
    """Products of the first of many with each: the first of these has one number twice."""
    w = parameters(40)
    return lambda x, y: sum((w[0] * v).sin() * v for v in w) * x[0] + y


def scattered():
    """Operands in no order: tables of slots."""
    rng, w = random.Random(3), parameters(40)
    pairs = [(rng.randrange(40), rng.randrange(40)) for _ in range(60)]

    def f(x, y):
        products = [(w[i] + w[j]) * (w[j] + x[0]) for i, j in pairs]
        largest = [(w[i] * x[1]).maximum(w[j] * y) for i, j in pairs]
        return sum(products) + sum(largest) ** 2

    return f


def net():
    random.seed(5)
    model = nn.MLP(3, [20, 17, 1])
    weights = model.parameters()
    return lambda x, y: (model(x) - y) ** 2 + 1e-3 * sum(p * p for p in weights)


def same_layer():
    """A layer over several sets of inputs, which overlap: a convolution, then a recurrent net."""
    random.seed(6)
    layer, cell, last = nn.Layer(2, 5), nn.Layer(4, 3), nn.Layer(5, 1)

    def f(x, y):
        columns = [x[0], x[1], x[2], y, x[0] * x[1], x[1] + y, x[2] * y, x[0] - y, x[1] * 0.5]
        outs = [layer([a, b]) for a, b in zip(columns, columns[1:])]
        state = [y, y, y]
        for a in x:
            state = [v.tanh() for v in cell([a, *state])]
        return sum(last(out) for out in outs) ** 2 + sum(state)

    return f


def takes():
    table = parameters(5)
    return lambda x, y: (take(table, y) * x[0] + x[1] * table[1]) ** 2


PROGRAMS = [
    expression,
    functions,
    recursion,
    portfolio,
    one_with_all,
    scattered,
    net,
    same_layer,
    takes,
]


def rows(n):
    """Return the arguments of the functions for n rows: usual ones, and the second holds 0 to 4."""
    return np.random.default_rng(n).normal(size=(n, 3)), np.arange(n) % 5.0


class Library:
    """A C file of ``to_c``, compiled, with its functions for arrays of NumPy."""

    def __init__(self, path, compiler, *options):
        import cffi

        self.name = path.stem
        library = path.with_suffix(f".{compiler}.so")
        run(compiler, *FLAGS, *(options or ["-O2"]), "-shared", "-fPIC", path, "-o", library, "-lm")
        self.ffi = cffi.FFI()
        header = path.with_suffix(".h").read_text(encoding="utf-8")
        self.ffi.cdef("".join(re.findall(r"^int .*;$", header, re.MULTILINE)))
        self.lib = self.ffi.dlopen(str(library))

    def call(self, name, *arguments):
        arguments = [
            self.ffi.from_buffer("double[]", x) if isinstance(x, np.ndarray) else x
            for x in arguments
        ]
        assert getattr(self.lib, f"{self.name}_{name}")(*arguments) == 0

    def forward(self, params, arrays, shape):
        out = np.empty(shape)
        self.call("forward_rows", params, len(arrays[0]), *arrays, out)
        return out

    def gradient(self, params, arrays):
        value, gradient = np.empty(1), np.empty(max(1, len(params)))
        self.call("gradient_rows", params, len(arrays[0]), *arrays, value, gradient)
        return value[0], gradient[: len(params)]

    def one_row(self, params, arrays):
        """Return the value by both functions, and the gradient, for the first row."""
        out, value, gradient = np.empty(1), np.empty(1), np.empty(max(1, len(params)))
        row = [np.ascontiguousarray(x[0]).reshape(-1) for x in arrays]
        self.call("forward", params, *row, out)
        self.call("gradient", params, *row, value, gradient)
        return out[0], value[0], gradient[: len(params)]


def data_of(values):
    return np.array([p.data for p in values])


def write(f, folder: Path, name="loss"):
    path = folder / f"{name}.c"
    f.to_c(path)
    return path

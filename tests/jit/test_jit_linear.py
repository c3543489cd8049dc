"""linear, the normalizations and softmax of whole rows, in functions that jit traces."""

import random

import numpy as np
import pytest

from micrograd_c import functional as F
from micrograd_c import jit
from micrograd_c.engine import Value


def parameters(m, n):
    rng = random.Random(m * 10 + n)
    return [[Value(rng.uniform(-1.0, 1.0)) for _ in range(n)] for _ in range(m)]


WEIGHTS, BIAS, GAIN = parameters(4, 3), parameters(1, 4)[0], parameters(1, 3)[0]

FUNCTIONS = {
    "linear": lambda x: F.linear(x, WEIGHTS),
    "linear with a bias": lambda x: F.linear(x, WEIGHTS, BIAS),
    "linear of computed weights": lambda x: F.linear(x, [[w * w for w in row] for row in WEIGHTS]),
    "linear of parameters": lambda x: F.linear(GAIN, WEIGHTS, [x[0]] * 4),
    "linear of linear": lambda x: F.linear(F.linear(x, WEIGHTS, BIAS), list(zip(*WEIGHTS))),
    "rms_norm": lambda x: F.rms_norm(x),
    "layer_norm": lambda x: F.layer_norm(x),
    "layer_norm with weights": lambda x: F.layer_norm(x, GAIN, [0.5, x[1], 0.0], eps=1e-6),
    "log_softmax": lambda x: F.log_softmax(x),
    "softmax": lambda x: F.softmax(F.linear(x, WEIGHTS)),
}


@pytest.mark.parametrize("f", FUNCTIONS.values(), ids=FUNCTIONS)
def test_in_a_trace(f, jit_engine):
    X = np.array([[0.5, -1.0, 2.0], [0.25, 0.75, -0.5], [1e3, -1e3, 0.0]])
    of_row = jit(lambda x: f(x)[1])
    of_row.check(X)
    eager = [f([Value(v) for v in row])[1].data for row in X.tolist()]
    assert jit(lambda x: f(x)[1], math="libm")(X).tolist() == eager


def test_outputs_made_before_the_trace(jit_engine):
    """The trace recomputes them from their weights in each run."""
    y = F.linear(GAIN, WEIGHTS)
    f = jit(lambda x: y[2] * x)
    assert f([2.0]).tolist() == [(y[2] * 2.0).data]
    before = WEIGHTS[2][0].data
    WEIGHTS[2][0].data = 5.0
    assert f([2.0]).tolist() == [(F.linear(GAIN, WEIGHTS)[2] * 2.0).data]
    WEIGHTS[2][0].data = before

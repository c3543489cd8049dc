"""jit's option math, and rows whose operands are not usual among rows whose are."""

import copy
import functools
import math
import pickle

import numpy as np
import pytest

from micrograd_c import jit
from micrograd_c.engine import Value
from python_ref.core.ieee import ieee_value_of
from python_ref.core.ops import BINARY, JIT_OPS, NAMED, OPS, UNARY

# 19 operands of which some have no fast function: a full block and a padded one
MIXED = [0.3, 1.7, -0.4, 2.5, 1e-320, 0.9, -1e300, math.inf, 0.1, 3.0, 1e5, -2.0, 0.6, 1.1, -0.0]
MIXED += [7e8, 0.25, math.nan, -745.0]


@functools.lru_cache(None)
def of(name, math):
    def apply(x, y):
        return x._apply(name, y) if OPS[name].kind == BINARY else x._apply(name)

    return jit(apply, math=math)


NAMES = [op.name for op in NAMED if op.kind in (UNARY, BINARY)] + ["pow"]


@pytest.mark.parametrize("math", ["portable", "libm"])
@pytest.mark.parametrize("name", NAMES)
def test_usual_and_unusual_operands_together(name, math, jit_engine):
    ys = MIXED[::-1]
    op = (JIT_OPS if math == "portable" else OPS)[name]
    given = [(x, y) if op.kind == BINARY else (x,) for x, y in zip(MIXED, ys)]
    expected = [ieee_value_of(op, *xs) for xs in given]
    got = of(name, math)(MIXED, ys)
    np.testing.assert_array_equal(got, expected)
    assert (np.signbit(got) == np.signbit(expected))[~np.isnan(got)].all()
    one_by_one = [of(name, math)([x], [y])[0] for x, y in zip(MIXED, ys)]
    np.testing.assert_array_equal(one_by_one, expected)


def test_the_same_bits_as_eager_values_with_libm(jit_engine):
    x = np.linspace(-3.0, 3.0, 50)
    f = jit(lambda x: x.exp().tanh() * x.sin() + (x.abs() + 1.0) ** 0.7, math="libm")
    v = [Value(a) for a in x.tolist()]
    eager = [(a.exp().tanh() * a.sin() + (a.abs() + 1.0) ** 0.7).data for a in v]
    assert f(x).tolist() == eager


def test_constants_of_a_trace_use_the_same_functions(jit_engine):
    for math_ in ("portable", "libm"):
        constant = jit(lambda x: Value(0.7).exp() + 0.0 * x, math=math_)
        computed = jit(lambda x: x.exp(), math=math_)
        assert constant([1.0]).tolist() == computed([0.7]).tolist()


def test_the_option_is_kept(jit_engine):
    f = jit(lambda x: x.exp(), math="libm")
    assert copy.copy(f)._math == "libm"
    assert pickle.loads(pickle.dumps(EXP))._math == "libm"

    class Model:
        @jit(math="libm")
        def loss(self, x):
            return x.exp()

    assert Model().loss._math == "libm"
    w = Value(0.7)
    g = jit(lambda x: (w * x).exp(), math="libm")
    assert g.jacobian([1.0])[0, 0] == math.exp(0.7)


@pytest.mark.parametrize("math", ["own", None, 1, ["libm"]])
def test_other_options(math, jit_engine):
    with pytest.raises(ValueError, match='math: expected "portable" or "libm", got'):
        jit(lambda x: x, math=math)


def exponential(x):
    return x.exp()


EXP = functools.partial(jit, math="libm")(exponential)

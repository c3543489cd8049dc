"""Vector: a list with elementwise arithmetic, which jitted functions get for a row."""

import copy
import operator
import pickle

import numpy as np
import pytest

from micrograd_c import jit
from micrograd_c.engine import Value
from micrograd_c.nn import MLP
from python_ref.core.vector import Vector

OPERATORS = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
    "**": operator.pow,
}  # fmt: skip
OTHERS = {
    "number": lambda V: 2,
    "NumPy's number": lambda V: np.float64(2.0),
    "array without axes": lambda V: np.array(2.0),
    "Value": lambda V: V(2.0),
    "list": lambda V: [1, V(2.0), 3.0],
    "tuple": lambda V: (1, 2, 3),
    "range": lambda V: range(1, 4),
    "array": lambda V: np.array([1.0, 2.0, 3.0]),
    "array of Values": lambda V: np.array([V(1.0), V(2.0), V(3.0)]),
    "Vector": lambda V: Vector([V(1.0), V(2.0), V(3.0)]),
}


def floats(x):
    return [float(v.data) if hasattr(v, "data") else v for v in x]


def vector(engine, *data):
    return Vector([engine.Value(x) for x in data])


@pytest.mark.parametrize("symbol", OPERATORS)
@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_arithmetic_is_elementwise(symbol, other, engine):
    f, v, other = OPERATORS[symbol], vector(engine, 0.5, 1.5, 2.0), other(engine.Value)
    others = [2.0] * 3 if np.ndim(other) == 0 else [1.0, 2.0, 3.0]
    for got, expected in (
        (f(v, other), map(f, (0.5, 1.5, 2.0), others)),
        (f(other, v), map(f, others, (0.5, 1.5, 2.0))),
    ):
        assert type(got) is Vector
        assert floats(got) == pytest.approx(list(expected), rel=1e-15)
    assert floats(v) == [0.5, 1.5, 2.0]


def test_signs(engine):
    v = vector(engine, 1.0, -2.0)
    for got, expected in ((-v, [-1.0, 2.0]), (+v, [1.0, -2.0]), (abs(v), [1.0, 2.0])):
        assert type(got) is Vector and floats(got) == expected


def test_operators_in_place_make_a_new_one(engine):
    v = same = vector(engine, 1.0, 2.0)
    v += 1
    v -= [0, 1]
    v *= 2
    v /= 4
    v **= 2
    assert type(v) is Vector and floats(v) == [1.0, 1.0]
    assert floats(same) == [1.0, 2.0]


@pytest.mark.parametrize("other", ["list", "tuple", "array", "array of Values", "Vector"])
def test_dot_products(other, engine):
    v, other = vector(engine, 1.0, 2.0, 3.0), OTHERS[other](engine.Value)
    assert (v @ other).data == (other @ v).data == 14.0


@pytest.mark.parametrize("make", [np.array, list, tuple])
def test_products_with_a_matrix(make, engine):
    v, rows = vector(engine, 1.0, 2.0), make([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    got = rows @ v
    assert type(got) is Vector and floats(got) == [5.0, 11.0, 17.0]
    columns = make([[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]])
    got = v @ columns
    assert type(got) is Vector and floats(got) == [5.0, 11.0, 17.0]


def test_other_lengths(engine):
    v = vector(engine, 1.0, 2.0)
    for f in (*OPERATORS.values(), operator.matmul):
        for other in ([1, 2, 3], (1,), np.ones(3), v[:1], []):
            for x, y in ((v, other), (other, v)):
                with pytest.raises(ValueError, match=r"Vector of \d elements and \w+"):
                    f(x, y)
    with pytest.raises(ValueError, match=r"of 2 elements and list of 1 elements.*\[\*a, \*b\]"):
        v + [1.0]
    with pytest.raises(ValueError):
        v += [1.0]
    with pytest.raises(ValueError):
        np.ones((2, 3)) @ v


def test_operands_that_are_refused(engine):
    v = vector(engine, 1.0, 2.0)
    for f in (*OPERATORS.values(), operator.matmul):
        for other in (None, "ab", b"ab", {0: 1, 1: 2}, {1, 2}, ["a", "b"]):
            with pytest.raises(TypeError):
                f(v, other)
            with pytest.raises(TypeError):
                f(other, v)
    for other in (2, engine.Value(2.0)):
        with pytest.raises(TypeError):
            v @ other
        with pytest.raises(TypeError):
            other @ v
    with pytest.raises(TypeError, match="list in it"):
        v + [[1], [2]]
    with pytest.raises(TypeError):
        v % 2


def test_it_is_a_list(engine):
    v = vector(engine, 1.0, 2.0, 3.0)
    assert isinstance(v, list) and len(v) == 3 and v[-1].data == 3.0 and v[0] in v
    for part in (v[:2], v[::-1], v.copy(), copy.copy(v), pickle.loads(pickle.dumps(v))):
        assert type(part) is Vector
    assert v == list(v) and repr(v) == repr(list(v))
    assert np.array(v).shape == (3,)
    assert np.dot(v, [1, 1, 1]).data == sum(v).data == 6.0
    v.append(4.0)
    v[0] = 5.0
    assert v[0] == 5.0 and len(v) == 4


def test_a_net_takes_it(engine):
    model, v = engine.nn.MLP(2, [3, 1]), vector(engine, 1.0, -2.0)
    assert model(v).data == model(list(v)).data == model(v * 1.0).data


# --- rows of jit ---


def test_rows_are_vectors(jit_engine):
    x = np.array([[1.0, 2.0], [3.0, -4.0]])
    assert jit(lambda x: x * 2)(x).tolist() == (x * 2).tolist()
    assert jit(lambda x: x + x)(x).tolist() == (x + x).tolist()
    assert jit(lambda x: 1 - x / [2, 4])(x).tolist() == (1 - x / [2, 4]).tolist()
    assert jit(lambda x: -x[::-1])(x).tolist() == (-x[:, ::-1]).tolist()
    assert jit(lambda x: np.ones(2) - x)(x).tolist() == (1 - x).tolist()
    assert jit(lambda x: x @ x)(x).tolist() == (x * x).sum(axis=1).tolist()
    assert jit(lambda x: isinstance(x, list) and len(x) * x[0])(x).tolist() == [2.0, 6.0]


def test_rows_and_parameters(jit_engine):
    w, rng, model = [Value(0.5), Value(-1.5)], np.random.default_rng(0), MLP(2, [3, 1])

    def f(x, y):
        error = w @ x - y
        x += 1
        return error * error + model(x - 1) + (x * w) @ (2 - x) + sum(x**2)

    f = jit(f)
    f.check(rng.normal(size=(9, 2)), rng.normal(size=9))
    f.backward([[1.0, 2.0]], [0.0])
    assert w[0].grad != 0.0


def test_rows_of_two_lengths(jit_engine):
    with pytest.raises(ValueError, match="of 2 elements and Vector of 3 elements"):
        jit(lambda x, y: x + y)(np.ones((4, 2)), np.ones((4, 3)))

"""Direct calls: arrays that C reads where they are, at each call. See micrograd_c/jit/direct.py.

On both engines the results must be the same; that of the C engine is also asked to have made a
direct call where it says that it can.
"""

import copy
import pickle
import weakref
from contextlib import contextmanager

import numpy as np
import pytest
from jit_tools import same, warm
from memory_tools import collect

import micrograd_c
from micrograd_c import Value, grad, jit, no_grad, take, value_and_grad
from micrograd_c.debugging import detect_anomaly
from micrograd_c.jit import api, programs

if micrograd_c.backend == "c":
    from micrograd_c._c.node import IN_C
else:
    IN_C = False

A, B = Value(2.0), Value(-1.0)


@pytest.fixture
def only_directly(jit_engine, monkeypatch):
    """A context in which arguments may not be checked in Python, where direct calls exist."""

    def refuse(*args):
        raise AssertionError("this was no direct call")

    @contextmanager
    def context():
        with monkeypatch.context() as patched:
            if jit_engine == "c" and IN_C:
                patched.setattr(api, "checked_arrays", refuse)
                patched.setattr(programs, "checked_arrays", refuse)
            yield

    return context


def line():
    return jit(lambda x, y: (A * x + B - y) ** 2, parameters=[A, B])


FUNCTIONS = {
    "a Value": lambda x, v: A * x * v[1],
    "a list": lambda x, v: [A * x, v[0] / B],
    "a list of lists": lambda x, v: [[x, v[0], A], [v[1], x, B]],
    "a list of one": lambda x, v: [A.exp() * x + v[0] + v[1]],
    "four levels": lambda x, v: [[[[A * x, v[0]]], [[v[1], B]]]],
    "five levels": lambda x, v: [[[[[A * x, v[0]]], [[v[1], B]]]]],
    "a tree": lambda x, v: {"x": (A * x, [v[0], [v[1], x]]), "y": x + v[0] + v[1]},
    "gradients": value_and_grad(lambda x, v: x * v[0] ** 2 * v[1], argnums=(0, 1)),
    "a gradient": grad(lambda x, v: (x * v[0]).tanh() * v[1] * A, argnums=1),
}


@pytest.mark.parametrize("in_axes", [0, None, (0, None), (None, 0)], ids=str)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_results(name, in_axes, only_directly):
    """Lists, which no direct call takes, must give the same bits and types."""
    f = jit(FUNCTIONS[name], in_axes=in_axes)
    rng = np.random.default_rng(0)
    x = rng.normal(size=5) if in_axes in (0, (0, None)) else np.array(0.7)
    v = rng.normal(size=(5, 2)) if in_axes in (0, (None, 0)) else rng.normal(size=2)
    for _ in range(3):
        expected = f(x.tolist(), v.tolist())
    with only_directly():
        first, second = f(x, v), f(x, v)
    assert same(first, expected) and same(second, expected)
    assert not isinstance(first, np.ndarray) or not np.shares_memory(first, second)
    if x.ndim == 0:
        with only_directly():
            assert same(f(0.7, v), expected)


@pytest.mark.parametrize("rows", [1, 2, 16, 17, 1000])
def test_backward_and_value_and_grad(rows, only_directly):
    f = line()
    X, Y = np.random.default_rng(rows).normal(size=(2, rows))
    P = np.array([0.5, 3.0])
    A.grad = B.grad = 0.0
    for _ in range(3):
        mean = f.backward(X.tolist(), Y.tolist())
    of_values = f.value_and_grad(X.tolist(), Y.tolist())
    of_params = f.value_and_grad(X.tolist(), Y.tolist(), params=P.tolist())
    values = f(X.tolist(), Y.tolist(), params=P.tolist())
    grads = A.grad, B.grad
    A.grad = B.grad = 0.0
    with only_directly():
        assert [f.backward(X, Y) for _ in range(3)] == [mean] * 3
        assert same(f.value_and_grad(X, Y), of_values)
        assert same(f.value_and_grad(X, Y, params=P), of_params)
        assert same(f(X, Y, params=P), values)
    assert (A.grad, B.grad) == grads
    A.grad = B.grad = 0.0


def test_the_order_of_the_parameters(only_directly):
    """Some that the program does not read, some that it reads and the user does not give."""
    a, b, c, d = map(Value, (2.0, 3.0, 5.0, 7.0))
    f = jit(lambda x: b * x + a * c, parameters=[d, c, a])
    X, P = np.array([1.0, 2.0]), np.array([11.0, 13.0, 17.0])
    warm(f, X)
    with only_directly():
        assert same(f.value_and_grad(X, params=P), (225.5, np.array([0.0, 17.0, 13.0])))
        assert f(X, params=P).tolist() == [224.0, 227.0]
        b.data = 4.0
        assert f.value_and_grad(X)[0] == 16.0


def test_kept_mini_batches(only_directly):
    """Each is read as it is now; none of a thousand is kept alive."""
    f = line()
    batches = [np.full((2, 3), float(i)) for i in range(1000)]
    warm(f, *batches[0])
    with only_directly():
        for _ in range(2):
            for i, (x, y) in enumerate(batches):
                assert f(x, y).tolist() == [(i - 1.0) ** 2] * 3
        batches[7][0] += 1.0
        assert f(*batches[7]).tolist() == [64.0] * 3
    owners = [weakref.ref(batch) for batch in batches]
    del batches, x, y
    collect()
    assert not any(owner() is not None for owner in owners)


def test_errors_are_those_of_the_usual_way(jit_engine):
    f, two = line(), jit(lambda x: [A * x, x])
    X = np.ones(3)
    warm(f, X, X), warm(two, X)
    with pytest.raises(ValueError, match="argument 1: expected as many rows"):
        f(X, np.ones(4))
    with pytest.raises(ValueError, match="at least one row"):
        f(np.ones(0), np.ones(0))
    with pytest.raises(ValueError, match="at least one row"):
        f(np.ones(0), X)
    with pytest.raises(ValueError, match=r"\(n,\) or \(n, k\)"):
        f(np.ones((3, 1, 1)), X)
    with pytest.raises(TypeError, match="complex"):
        f(X * 1j, X)
    with pytest.raises(TypeError, match="masked"):
        f(np.ma.masked_invalid(X), X)
    with pytest.raises(TypeError, match="missing 1 required"):
        f(X)
    with pytest.raises(TypeError, match="takes 2 positional"):
        f(X, X, X)
    with pytest.raises(ValueError, match=r"params.*shape \(2,\)"):
        f(X, X, params=np.ones(3))
    with pytest.raises(ValueError, match=r"params.*shape \(2,\)"):
        f.value_and_grad(X, X, params=np.ones((1, 2)))
    for method in two.backward, two.value_and_grad:
        with pytest.raises(TypeError, match="several|single"):
            method(X)


def test_infinities(jit_engine):
    w = Value(1.0)
    f = jit(lambda x: w * x.log())
    X = np.array([1.0, 2.0])
    for _ in range(3):
        f(X), f.value_and_grad(X)
    X[1] = 0.0
    assert f(X).tolist() == [0.0, -np.inf] and f.backward(X) == -np.inf
    w.grad = 0.0
    for call in f, f.backward, f.value_and_grad:
        with pytest.raises(FloatingPointError, match="example 1"):
            call(X, check_finite=True)
        with detect_anomaly(), pytest.raises(FloatingPointError, match="example 1"):
            call(X)
    assert w.grad == 0.0
    assert f.value_and_grad(X[:1], check_finite=True)[0] == 0.0


def test_argument_rules(only_directly):
    """Targets and indices are checked at each call."""
    table = [Value(1.0), Value(2.0), Value(4.0)]
    f = jit(lambda i: take(table, i))
    places = np.array([0.0, 2.0])
    warm(f, places)
    with only_directly():
        assert f(places).tolist() == [1.0, 4.0] and f.backward(places) == 2.5
    places[1] = 3.0
    with pytest.raises(IndexError, match="argument 0, row 1"):
        f(places)
    with pytest.raises(IndexError, match="argument 0, row 1"):
        f.backward(places)
    one = jit(lambda i: take(table, i))
    assert warm(one, 1.0) == 2.0
    with pytest.raises(IndexError, match="argument 0"):
        one(3.0)


def test_modes(jit_engine):
    f, number = jit(lambda x: A * x), jit(lambda x: A * x * x)
    X = np.array([1.0, 2.0])
    warm(f, X), warm(number, 3.0)
    with no_grad():
        assert f(X).tolist() == [2.0, 4.0] and number(3.0) == 18.0
    outer = jit(lambda x: number(3.0) + x)
    assert outer(X).tolist() == [19.0, 20.0]
    A.data = 3.0
    assert outer(X).tolist() == [28.0, 29.0]  # so the inner call was traced
    A.data = 2.0
    outer.check(X)
    for method in f.backward, f.value_and_grad:
        with pytest.raises(micrograd_c.TraceError, match="inside of a jitted function|traced"):
            jit(lambda x, method=method: x * method(X)[0])(X)
    assert isinstance(f(Value(1.0)), Value)


def test_check_reaches_calls_without_rows(jit_engine):
    """The function's own call of ``number`` must extend the graph that check differentiates."""
    number = jit(lambda x: A * x * x)
    warm(number, 3.0)
    outer = jit(lambda x: number(3.0) * x)
    outer(np.ones(2))
    outer.check(np.ones(2))


def test_the_last_program(jit_engine):
    """``parameters`` are those of the last call, direct or not."""
    a, b = Value(1.0), Value(2.0)
    f = jit(lambda x: a * x if isinstance(x, Value) else b * x[0])
    one, two = np.ones(3), np.ones((3, 2))
    for _ in range(4):
        assert f(one).tolist() == [1.0] * 3 and f.parameters == (a,)
        assert f(two).tolist() == [2.0] * 3 and f.parameters == (b,)
    assert f.value_and_grad(one)[1].tolist() == [1.0] and f.parameters == (a,)


@pytest.mark.skipif(not IN_C, reason="there are no direct calls here")
def test_a_large_program_has_no_direct_call(monkeypatch):
    """To put its parameters in order takes long; if that was done, there is one all the same."""
    from micrograd_c.jit import direct

    for nodes, parameters, expected in ((5, 100, 0), (1000, 1, 0), (1000, 100, 1)):
        monkeypatch.setattr(direct, "MOST_NODES", nodes)
        monkeypatch.setattr(direct, "MOST_PARAMETERS", parameters)
        f = line()
        warm(f, np.ones(3), np.ones(3))
        assert len(f._direct_calls) == expected
        for _ in range(2):
            f.value_and_grad(np.ones(3), np.ones(3))
        assert len(f._direct_calls) == (nodes == 1000)


def test_later_changes_of_the_function(jit_engine):
    """A closure is fixed by the trace, parameters are read at each call, jit again traces anew."""
    factor, w = [2.0], Value(1.0)
    f = jit(lambda x: w * x * factor[0])
    X = np.array([1.0, 2.0])
    warm(f, X)
    factor[0], w.data = 5.0, 10.0
    assert f(X).tolist() == [20.0, 40.0]
    assert warm(jit(f._function), X).tolist() == [50.0, 100.0]
    old, new = (warm(jit(lambda x: x.exp(), math=m), np.array([0.3])) for m in ("libm", "portable"))
    assert old[0] == pytest.approx(new[0], rel=1e-15)


class Model:
    def __init__(self, w):
        self.w = Value(w)

    @jit
    def loss(self, x):
        return self.w * x


@jit
def of_module(x):
    return x * 3.0


def test_methods_copies_and_pickles(only_directly):
    X = np.array([1.0, 2.0])
    models = Model(2.0), Model(3.0)
    for model in models:
        warm(model.loss, X)
    with only_directly():
        assert [model.loss(X).tolist() for model in models] == [[2.0, 4.0], [3.0, 6.0]]
    again = copy.deepcopy(models[1])
    again.w.data = 4.0
    assert warm(again.loss, X).tolist() == [4.0, 8.0] and models[1].loss(X).tolist() == [3.0, 6.0]
    warm(of_module, X)
    for copied in copy.copy(of_module), pickle.loads(pickle.dumps(of_module)):
        assert warm(copied, X).tolist() == [3.0, 6.0]
    f = line()
    warm(f, X, X)
    f = copy.copy(f)
    assert f(X, X).tolist() == [0.0, 1.0]

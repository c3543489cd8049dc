"""jit.bind: calls whose arrays were given before."""

import copy
import pickle

import numpy as np
import pytest

from micrograd_c import TraceError, grad, jit, no_grad, take, value_and_grad
from micrograd_c.engine import Value
from micrograd_c.jit import BoundCall


@pytest.fixture
def rng():
    return np.random.default_rng(1)


def make_loss():
    """A loss of rows of two columns and a target, and its three parameters."""
    parameters = [Value(0.5, label="a"), Value(-1.0, label="b"), Value(2.0, label="c")]
    a, b, c = parameters
    loss = jit(lambda x, y: ((a * x[0] + b * x[1]).tanh() * c - y) ** 2)
    return loss, parameters


def same_bits(x, y):
    return np.asarray(x).tobytes() == np.asarray(y).tobytes()


# --- what a run computes ---


@pytest.mark.parametrize("n", [1, 3, 16, 17, 600])
def test_a_run_is_value_and_grad_of_what_the_arrays_hold_then(jit_engine, rng, n):
    n = min(n, 40) if jit_engine == "py" else n
    loss, parameters = make_loss()
    X, Y = rng.normal(size=(n, 2)), rng.normal(size=n)
    run = loss.bind(X, Y)
    assert isinstance(run, BoundCall)
    assert np.isnan(run.value).all() and np.isnan(run.grad).all()
    value, gradient = run.value, run.grad
    for _ in range(3):
        X[...], Y[...] = rng.normal(size=X.shape), rng.normal(size=n)
        parameters[1].data = rng.normal()
        mean = run()
        expected, slopes = loss.value_and_grad(X, Y)
        assert type(mean) is float and same_bits(mean, expected)
        assert same_bits(run.grad, slopes) and same_bits(run.value, loss(X, Y))
        assert run.value is value and run.grad is gradient
    assert all(p.grad == 0.0 for p in parameters)


def test_params_stand_in_for_the_parameters_and_are_read_at_each_run(jit_engine):
    loss, parameters = make_loss()
    X, Y, P = np.array([[1.0, 2.0]]), np.array([0.5]), np.array([0.1, 0.2, 0.3])
    run = loss.bind(X, Y, params=P)
    for P[2] in (0.3, -0.7):
        assert same_bits(run(), loss.value_and_grad(X, Y, params=P)[0])
        assert same_bits(run.grad, loss.value_and_grad(X, Y, params=P)[1])
    before = run()
    P -= 0.1 * run.grad
    assert run() < before
    assert [p.data for p in parameters] == [0.5, -1.0, 2.0]


def test_the_order_of_given_parameters(jit_engine):
    _, (a, b, c) = make_loss()
    unused = Value(7.0)
    loss = jit(lambda x: a * x * b + c, parameters=[c, unused, a])
    X = np.array([1.0, 3.0])
    for params in (None, np.array([1.0, 2.0, 3.0])):
        run = loss.bind(X, params=params)
        mean, gradient = loss.value_and_grad(X, params=params)
        run.grad[...] = 9.0  # also for the one that nothing reads
        assert run() == mean and run.grad.tolist() == gradient.tolist()
        b.data = -3.0  # read from the Value in any case
        assert run() == loss.value_and_grad(X, params=params)[0] != mean
        b.data = -1.0


def test_without_rows(jit_engine):
    a, b = Value(2.0), Value(3.0)
    run = jit(lambda: a * b).bind()
    assert run() == 6.0 and run.value.shape == () and run.grad.tolist() == [3.0, 2.0]
    a.data = 5.0
    assert run() == 15.0 == run.value and run.grad.tolist() == [3.0, 5.0]
    P = np.array([1.0, 4.0])
    assert jit(lambda: a * b).bind(params=P)() == 4.0


def test_shared_arguments_and_numbers(jit_engine):
    a = Value(2.0)
    f = jit(lambda x, m, s: a * x * m[0][1] + s, in_axes=(0, None, None))
    X, M, s = np.array([1.0, 2.0]), np.array([[1.0, 2.0]]), np.array(0.5)
    run = f.bind(X, M, s)
    assert run() == f.value_and_grad(X, M, s)[0]
    M[0, 1], s[()] = 7.0, -1.0
    assert run() == f.value_and_grad(X, M, s)[0] == 2.0 * 1.5 * 7.0 - 1.0
    fixed = f.bind(X, M, 0.25)
    assert fixed() == f.value_and_grad(X, M, 0.25)[0]
    one = jit(lambda x: a * x)
    assert one.bind(3)() == one.bind(np.float32(3.0))() == 6.0


def test_other_outputs_have_values_only(jit_engine):
    a = Value(2.0)
    f = jit(lambda x: {"pair": [x * a, x + a], "one": (x, (a, [x, x]))})
    X = np.array([1.0, 3.0])
    run = f.bind(X)
    result = run()
    expected = f(X)
    assert result is run.value and list(result) == list(expected)
    assert result["pair"].tolist() == expected["pair"].tolist()
    X[0] = 5.0
    run()
    assert result["pair"].tolist() == f(X)["pair"].tolist() == [[10.0, 7.0], [6.0, 5.0]]
    assert type(result["one"]) is tuple
    assert result["one"][0].tolist() == [5.0, 3.0]
    with pytest.raises(AttributeError, match="no gradient.*single Value"):
        _ = run.grad
    with pytest.raises(TypeError, match="bind\\(grad=True\\) needs.*single Value"):
        f.bind(X, grad=True)


def test_matrices_among_the_outputs(jit_engine):
    a = Value(2.0)
    f = jit(lambda x: (x * a, [[x, x + 1.0], [a, x * x]]))
    X = np.array([1.0, 3.0])
    run, expected = f.bind(X), f(X)
    assert run() is run.value
    assert all(same_bits(x, y) for x, y in zip(run.value, expected))
    f = jit(lambda x: [[x[0], x[1]], [a, x[0]]], in_axes=None)
    assert f.bind(np.array([5.0, 6.0]))().tolist() == [[5.0, 6.0], [2.0, 5.0]]


def test_derivatives_of_arguments(jit_engine):
    f = jit(value_and_grad(lambda x, y: x * x * y, argnums=(0, 1)))
    x, y = np.array(3.0), np.array(5.0)
    run = f.bind(x, y)
    value, (dx, dy) = run()
    assert (value, dx, dy) == (45.0, 30.0, 9.0)
    x[()] = 1.0
    run()
    assert (value, dx, dy) == (5.0, 10.0, 1.0)
    slopes = jit(grad(lambda x: x @ x))
    X = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert slopes.bind(X)().tolist() == [[2.0, 4.0], [6.0, 8.0]]


def test_grad_false_returns_the_values(jit_engine):
    a = Value(2.0)
    f = jit(lambda x: a * x)
    run = f.bind(np.array([1.0, 3.0]), grad=False)
    assert run() is run.value and run.value.tolist() == [2.0, 6.0]
    with pytest.raises(AttributeError, match="grad=False"):
        _ = run.grad


def test_a_function_without_parameters(jit_engine):
    run = jit(lambda x: x * x).bind(np.array([1.0, 3.0]))
    assert run() == 5.0 and run.value.tolist() == [1.0, 9.0] and run.grad.shape == (0,)


def test_methods_and_several_bound_calls_of_one_function(jit_engine):
    class Model:
        def __init__(self, w):
            self.w = Value(w)

        @jit
        def predict(self, x):
            return self.w * x

    X, Z = np.array([1.0]), np.array([1.0, 2.0, 3.0])
    runs = [Model(w).predict.bind(x) for w in (2.0, 3.0) for x in (X, Z)]
    assert [run() for run in runs] == [2.0, 4.0, 3.0, 6.0]
    assert [run.value.tolist() for run in runs][1] == [2.0, 4.0, 6.0]


def test_indices_are_checked_at_each_run_and_not_before(jit_engine):
    values = [Value(10.0), Value(20.0)]
    f = jit(lambda i: take(values, i) * 1.0)
    index = np.array([5.0, 0.0])  # not ready yet
    run = f.bind(index)
    index[0] = 1.0
    assert run() == 15.0 and run.grad.tolist() == [0.5, 0.5]
    for wrong, error in ((2.0, IndexError), (-1.0, IndexError), (0.5, TypeError)):
        index[1] = wrong
        before = run.grad.tolist()
        with pytest.raises(error, match="argument 0, row 1"):
            run()
        assert run.grad.tolist() == before
    index[1] = 1.0
    assert run() == 20.0


# --- what cannot be bound ---


@pytest.mark.parametrize(
    "given, what",
    [
        ([1.0, 2.0], "got list: pass an array"),
        ((1.0, 2.0), "got tuple"),
        (np.array([1, 2]), r"got int64 of shape \(2,\): pass X = x.astype\(float\)"),
        (np.array([1.0], np.float32), "got float32"),
        (np.array(1.0, np.float32), "got float32"),
        (np.arange(4.0)[::2], "with gaps"),
        (np.arange(4.0).reshape(2, 2).T, "another order"),
        (np.array([1.0, 2.0]).astype(">f8"), "got >f8"),
        (np.frombuffer(b"\0" * 17, np.uint8)[1:].view(np.float64), "with gaps"),
        (np.ma.array([1.0, 2.0]), "masked"),
        (Value(1.0), "got Value"),
        ("text", "got str"),
    ],
    ids=str,
)
def test_an_array_that_would_be_copied(jit_engine, given, what):
    f = jit(lambda x: x[0] if isinstance(x, list) else x * 1.0)
    with pytest.raises(TypeError, match=f"argument 0.*{what}"):
        f.bind(given)
    a = Value(1.0)
    g = jit(lambda x: x * a, parameters=[a])
    with pytest.raises(TypeError, match="params: "):
        g.bind(np.array([1.0]), params=given)


def test_arrays_of_other_shapes(jit_engine):
    a = Value(1.0)
    f = jit(lambda x, y: a * x * y)
    with pytest.raises(ValueError, match="as many rows"):
        f.bind(np.ones(2), np.ones(3))
    with pytest.raises(ValueError, match="at least one row"):
        f.bind(np.ones(0), np.ones(0))
    with pytest.raises(ValueError, match=r"params: expected an array of shape \(1,\)"):
        f.bind(np.ones(2), np.ones(2), params=np.ones(2))
    with pytest.raises(TypeError, match="params: bind needs"):
        f.bind(np.ones(2), np.ones(2), params=0.5)


def test_read_only_arrays_and_subclasses(jit_engine, tmp_path):
    a = Value(2.0)
    f = jit(lambda x: a * x)
    base = np.array([1.0, 3.0])
    x = base.view()
    x.flags.writeable = False
    run = f.bind(x)
    base[0] = 5.0
    assert run() == 8.0
    file = np.memmap(tmp_path / "x", np.float64, "w+", shape=2)
    run = f.bind(file)
    file[...] = 1.0, 2.0
    assert run() == 3.0


def test_arguments_of_a_run(jit_engine):
    run = jit(lambda x: x * 1.0).bind(np.ones(1))
    for wrong in (lambda: run(1.0), lambda: run(x=1.0)):
        with pytest.raises(TypeError, match="argument"):
            wrong()


# --- traces, modes, errors ---


def test_within_a_trace(jit_engine):
    a, X = Value(2.0), np.ones(1)
    f = jit(lambda x: a * x)
    run = f.bind(X)
    run()
    run.grad[0] = 7.0
    with pytest.raises(TraceError, match="a bound call was called inside of a jitted function"):
        jit(lambda x: x * run())(X)
    with pytest.raises(TraceError, match=r"bind\(\) was called inside"):
        jit(lambda x: x * f.bind(X)())(X)
    assert run.grad[0] == 7.0
    with no_grad():
        assert run() == 2.0 and run.grad[0] == 1.0


def test_check_finite(jit_engine):
    a, X = Value(2.0), np.array([1.0, 4.0])
    f = jit(lambda x: a * x.log())
    run, plain = f.bind(X, check_finite=True), f.bind(X)
    values = f.bind(X, check_finite=True, grad=False)
    assert run() == plain() and values() is values.value
    X[1] = 0.0
    with pytest.raises(FloatingPointError, match="example 1: 'log' is -inf"):
        run()
    assert run.value.tolist() == [0.0, -np.inf] and run.grad.tolist() == [-np.inf]
    with pytest.raises(FloatingPointError, match="example 1: 'log' is -inf"):
        values()
    assert plain() == -np.inf
    X[1] = 1.0
    assert run() == 0.0
    slope = jit(lambda x: a.sqrt() * x).bind(X, params=np.zeros(1), check_finite=True)
    with pytest.raises(FloatingPointError, match="gradient"):
        slope()


def test_nothing_of_a_bound_call_can_be_replaced(jit_engine):
    run = jit(lambda x: x * 2.0).bind(np.ones(2))
    run()
    run.value *= 3.0
    assert run.value.tolist() == [6.0, 6.0]
    for name in ("value", "grad", "other"):
        with pytest.raises(AttributeError, match=f"{name} of a bound call cannot be set"):
            setattr(run, name, np.ones(2))
    with pytest.raises(AttributeError, match="cannot be deleted"):
        del run.value
    with pytest.raises(AttributeError, match="no attribute 'other'"):
        _ = run.other
    for copier in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="bind again"):
            copier(run)
    assert run() == 2.0
    assert repr(run).startswith("<bound call of <lambda>: 2 rows, ")

"""jit's functions: arguments, results, errors, where(), check(), explain() and fit()."""

import os
import random
import subprocess
import sys

import numpy as np
import pytest
from jit_tools import data, squared_error

from micrograd_c import TraceError, jit, no_grad, optim, where
from micrograd_c.engine import Value
from micrograd_c.jit.interpreted import InterpretedProgram
from micrograd_c.nn import MLP

OPTIMIZERS = [
    lambda ps: optim.SGD(ps, lr=0.1),
    lambda ps: optim.SGD(ps, lr=0.01, momentum=0.9, dampening=0.1, weight_decay=0.01),
    lambda ps: optim.SGD(ps, lr=0.1, momentum=0.9, nesterov=True),
    lambda ps: optim.Adam(ps, lr=0.05),
    lambda ps: optim.Adam(ps, lr=0.05, weight_decay=0.01, amsgrad=True),
    lambda ps: optim.AdamW(ps, lr=0.05),
    lambda ps: optim.RMSprop(ps, lr=0.01),
    lambda ps: optim.RMSprop(ps, lr=0.01, momentum=0.5, centered=True, weight_decay=0.01),
]


# --- tracing ---


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x if x.data > 0 else -x,
        lambda x: Value(float(x)),
        lambda x: x if x > 0 else -x,
        lambda x: x if x + 1 <= 0 else -x,
        lambda x: max(x, x * 2),
        lambda x: x * x.relu().data,
        lambda x: setattr(x, "data", 1.0) or x,
        lambda x: x.backward() or x,
        lambda x: Value(1.0).maximum(x).data,
        lambda x: Value(1.0).atan2(x).data,
        lambda x: (Value(1.0) + x).data,
        lambda x: (2.0 * x).data,
        lambda x: setattr(x * 2, "_backward", lambda: None) or x,
    ],
)
def test_trace_error_names_the_line(f, jit_engine):
    line = f.__code__.co_firstlineno
    with pytest.raises(TraceError, match=rf"test_jit_api\.py:{line}: "):
        jit(f)([1.0])


def test_trace_error_says_what_to_use(jit_engine):
    with pytest.raises(TraceError, match="where.*maximum.*relu"):
        jit(lambda x: x if x > 0 else -x)([1.0])


def test_no_grad_cannot_be_traced(jit_engine):
    def f(x):
        with no_grad():
            return x * 2

    line = f.__code__.co_firstlineno + 1
    with pytest.raises(TraceError, match=rf"test_jit_api\.py:{line}: no_grad.* use detach"):
        jit(f)([1.0])


def test_a_first_call_inside_of_no_grad(jit_engine):
    w = Value(2.0)
    f = jit(lambda x: w * x)
    with no_grad():
        assert f([3.0]).tolist() == [6.0]
        assert f.backward([3.0]) == 6.0
    f.backward([4.0])
    assert w.grad == 7.0
    with no_grad():
        f.check([5.0])


def test_a_custom_backward_is_refused():
    w = Value(2.0)
    own = Value(4.0, (w,), "twice")
    own._backward = lambda: None
    with pytest.raises(TraceError, match="_backward of its own"):
        jit(lambda x: own * x)([1.0])


def test_a_branch_on_a_parameter(jit_engine):
    w = Value(2.0)
    assert jit(lambda x: x if w > 1 else -x)([3.0]).tolist() == [3.0]


@pytest.mark.parametrize("make", [where, lambda c, a, b: jit(lambda c, a, b: where(c, a, b))])
def test_where(make):
    for cond, expected in ((2.0, -0.0), (0.0, 5.0), (-1.0, 5.0), (float("nan"), 5.0)):
        if make is where:
            got = where(Value(cond), Value(-0.0), 5.0).data
        else:
            got = make(0, 0, 0)([cond], [-0.0], [5.0])[0]
        assert (got, np.signbit(got)) == (expected, np.signbit(expected))


def test_wheres_gradient_goes_to_the_selected_operand(jit_engine):
    a, b = Value(2.0), Value(3.0)
    jit(lambda x: where(x, a * x, b * x)).backward([1.0, -1.0, -3.0])
    assert (a.grad, b.grad) == pytest.approx((1 / 3, -4 / 3))


@pytest.mark.parametrize("returned", [None, "text", [], [None], {}])
def test_results_other_than_values_are_refused(returned, jit_engine):
    with pytest.raises(TypeError, match="expected"):
        jit(lambda x: returned)([1.0])


# --- arguments ---


@pytest.mark.parametrize(
    "arrays, error, match",
    [
        ((np.ones((2, 2, 2)),), ValueError, r"argument 0.*\(2, 2, 2\)"),
        (([1.0, 2.0], [1.0]), ValueError, r"argument 1.*\(2,\).*\(1,\)"),
        (([],), ValueError, r"argument 0.*\(0,\)"),
        ((np.array([Value(1.0)]),), TypeError, r"argument 0.*object"),
        ((["a"],), TypeError, "argument 0"),
        (([1j],), TypeError, "argument 0.*complex"),
    ],
)
def test_bad_arrays(arrays, error, match, jit_engine):
    with pytest.raises(error, match=match):
        jit(lambda *xs: Value(1.0))(*arrays)


@pytest.mark.parametrize("kind", ["int8", "uint16", "bool", "float32", ">f8"])
def test_anything_that_becomes_float64(kind, jit_engine):
    x = np.array([[1, 0], [1, 1]]).astype(kind)
    f = jit(lambda x: x[0] - 2 * x[1])
    assert f(x).tolist() == f(np.asfortranarray(x)).tolist() == f(x[:, ::1]).tolist() == [1.0, -1.0]


def test_results(jit_engine):
    one, some = jit(lambda x: x), jit(lambda x: [x, x * 2])
    assert one([1.0, 2.0]).shape == (2,)
    assert some([1.0, 2.0]).shape == (2, 2)
    assert one([1.0]).dtype == some([1.0]).dtype == np.float64
    for refused in (some.backward, lambda x: some.fit(x, optimizer=None)):
        with pytest.raises(TypeError, match="single Value"):
            refused([1.0])


def test_results_that_are_not_finite():
    f = jit(lambda x: (x * 1e308 * 1e308).exp() - x.log())
    assert np.isnan(f([-1.0])).all()
    assert f([0.5, 1.0]).tolist() == [np.inf, np.inf]
    with pytest.raises(FloatingPointError, match="example 1: '\\*' is inf"):
        jit(lambda x: x * 1e308 * 1e308)([0.0, 1.0], check_finite=True)


def test_check_finds_a_difference():
    w = Value(2.0)
    calls = []

    def f(x):
        calls.append(None)
        return x * w * len(calls)  # a different function at each call

    with pytest.raises(AssertionError, match="value"):
        jit(f).check([1.0])


def test_repr_and_explain(jit_engine, capsys):
    w = Value(2.5, label="slope")
    f = jit(lambda x, y: (w * x[0] - y).relu() * 0.75)
    assert "not traced" in repr(f)
    f.explain()
    assert "not traced" in capsys.readouterr().out
    f(*data())
    assert "1 parameters, 1 outputs" in repr(f)
    assert f.explain() is None
    text = capsys.readouterr().out
    for part in ("relu(", "parameter, now 2.5", "constant 0.75", "outputs: "):
        assert part in text
    assert ("argument 1" in text and "'slope'" in text) == (jit_engine == "c")


# --- fit ---


@pytest.mark.parametrize("make", OPTIMIZERS)
@pytest.mark.parametrize("batch_size, shuffle", [(None, True), (8, True), (8, False), (1, False)])
def test_fit_is_backward_and_step(make, batch_size, shuffle):
    x, y = data()
    results = []
    for by_hand in (True, False):
        random.seed(3)
        model = MLP(2, [4, 1])
        loss, optimizer = squared_error(model), make(model.parameters())
        if by_hand:
            rng, losses = np.random.default_rng(7), []
            for _ in range(4):
                order = rng.permutation(len(x)) if shuffle and batch_size else np.arange(len(x))
                total, size = 0.0, batch_size or len(x)
                for i in range(0, len(x), size):
                    rows = order[i : i + size]
                    optimizer.zero_grad()
                    total += loss.backward(x[rows], y[rows]) * len(rows)
                    optimizer.step()
                losses.append(total / len(x))
        else:
            losses = loss.fit(
                x, y, optimizer=optimizer, epochs=4, batch_size=batch_size, shuffle=shuffle, seed=7
            )
        state = np.concatenate([*optimizer.state.values(), [p.grad for p in model.parameters()]])
        results.append(([p.data for p in model.parameters()], state, optimizer.step_count, losses))
    (data1, state1, steps1, losses1), (data2, state2, steps2, losses2) = results
    assert data1 == data2
    assert state1.tolist() == state2.tolist()
    assert steps1 == steps2
    assert losses1 == pytest.approx(losses2, rel=1e-15)


def test_fit_on_the_python_engine(monkeypatch):
    x, y = data()
    losses = []
    for program in (None, InterpretedProgram):
        if program:
            monkeypatch.setattr(sys.modules["micrograd_c.jit.programs"], "Program", program)
        random.seed(3)
        model = MLP(2, [3, 1])
        adam = optim.Adam(model.parameters(), lr=0.05)
        losses.append(squared_error(model).fit(x, y, optimizer=adam, epochs=3, batch_size=8))
    assert losses[0] == pytest.approx(losses[1], rel=1e-12)


def test_optimizer_of_other_parameters(jit_engine):
    a, b, other = Value(2.0), Value(3.0), Value(4.0)
    f = jit(lambda x: a * b * x)
    f.fit([1.0], optimizer=optim.SGD([other, a], lr=0.1, weight_decay=0.5), epochs=2)
    assert b.data == 3.0
    assert a.data == (2.0 - 0.1 * (3.0 + 0.5 * 2.0)) * 1.0 - 0.1 * (3.0 + 0.5 * 1.6)
    assert other.data == pytest.approx(4.0 * 0.95**2)


def test_callback_stops(jit_engine):
    w = Value(1.0)
    seen = []

    def callback(epoch, loss):
        seen.append((epoch, loss, w.data))
        return epoch == 1

    f = jit(lambda x: w * x)
    losses = f.fit([1.0], optimizer=optim.SGD([w], lr=0.5), epochs=9, callback=callback)
    assert losses == [1.0, 0.5]
    assert seen == [(0, 1.0, 0.5), (1, 0.5, 0.0)]


@pytest.mark.parametrize(
    "options, error",
    [
        ({"epochs": -1}, ValueError),
        ({"epochs": 1.5}, TypeError),
        ({"batch_size": 0}, ValueError),
        ({"threads": 0}, ValueError),
        ({"optimizer": "sgd"}, TypeError),
    ],
)
def test_bad_options(options, error, jit_engine):
    w = Value(1.0)
    options = {"optimizer": optim.SGD([w], lr=0.5), **options}
    with pytest.raises(error):
        jit(lambda x: w * x).fit([1.0], **options)
    assert w.data == 1.0


def test_long_epochs_are_run_in_several_calls(monkeypatch):
    monkeypatch.setattr(sys.modules["micrograd_c.jit.fit"], "PATIENCE", 0.0)
    x, y = data(100)
    results = []
    for shuffle in (True, False):
        model = MLP(2, [3, 1])
        loss = squared_error(model)
        sgd = optim.SGD(model.parameters(), lr=0.0)
        results += loss.fit(x, y, optimizer=sgd, epochs=2, batch_size=7, shuffle=shuffle)
        assert results[-1] == pytest.approx(loss(x, y).mean())
        assert sgd.step_count == 30


def test_several_threads_at_once():
    from concurrent.futures import ThreadPoolExecutor

    x, y = data(500)
    loss = squared_error(MLP(2, [8, 1]))
    expected = loss(x, y).tolist()
    with ThreadPoolExecutor(4) as pool:
        for got in pool.map(lambda _: loss(x, y).tolist(), range(40)):
            assert got == expected


def test_python_engine_in_a_process_of_its_own():
    code = (
        "import micrograd_c, numpy; from micrograd_c import Value, jit, optim, backend\n"
        "w = Value(2.0); f = jit(lambda x: w * x)\n"
        "f.check([1.0]); print(backend, f([3.0]).tolist(), f.backward([1.0]), w.grad)\n"
        "print(f.fit([1.0], optimizer=optim.SGD([w], lr=1.0), epochs=2), f)"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={**os.environ, "MICROGRAD_C_BACKEND": "python"},
    ).stdout  # fmt: skip
    assert out.splitlines() == [
        "python [6.0] 2.0 1.0",
        "[2.0, 1.0] <jit <lambda>: 1 parameters, 1 outputs, run row by row>",
    ]

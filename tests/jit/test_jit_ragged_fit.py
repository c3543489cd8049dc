"""jit's fit on rows of several lengths, and what is wrong with such rows."""

import copy
import math
import sys

import numpy as np
import pytest
from jit_tools import PairLoss, ragged_pairs

from micrograd_c import TraceError, functional, jit, optim, take
from micrograd_c.engine import Value
from micrograd_c.lr_scheduler import LinearLR

jit_fit = sys.modules["micrograd_c.jit.fit"]

OPTIMIZERS = {
    "sgd": lambda ps: optim.SGD(ps, lr=0.002, momentum=0.9, dampening=0.1, weight_decay=0.01),
    "adam": lambda ps: optim.Adam(ps, lr=0.05, weight_decay=0.01, amsgrad=True),
    "adamw": lambda ps: optim.AdamW(ps, lr=0.05),
    "rmsprop": lambda ps: optim.RMSprop(ps, lr=0.01, momentum=0.5, centered=True),
}
each_optimizer = pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)


def state_of(loss, optimizer):
    """All numbers that training changes."""
    arrays = [functional.get_data(loss.parameters), functional.get_grad(loss.parameters)]
    arrays += [optimizer.state[name] for name in optimizer.state_names]
    return [optimizer.step_count, *(x for array in arrays for x in array.tolist())]


# --- the same numbers as other ways to train ---


@each_optimizer
def test_one_by_one_is_eager_training_to_the_bit(make, jit_engine):
    """Embeddings of places that an example does not reach have the gradient 0, and are stepped."""
    x, y = ragged_pairs(15)
    loss, states, losses = PairLoss(), [], []
    optimizer = make(loss.parameters)
    losses = jit(loss).fit(x, y, optimizer=optimizer, epochs=2, batch_size=1, shuffle=False)
    states.append(state_of(loss, optimizer))

    eager = PairLoss()
    optimizer, sums = make(eager.parameters), []
    for _ in range(2):
        sums.append(0.0)
        for a, b in zip(x, y):
            optimizer.zero_grad()
            result = eager(a, b.tolist())
            result.backward()
            optimizer.step()
            sums[-1] += result.data
    states.append(state_of(eager, optimizer))
    assert states[0] == states[1]
    assert losses == [total / len(x) for total in sums]


def test_a_short_example_after_a_long_one(jit_engine):
    """The program of the short one has more uniform values than all have parameters."""
    ps = [Value(0.5), Value(0.25)]

    def f(x):
        u = ps[0]
        for _ in range(5):
            u = u * ps[0] + u
        return sum(v * p for v, p in zip(x, ps)) * u

    sgd = optim.SGD(ps, lr=0.1, momentum=0.5)
    rows = [[1.0], [1.0, 2.0], [3.0]]
    jit(f).fit(rows, optimizer=sgd, batch_size=1, shuffle=False)
    ours = [p.data for p in ps]
    assert ps[1].grad == 0.0
    ps = [Value(0.5), Value(0.25)]
    sgd = optim.SGD(ps, lr=0.1, momentum=0.5)
    for row in rows:
        sgd.zero_grad()
        f(row).backward()
        sgd.step()
    np.testing.assert_allclose(ours, [p.data for p in ps], rtol=1e-12)


@each_optimizer
@pytest.mark.parametrize("batch_size", [1, 4, None])
def test_fit_is_backward_and_step_for_each_batch(make, batch_size, jit_engine):
    x, y = ragged_pairs(14, seed=2)
    loss, by_hand = PairLoss(), PairLoss()
    optimizer = make(loss.parameters)
    losses = jit(loss).fit(x, y, optimizer=optimizer, epochs=3, batch_size=batch_size, seed=5)
    state = state_of(loss, optimizer)

    f, optimizer, sums = jit(by_hand), make(by_hand.parameters), []
    rng, size = np.random.default_rng(5), batch_size or len(x)
    f(x, y)  # so that the order of the parameters is known for all lengths
    for _ in range(3):
        order = rng.permutation(len(x)) if batch_size else range(len(x))
        sums.append(0.0)
        for first in range(0, len(x), size):
            rows = list(order[first : first + size])
            optimizer.zero_grad()
            mean = f.backward([x[i] for i in rows], [y[i] for i in rows])
            optimizer.step()
            sums[-1] += mean * len(rows)
    assert state == state_of(by_hand, optimizer)
    np.testing.assert_allclose(losses, np.array(sums) / len(x), rtol=1e-14)


def test_how_long_a_call_into_c_may_take_changes_no_bit(jit_engine, monkeypatch):
    x, y = ragged_pairs(20)
    results = set()
    for patience in (0.0, 1e-4, 1e9):
        monkeypatch.setattr(jit_fit, "PATIENCE", patience)
        loss = PairLoss()
        adam = optim.Adam(loss.parameters)
        scheduler = LinearLR(adam, 1.0, 0.0, total_iters=12)
        losses = jit(loss).fit(
            x, y, optimizer=adam, scheduler=scheduler, epochs=2, batch_size=3, check_finite=True
        )
        results.add((*losses, *state_of(loss, adam), adam.lr, scheduler.last_epoch))
    assert len(results) == 1


def test_threads_change_no_bit():
    rows = [[1.0, 2.0]] * 700 + [[3.0]] * 600
    results = set()
    for threads in (1, 3):
        w = Value(2.0)
        f = jit(lambda x, w=w: (sum(x) * w).tanh())
        sgd = optim.SGD([w], lr=0.1)
        losses = f.fit(rows, optimizer=sgd, epochs=2, threads=threads)
        results.add((*losses, w.data))
    assert len(results) == 1


def test_frozen_and_extra_parameters(jit_engine):
    a, b, extra = Value(1.0), Value(2.0), Value(3.0)
    f = jit(lambda x: sum(v * p for v, p in zip(x, (a, b))) * a)
    sgd = optim.SGD([extra, b], lr=1.0, weight_decay=0.5)
    extra.grad = 5.0
    f.fit([[1.0], [1.0, 4.0]], optimizer=sgd, batch_size=1, shuffle=False)
    assert (a.data, a.grad) == (1.0, 6.0)
    assert (extra.data, extra.grad) == (0.75, 0.0)
    assert (b.data, b.grad) == (1.0 - (4.0 + 0.5), 4.0)


def test_an_optimizer_with_a_rule_in_python(jit_engine):
    class Halves(optim.SGD):
        _rule_is_in_c = False

    results = []
    for kind in (optim.SGD, Halves):
        loss, (x, y) = PairLoss(), ragged_pairs(9)
        sgd = kind(loss.parameters, lr=0.1, momentum=0.5)
        jit(loss).fit(x, y, optimizer=sgd, batch_size=2, epochs=2)
        results.append(state_of(loss, sgd))
    assert results[0] == results[1]


def test_callback_progress_and_shared_arguments(jit_engine):
    w, seen = Value(2.0), []
    f = jit(lambda x, y, scale: (sum(x) * w - y) * scale, in_axes=(0, 0, None))
    f.fit(
        [[1.0], [1.0, 2.0]], [1.0, 2.0], 0.5, optimizer=optim.SGD([w], lr=0.0), epochs=9,
        callback=lambda epoch, loss: seen.append((epoch, loss)) or epoch == 2,
    )  # fmt: skip
    assert seen == [(0, 1.25), (1, 1.25), (2, 1.25)]


# --- what is not finite ---


def test_check_finite_names_the_example(jit_engine):
    w = Value(1.0)
    f = jit(lambda x: (sum(x) * w).log())
    rows = [[1.0, 1.0], [2.0], [-5.0, 1.0], [3.0]]
    with pytest.raises(FloatingPointError, match="example 2: 'log' is nan, the output is nan"):
        f(rows, check_finite=True)
    for call in f.backward, f.value_and_grad:
        with pytest.raises(FloatingPointError, match="example 2: 'log' is nan"):
            call(rows, check_finite=True)
    assert w.grad == 0.0
    sgd = optim.SGD([w], lr=0.1)
    with pytest.raises(FloatingPointError, match="example 2: 'log' is nan"):
        f.fit(rows, optimizer=sgd, batch_size=1, shuffle=False, check_finite=True)
    assert sgd.step_count == 2
    with pytest.raises(FloatingPointError, match="example 1: the gradient that 'sqrt' passes on"):
        jit(lambda x: (sum(x) * w).sqrt()).backward([[1.0, 1.0], [0.0], [1.0]], check_finite=True)


def test_params_that_are_not_finite(jit_engine):
    w = Value(1.0)
    f = jit(lambda x: sum(x) * w)
    with pytest.raises(FloatingPointError, match="example 0: .*is inf"):
        f.value_and_grad([[1.0, 1.0], [2.0]], params=[math.inf], check_finite=True)


# --- what is refused ---

TABLE = [Value(0.0), Value(1.0)]


def add(x, y):
    return sum(x + y)


def look_up(x, y):
    return sum(take(TABLE, i) for i in x) + sum(y)


@pytest.mark.parametrize(
    "f, arrays, error, match",
    [
        (add, ([[1.0], []], [1.0, 2.0]), ValueError, "argument 0, example 1: .*an empty row"),
        (add, ([[1.0], [1.0, 2.0]], [1.0]), ValueError, "argument 1: expected 2 .* got 1"),
        (
            add, ([[1.0], [1.0, 2.0]], [[1.0], [1.0, 2.0], [3.0]]), ValueError,
            "argument 1: expected 2 examples, as many as argument 0 has, got 3",
        ),
        (
            add, ([[1.0], [1.0, 2.0]], [[1.0], [1.0, 2.0, 3.0]]), ValueError,
            r"\+ of a Vector of 2 elements .* \(in examples of lengths 2, 3, such as example 1\)",
        ),
        (
            add, ([np.ones((1, 2)), np.ones((2, 2))], [1.0, 2.0]), ValueError,
            r"argument 0, example 0: .* one-dimensional row of numbers, got .*\(1, 2\)",
        ),
        (
            add, ([[1.0, 2.0], 3.0], [1.0, 2.0]), ValueError,
            "argument 0, example 1: .* one-dimensional row of numbers, got float",
        ),
        (add, ([[1.0], [1.0, "a"]], [1.0, 2.0]), TypeError, "argument 0, example 1: .* real"),
        (add, ([[1.0], [1.0, 2j]], [1.0, 2.0]), TypeError, "argument 0, example 1: .* real"),
        (add, ([[1.0], [1.0, None]], [1.0, 2.0]), TypeError, "argument 0, example 1: .*NoneType"),
        (add, (["a", "bc"], [1.0, 2.0]), TypeError, "argument 0, example 0: .* real"),
        (add, ([[1.0], [[1.0], [2.0, 3.0]]], [1.0, 2.0]), ValueError, "argument 0, example 1"),
        (
            add, ([np.ma.masked_array([1.0, 2.0], [0, 1]), [1.0]], [1.0, 2.0]), TypeError,
            "argument 0, example 0: a masked array",
        ),
        (
            add, (np.array([[1.0], [1.0, 2.0]], dtype=object), [1.0, 2.0]), TypeError,
            r"got object .*write list\(x\) for rows of several lengths",
        ),
        (look_up, ([[0], [0, 1], [2]], [1.0, 2.0, 3.0]), TraceError, "no elements; "),
        (
            look_up, ([[0], [0, 1], [2]], [[1.0], [2.0], [3.0]]), IndexError,
            "argument 0, row 2, column 0: expected an index from 0 to 1, of 2 in all, got 2.0",
        ),
        (
            look_up, ([[0], [0, 1], [1, 0.5]], [[1.0], [2.0], [3.0]]), TypeError,
            "argument 0, row 2, column 1: expected a whole number",
        ),
        (
            lambda x, y: sum(x) if x[0] > 0 else y, ([[0], [0, 1]], [1.0, 2.0]), TraceError,
            r"it was compared; .*\(in examples of lengths 1, 1, such as example 0\)",
        ),
        (
            lambda x, y: [sum(x), y], ([[0], [0, 1]], [1.0, 2.0]), TypeError,
            "fit needs a function that returns a single Value",
        ),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:Creating an ndarray from ragged")  # NumPy before 1.24
def test_mistakes_name_the_example(f, arrays, error, match, jit_engine):
    sgd = optim.SGD(TABLE)
    with pytest.raises(error, match=match):
        jit(f).fit(*arrays, optimizer=sgd)
    assert sgd.step_count == 0


def test_rows_are_copies(jit_engine):
    """What a callback writes into a row has no effect any more."""
    w = Value(1.0)
    rows = [np.array([1.0]), np.array([1.0, 2.0])]
    f = jit(lambda x: sum(x) * w)
    losses = f.fit(
        rows, optimizer=optim.SGD([w], lr=0.0), epochs=2,
        callback=lambda *_: rows[0].fill(100.0),
    )  # fmt: skip
    assert losses == [2.0, 2.0]


def test_a_copy_of_the_function_trains_alike(jit_engine):
    loss, (x, y) = PairLoss(), ragged_pairs(6)
    f = jit(loss)
    f(x, y)
    other = copy.deepcopy(f)
    results = []
    for g in (f, other):
        adam = optim.Adam(g._function.parameters)
        results.append(g.fit(x, y, optimizer=adam, epochs=2))
    assert results[0] == results[1]

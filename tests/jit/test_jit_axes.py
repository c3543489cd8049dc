"""jit: arguments that all rows share, single numbers, and functions without rows."""

import copy
import pickle

import numpy as np
import pytest
from jit_tools import ROWS

from micrograd_c import Value, grad, hessian, jit, losses, optim, value_and_grad
from micrograd_c.jit import TraceError
from micrograd_c.nn import MLP


def line(x, slope, offset):
    return slope * x + offset


# --- single numbers ---

SCALARS = [2.0, 2, True + 1, np.float32(2.0), np.array(2.0), np.int64(2)]


@pytest.mark.parametrize("x", SCALARS, ids=repr)
def test_single_numbers_give_a_float(x, jit_engine):
    result = jit(lambda x: x * 3.0)(x)
    assert result == 6.0 and type(result) is float


def test_a_number_beside_arrays_is_shared(jit_engine):
    f = jit(line)
    assert f([1.0, 2.0], 10.0, [0.5, 0.25]).tolist() == [10.5, 20.25]
    assert f(2.0, 10.0, [0.5, 0.25]).tolist() == [20.5, 20.25]
    assert f(2.0, 10.0, 1.0) == 21.0


def test_results_without_rows_have_no_first_axis(jit_engine):
    f = jit(lambda x: {"list": [x, x * 2.0], "one": (x, [x, x]), "rows": [[x, x]] * 3})
    result = f(5.0)
    assert result["list"].tolist() == [5.0, 10.0]
    assert result["one"][0] == 5.0 and type(result["one"][0]) is float
    assert result["one"][1].tolist() == [5.0, 5.0]
    assert result["rows"].shape == (3, 2)


@pytest.mark.parametrize("bad", ["a", None, 1j, {}])
def test_what_is_no_number_is_refused(bad, jit_engine):
    with pytest.raises(TypeError, match="argument 1"):
        jit(line)([1.0], bad, 1.0)


# --- without arguments ---


def test_a_loss_without_arguments(jit_engine):
    w = [Value(3.0), Value(-1.0)]
    loss = jit(lambda: (w[0] - 1.0) ** 2 + (w[1] + 4.0) ** 2)
    assert loss() == 13.0 and type(loss()) is float
    assert loss.backward() == 13.0
    assert [p.grad for p in w] == [4.0, 6.0]
    mean, gradient = loss.value_and_grad(params=[1.0, 0.0])
    assert (mean, gradient.tolist()) == (16.0, [0.0, 8.0])
    assert jit(lambda: [w[0] * w[1], w[0]]).jacobian().tolist() == [[-1.0, 3.0], [1.0, 0.0]]
    assert jit(lambda: w[0] * w[1]).jacobian().tolist() == [-1.0, 3.0]
    losses_of_epochs = loss.fit(optimizer=optim.SGD(w, lr=0.25), epochs=60)
    assert losses_of_epochs[0] == 13.0
    assert [p.data for p in w] == pytest.approx([1.0, -4.0])
    loss.check()


def test_there_are_no_batches_without_rows(jit_engine):
    w = Value(1.0)
    with pytest.raises(ValueError, match="batch_size=2: there are no rows"):
        jit(lambda: w * w).fit(optimizer=optim.SGD([w]), batch_size=2)
    with pytest.raises(ValueError, match="shuffle=True: there are no rows"):
        jit(lambda: w * w).fit(optimizer=optim.SGD([w]), shuffle=True)


def test_gradients_without_rows(jit_engine):
    w = Value(2.0)
    assert jit(grad(lambda x: w * x**3))(2.0) == 24.0
    assert jit(hessian(lambda x: x[0] * x[1] ** 2), in_axes=None)([1.0, 2.0]).tolist() == [
        [0.0, 4.0],
        [4.0, 2.0],
    ]
    value, gradient = jit(value_and_grad(lambda x: x**2))(3.0)
    assert (value, gradient) == (9.0, 6.0)


# --- in_axes ---


@pytest.mark.parametrize("n", ROWS)
def test_shared_arrays_of_each_shape(n, jit_engine):
    rng = np.random.default_rng(n)
    x, b, scale = rng.normal(size=(n, 3)), rng.normal(size=2), 1.5
    A = rng.normal(size=(2, 3))

    def f(x, A, b, scale):
        return [(row @ x + bias) * scale for row, bias in zip(A, b)]

    every = jit(f, in_axes=(0, None, None, None))
    assert every(x, A, b, scale) == pytest.approx((x @ A.T + b) * scale, rel=1e-12, abs=1e-14)
    every.check(x, A, b, scale)
    every.check(x, np.asfortranarray(A), b.tolist(), scale)  # another order in memory


def test_shared_arguments_come_in_any_place(jit_engine):
    f = jit(lambda p, x, q, y: (p[0] * x + q * y) * p[1], in_axes=(None, 0, None, 0))
    x, y = np.arange(5.0), np.ones(5)
    assert f([2.0, 3.0], x, 10.0, y).tolist() == ((2.0 * x + 10.0 * y) * 3.0).tolist()
    f.check([2.0, 3.0], x, 10.0, y)


def test_one_entry_for_all_arguments(jit_engine):
    assert jit(line, in_axes=0)([1.0], [2.0], [3.0]).tolist() == [5.0]
    assert jit(lambda x, y: x @ y, in_axes=None)([1.0, 2.0], [3.0, 4.0]) == 11.0


def test_each_call_reads_the_shared_argument_anew(jit_engine):
    f = jit(lambda x, p: x * p[0], in_axes=(0, None))
    assert f([1.0, 2.0], [3.0]).tolist() == [3.0, 6.0]
    assert f([1.0, 2.0], [4.0]).tolist() == [4.0, 8.0]


def test_one_gradient_a_row_for_a_shared_argument(jit_engine):
    f = jit(grad(lambda x, p: (p @ x) ** 2, argnums=1), in_axes=(0, None))
    x, p = np.array([[1.0, 2.0], [3.0, -1.0]]), [0.5, 2.0]
    assert f(x, p).tolist() == [[9.0, 18.0], [-3.0, 1.0]]


def test_parameters_given_as_an_argument_make_a_layer():
    """A net whose weights are an argument, as in JAX, still computes whole layers."""
    rng = np.random.default_rng(0)
    W, b, X = rng.normal(size=(4, 3)), rng.normal(size=4), rng.normal(size=(20, 3))
    f = jit(lambda W, b, x: [(w @ x + c).relu() for w, c in zip(W, b)], in_axes=(None, None, 0))
    assert f(W, b, X) == pytest.approx(np.maximum(X @ W.T + b, 0.0), rel=1e-12)


def test_fit_neither_shuffles_nor_cuts_shared_arguments(jit_engine):
    rng = np.random.default_rng(0)
    x, target, c = rng.normal(size=12), rng.normal(size=12), np.array([0.5, 2.0])
    results = []
    for columns in (False, True):
        w = Value(0.0)
        if columns:
            loss = jit(lambda x, y, c, w=w: (w * c[0] * x - y * c[1]) ** 2)
            given = x, target, np.tile(c, (12, 1))
        else:
            loss = jit(lambda x, y, c, w=w: (w * c[0] * x - y * c[1]) ** 2, in_axes=(0, 0, None))
            given = x, target, c
        per_epoch = loss.fit(*given, optimizer=optim.Adam([w]), epochs=3, batch_size=5, seed=1)
        mean, gradient = loss.value_and_grad(*given)
        results.append([*per_epoch, w.data, mean, *gradient])
        loss.backward(*given)
        assert w.grad != 0.0
    assert results[0] == pytest.approx(results[1], rel=1e-12)


@pytest.mark.parametrize("threads", [1, 3])
def test_threads_share_it(threads):
    rng = np.random.default_rng(0)
    x, c = rng.normal(size=(2000, 2)), np.array([1.5, -0.5])
    net = MLP(2, [4, 1])
    loss = jit(lambda x, c: (net(x) - c @ x) ** 2, in_axes=(0, None))
    before = [p.data for p in net.parameters()]
    losses_of_epochs = loss.fit(
        x, c, optimizer=optim.SGD(net.parameters()), epochs=2, threads=threads
    )
    for p, data in zip(net.parameters(), before):
        p.data = data
    assert losses_of_epochs == loss.fit(x, c, optimizer=optim.SGD(net.parameters()), epochs=2)


BAD_AXES = [1, -1, True, "0", (0, 1), (0, True), 0.0, 0.5, {}]


@pytest.mark.parametrize("in_axes", BAD_AXES, ids=repr)
def test_other_axes_are_refused(in_axes):
    with pytest.raises(ValueError, match="in_axes: expected 0 .* and None"):
        jit(lambda x, y: x * y, in_axes=in_axes)
    with pytest.raises(ValueError, match="in_axes: expected 0 .* and None"):
        jit(in_axes=in_axes)


def test_an_entry_for_each_argument(jit_engine):
    with pytest.raises(ValueError, match="in_axes: .* got 2 for 3 arguments"):
        jit(line, in_axes=(0, None))([1.0], 2.0, 3.0)


def test_shapes_that_do_not_fit(jit_engine):
    f = jit(lambda x, y: x * y[0], in_axes=(0, None))
    with pytest.raises(ValueError, match=r"argument 1: .* \(k,\) or \(m, k\) .* \(1, 1, 1\)"):
        f([1.0], [[[1.0]]])
    with pytest.raises(ValueError, match=r"argument 0: .*at least one row"):
        f([], [1.0])
    with pytest.raises(ValueError, match=r"argument 2: .*argument 1 of shape \(2,\).*in_axes"):
        jit(line)(1.0, [1.0, 2.0], [1.0])


def test_branching_on_a_shared_argument_is_a_trace_error(jit_engine):
    f = jit(lambda x, y: x if y > 0 else -x, in_axes=(0, None))
    with pytest.raises(TraceError, match="instead of branching"):
        f([1.0], 2.0)


def test_rules_of_losses_hold_for_shared_targets(jit_engine):
    scores = np.ones((2, 3))
    f = jit(lambda x, y: losses.cross_entropy(x, y), in_axes=(0, None))
    assert f(scores, 2).shape == (2,)
    with pytest.raises((ValueError, IndexError), match=r"argument 1: .*got 7"):
        f(scores, 7)
    several = jit(
        lambda x, y: losses.cross_entropy(x, y[0]) + losses.cross_entropy(x, y[1]),
        in_axes=(0, None),
    )
    with pytest.raises((ValueError, IndexError), match=r"argument 1\[1\]: .*got 7"):
        several(scores, [0, 7])


def test_check_finite_names_the_row(jit_engine):
    f = jit(lambda x, y: (x - y).log(), in_axes=(0, None))
    with pytest.raises(FloatingPointError, match="example 1: 'log'"):
        f([3.0, 1.0], 2.0, check_finite=True)
    with pytest.raises(FloatingPointError, match="example 0: 'log'"):
        f(1.0, 2.0, check_finite=True)


# --- other ways to call it ---


def test_as_a_decorator_with_options(jit_engine):
    @jit(in_axes=(0, None))
    def scaled(x, by):
        return x * by[0]

    assert scaled.__name__ == "scaled"
    assert scaled([1.0, 2.0], [3.0]).tolist() == [3.0, 6.0]


class Model:
    def __init__(self):
        self.w = Value(2.0)

    @jit(in_axes=(0, None))
    def scaled(self, x, by):
        return self.w * x * by[0]


def test_methods(jit_engine):
    assert Model().scaled([1.0, 2.0], [3.0]).tolist() == [6.0, 12.0]


W = Value(2.0)


def shifted(x, by):
    return x * W + by[0]


@pytest.mark.parametrize("remake", [copy.deepcopy, lambda f: pickle.loads(pickle.dumps(f))])
def test_copies_keep_axes_and_parameters(remake, jit_engine):
    again = remake(jit(shifted, in_axes=(0, None), parameters=[W]))
    assert again([1.0], [3.0]).tolist() == [5.0]
    assert [p.data for p in again.parameters] == [2.0]


def test_within_another_jitted_function(jit_engine):
    w = Value(3.0)
    inner = jit(lambda x, rows: sum((row @ x for row in rows), w), in_axes=(0, None))
    outer = jit(lambda x, y: inner(x, [[y, 1.0], [2.0, y]]))
    assert outer([[1.0, 2.0]], [5.0]).tolist() == [5.0 + 2.0 + 2.0 + 10.0 + 3.0]
    outer.check([[1.0, 2.0]], [5.0])


def test_a_call_without_rows_is_inlined(jit_engine):
    """Its parameters stay parameters: their values are no constants of the outer function."""
    w = Value(3.0)
    penalty, scaled = jit(lambda: w * w), jit(lambda x: w * x)
    outer = jit(lambda x: x + penalty() + scaled(2.0))
    assert outer([1.0]).tolist() == [16.0]
    w.data = 1.0
    assert outer([1.0]).tolist() == [4.0]
    assert outer.value_and_grad([1.0])[1].tolist() == [4.0]
    outer.check([1.0, 2.0])
    squared = jit(lambda x: x.exp() * w)  # it gets Values, also of numbers
    jit(lambda x: x * squared(2.0)).check([1.0])


def test_gradients_within_a_jitted_function_stay_refused(jit_engine):
    loss = jit(lambda: W * W)
    for call in (loss.backward, loss.value_and_grad, loss.jacobian):
        with pytest.raises(TraceError, match="inside of a jitted function"):
            jit(lambda x, call=call: x + call())([1.0])


def test_explain_shows_where_shared_arguments_are(capsys):
    f = jit(lambda p, x: p[0] * x + p[1], in_axes=(None, 0))
    f([1.0, 2.0], [3.0])
    f.explain()
    text = capsys.readouterr().out
    assert "r0 = argument 1" in text
    assert "u1..2 = argument 0" in text

"""jit: batches of any number of rows; the last block of rows may be full or not."""

import math
import random

import numpy as np
import pytest
from jit_tools import batch, hinge

from micrograd_c import functional, jit, optim
from micrograd_c.engine import Value
from micrograd_c.nn import MLP
from micrograd_c.parity.compare import bits

ROWS = [*range(1, 38), 256, 257, 275, 523]


def of_operators():
    """A function with all kinds of instructions but layers, and all operators that call libm."""
    w, v, k = Value(0.7), Value(-0.3), Value(1.5)

    def f(x, y):
        z = x * w + v
        made = [z * y, y * y + w, (x * x + 1.0) ** v, (y * y + 0.5) ** k, (x * x + 1) ** -1]
        made += [x.exp() * w, (x * x + 1.0).log(), (y * y + 1.0).sqrt(), z.softplus(), z.sin()]
        made += [z.cos(), z.tan(), z.tanh(), z.sigmoid(), (z.tanh() * 0.9).asin(), z.atan2(y)]
        made += [z.sinh(), z.cosh(), z.erf(), z.expm1(), (z * z).log1p(), z.maximum(v), z.abs()]
        made += [(z.tanh() * 0.9).acos(), z.atan(), functional.minimum(w, y), k**z, z.leaky_relu()]
        return functional.total(made) * 0.1 + functional.total(made[:5]) * v

    return f, [w, v, k], (None, None)


def of_layers():
    random.seed(3)
    model = MLP(5, [9, 8, 17, 1])

    def f(x, y):
        return (model(x) - y) ** 2 + 1e-3 * functional.total([p * p for p in model.parameters()])

    return f, model.parameters(), (5, None)


PROGRAMS = {"operators": of_operators, "layers": of_layers}
each = pytest.mark.parametrize("make", PROGRAMS.values(), ids=PROGRAMS)


def gradients_of(loss, parameters, arrays):
    functional.zero_grad(parameters)
    mean = loss.backward(*arrays)
    return np.array([mean, *(p.grad for p in parameters)])


@each
def test_outputs_are_those_of_one_row_to_the_bit(make, kernels):
    f, _, widths = make()
    f, arrays = jit(f), batch(max(ROWS), *widths)
    alone = [f(*(a[i : i + 1] for a in arrays)).item() for i in range(max(ROWS))]
    for n in ROWS:
        out = f(*(np.array(a[:n]) for a in arrays))
        assert list(map(bits, out.tolist())) == list(map(bits, alone[:n])), n


@each
def test_gradients_are_the_mean_of_single_rows(make, kernels):
    f, parameters, widths = make()
    loss, arrays = jit(f), batch(max(ROWS), *widths, seed=1)
    alone = [
        gradients_of(loss, parameters, [a[i : i + 1] for a in arrays]) for i in range(max(ROWS))
    ]
    for n in ROWS:
        expected = np.mean(alone[:n], axis=0)
        got = gradients_of(loss, parameters, [np.array(a[:n]) for a in arrays])
        assert got == pytest.approx(expected, rel=1e-12, abs=1e-12 * abs(expected).max()), n


@each
def test_the_same_bits_with_all_kernels(make, kernels):
    from micrograd_c._native import lib

    f, parameters, widths = make()
    loss, arrays = jit(f), batch(max(ROWS), *widths, seed=2)
    results = []
    for name in (kernels, "portable"):
        assert lib.mg_use_kernels(name.encode())
        for n in ROWS:
            found = gradients_of(loss, parameters, [a[:n] for a in arrays])
            results.append(list(map(bits, found.tolist())))
    assert results[: len(ROWS)] == results[len(ROWS) :]


# A block that is not full repeats the last row. It must count only once, even if 0 times its
# derivative is NaN.
NOT_FINITE = {
    "product": (lambda x, w: x * w, math.inf),
    "two products": (lambda x, w: x * w + x * w, math.inf),
    "sum of products": (lambda x, w: x * w + w * x + x, -math.inf),
    "log": (lambda x, w: (x * w).log(), 0.0),
    "a layer": (lambda x, w: MLP(1, [1])([x * w]), math.inf),
    "exp": (lambda x, w: (x * w).exp(), 800.0),
    "square": (lambda x, w: (x * w) ** 2, 1e200),
    "not a number": (lambda x, w: x * w + w, math.nan),
}


@pytest.mark.parametrize("f, last", NOT_FINITE.values(), ids=NOT_FINITE)
def test_a_last_row_that_is_not_finite_counts_once(f, last, kernels):
    w = Value(1.0)
    random.seed(4)
    loss = jit(lambda x: f(x, w))
    for n in range(1, 36):
        x = np.linspace(1.0, 2.0, n)
        x[-1] = last
        expected = sum(gradients_of(loss, [w], [x[i : i + 1]]) for i in range(n))
        got = gradients_of(loss, [w], [x])
        assert np.isnan(got).tolist() == np.isnan(expected).tolist(), n
        assert np.isinf(got).tolist() == np.isinf(expected).tolist(), n
        assert (np.sign(got[np.isinf(got)]) == np.sign(expected[np.isinf(got)])).all()


def test_the_weights_of_a_layer_with_an_infinite_input(kernels):
    model = MLP(2, [1])
    w = model.layers[0].neurons[0].w
    loss = jit(lambda x: model(x))
    for n in range(1, 36):
        x = np.ones((n, 2))
        x[-1, 0] = math.inf
        assert not math.isnan(w[0].data)
        gradients_of(loss, model.parameters(), [x])
        assert w[0].grad == math.inf and w[1].grad == pytest.approx(1.0)


def test_memory_behind_the_arrays_is_neither_read_nor_written(kernels):
    """It is NaN, which would spoil the results."""
    w = Value(2.0)
    f = jit(lambda x, y: x[0] * w + x[1] * x[2] + y)
    for n in range(1, 36):
        X, Y = np.full((n + 16, 3), math.nan), np.full(n + 16, math.nan)
        X[:n], Y[:n] = batch(n, 3, None)
        w.grad = 0.0
        out = f(X[:n], Y[:n])
        assert out.shape == (n,) and np.isfinite(out).all()
        assert f.backward(X[:n], Y[:n]) == pytest.approx(out.mean())
        assert w.grad == pytest.approx(X[:n, 0].mean())


@pytest.mark.parametrize("batch_size", [1, 2, 3, 5, 7, 15, 17, 31])
def test_fit_with_batches_that_fill_no_block(batch_size, kernels):
    """``fit`` equals ``backward`` and ``step`` in turn, however many rows the last batch has."""
    x, y = batch(41, 3, None)
    trained = []
    for by_hand in (False, True):
        random.seed(5)
        model = MLP(3, [8, 1])
        sgd, loss = optim.SGD(model.parameters(), lr=0.1), hinge(model)
        if by_hand:
            for first in range(0, len(x), batch_size):
                sgd.zero_grad()
                loss.backward(x[first : first + batch_size], y[first : first + batch_size])
                sgd.step()
        else:
            loss.fit(x, y, optimizer=sgd, epochs=1, batch_size=batch_size, shuffle=False)
        trained.append([bits(p.data) for p in model.parameters()])
    assert trained[0] == trained[1]


def test_check_finite_of_a_block_that_is_not_full(kernels):
    w = Value(1.0)
    loss = jit(lambda x: (x * w).sqrt())
    for n in range(1, 36):
        x = np.linspace(1.0, 2.0, n)
        assert math.isfinite(loss.backward(x, check_finite=True))
        x[-1] = -1.0
        with pytest.raises(FloatingPointError, match=f"example {n - 1}"):
            loss.backward(x, check_finite=True)

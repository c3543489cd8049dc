"""``jit(f, native=True)``: the bits of interpreted programs, in all that a jitted function does."""

import copy
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest
from native_tools import (
    PROGRAMS,
    data_of,
    expression,
    functions,
    make_own_cache,  # noqa: F401
    parameters,
    recursion,
    rows,
    same,
)

from micrograd_c import Value, jit, sigmoid, tanh
from micrograd_c.jit.native import code, limits
from micrograd_c.nn import Layer
from micrograd_c.optim import SGD, Adam

pytestmark = pytest.mark.usefixtures("own_cache")


@pytest.mark.parametrize("make", PROGRAMS, ids=lambda make: make.__name__)
def test_bits(make, jit_engine):
    f = make()
    plain, native = jit(f), jit(f, native=True)
    for n in (1, 3, 21, 600 if jit_engine == "c" else 33):
        arrays = rows(n)
        assert same(native(*arrays), plain(*arrays))
        found, expected = native.value_and_grad(*arrays), plain.value_and_grad(*arrays)
        assert same(found[0], expected[0]) and same(found[1], expected[1]), n


@pytest.mark.parametrize("make", [functions, recursion], ids=lambda make: make.__name__)
def test_bits_of_unusual_numbers(make, jit_engine):
    """Infinities, NaN and huge numbers take the functions that are right for any number."""
    f = make()
    plain, native = jit(f), jit(f, native=True)
    X, Y = rows(21)
    for i, x in enumerate((np.inf, -np.inf, np.nan, 1e300, -1e300, 1e-310, 0.0, -0.0)):
        X[i + 3] = x
    assert np.array_equal(native(X, Y), plain(X, Y), equal_nan=True)
    found, expected = native.value_and_grad(X, Y), plain.value_and_grad(X, Y)
    assert np.array_equal(found[1], expected[1], equal_nan=True)


def test_functions_that_only_write_to_arrays_are_called(jit_engine):
    """gcc 12 took the tanh of an LSTM's cells, as vectors, for a function without effects."""
    width = 24
    gates = Layer(1 + width, 4 * width, nonlin=False)

    def loss(xs):
        hidden, memory = [0.0] * width, [0.0] * width
        for x in xs:
            sums = gates([x, *hidden])
            for k in range(width):
                i, f, g, o = sums[k::width]
                memory[k] = sigmoid(f) * memory[k] + sigmoid(i) * tanh(g)
                hidden[k] = sigmoid(o) * tanh(memory[k])
        return sum(hidden)

    X = np.random.default_rng(1).normal(size=(16, 3))
    assert same(jit(loss, native=True)(X), jit(loss)(X))


def test_libm(jit_engine):
    f = functions()
    plain, native = jit(f, math="libm"), jit(f, math="libm", native=True)
    assert same(native(*rows(21)), plain(*rows(21)))
    assert same(native.value_and_grad(*rows(21))[1], plain.value_and_grad(*rows(21))[1])


def test_gradients_of_a_run_before_do_not_count(jit_engine):
    """A program of shared arguments alone clears only the parameters' gradients before a run."""
    f = recursion()
    plain, native = jit(f, in_axes=None), jit(f, in_axes=None, native=True)
    x = np.array([0.3, -0.2, 0.9])
    expected = plain.value_and_grad(x, 0.5)
    assert np.isnan(native.value_and_grad(np.full(3, np.nan), 0.5)[0])
    for _ in range(2):
        found = native.value_and_grad(x, 0.5)
        assert same(found[0], expected[0]) and same(found[1], expected[1])


def test_a_function_that_ignores_its_rows(jit_engine):
    w = parameters(5)

    def f(x):
        return sum(a.exp() * b for a, b in zip(w, w[1:]))

    plain, native = jit(f, parameters=w), jit(f, parameters=w, native=True)
    for n in (1, 600, 1):
        assert same(native.value_and_grad(np.ones(n))[1], plain.value_and_grad(np.ones(n))[1])


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("make", [expression, functions], ids=lambda make: make.__name__)
def test_fit(make, threads, jit_engine):
    f = make()
    n = 600 if jit_engine == "c" else 40
    results = []
    for native in (False, True):
        loss = jit(f, native=native)
        loss(*rows(2))
        start = data_of(loss.parameters)
        optimizer = Adam(loss.parameters, lr=0.01)
        losses = loss.fit(*rows(n), optimizer=optimizer, epochs=3, batch_size=33, threads=threads)
        results.append((losses, data_of(loss.parameters)))
        for p, x in zip(loss.parameters, start):
            p.data = x
    assert results[0][0] == results[1][0] and same(results[0][1], results[1][1])


def test_backward_adds_to_grad(jit_engine):
    w = Value(2.0)
    loss = jit(lambda x: w * w * x, native=True)
    assert loss.backward([1.0, 3.0]) == 8.0
    assert w.grad == 8.0
    loss.backward([1.0, 3.0])
    assert w.grad == 16.0
    w.data = 5.0
    assert loss([1.0]).tolist() == [25.0]


def test_all_that_jit_does(jit_engine):
    a, b = Value(2.0), Value(-1.0)
    loss = jit(lambda x: [a * x + b, (b * x).exp()], native=True)
    assert loss.jacobian([3.0]).tolist() == [[[3.0, 1.0], [0.0, 3.0 * np.exp(-3.0)]]]
    loss.check([1.0, 2.0])
    assert "parameter" in "\n".join(loss._last_program.explain())
    single = jit(lambda x: (a * x).log(), native=True)
    with pytest.raises(FloatingPointError, match="example 1"):
        single([1.0, -1.0], check_finite=True)
    with pytest.raises(FloatingPointError):
        single.fit([1.0, -1.0], optimizer=SGD([a], lr=0.1), check_finite=True)
    assert a.data == 2.0


def scale(x):
    return x * 3.0


scale = jit(scale, native=True)


def test_copies_stay_native(jit_engine):
    assert pickle.loads(pickle.dumps(scale)) is scale

    class Model:
        @jit(native=True)
        def double(self, x):
            return x * 2.0

    model = copy.deepcopy(Model())
    assert model.double([4.0]).tolist() == [8.0]
    assert model.double._native


def test_a_program_that_is_too_long_stays_interpreted(jit_engine, monkeypatch):
    monkeypatch.setattr(limits, "MOST_STATEMENTS", 3)
    f = functions()
    native = jit(f, native=True)
    with pytest.warns(RuntimeWarning, match="more than 3 take too long to compile; it runs inter"):
        out = native(*rows(5))
    assert same(out, jit(f)(*rows(5)))


@pytest.mark.parametrize("make", PROGRAMS, ids=lambda make: make.__name__)
def test_long_programs(make, jit_engine, monkeypatch):
    """As if they were: tables in place of statements, no block of 16 rows, no one function."""
    monkeypatch.setattr(code, "LONG", 1)
    monkeypatch.setattr(code, "LONGEST", 7)
    f = make()
    plain, native = jit(f), jit(f, native=True)
    for n in (1, 21):
        assert same(native(*rows(n)), plain(*rows(n)))
        found, expected = native.value_and_grad(*rows(n)), plain.value_and_grad(*rows(n))
        assert same(found[0], expected[0]) and same(found[1], expected[1])


def test_a_long_chain_compiles_to_little(jit_engine):
    """10,000 times the same: a loop, in C too."""
    from micrograd_c.jit.native.c_file import CFile

    w, b = Value(0.5), Value(0.25)

    def chain(x):
        for _ in range(1000):
            x = x * w + b
        return x

    f = jit(chain)
    f([1.0])
    file = CFile(f._last_program.listing(f.parameters), "chain", True)
    assert len(file.source()) < 40_000
    native = jit(chain, native=True)
    assert same(native.value_and_grad([1.0, 2.0])[1], f.value_and_grad([1.0, 2.0])[1])


def test_another_process(tmp_path):
    """Finds the library in the cache: it needs no compiler that works."""
    program = (
        "from micrograd_c import Value, jit\n"
        "w = Value(2.0)\n"
        "print(jit(lambda x: w * x + 1.0, native=True)([3.0]).tolist())\n"
    )
    environment = dict(os.environ, MICROGRAD_C_BACKEND="auto")
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True,
                              env=environment, cwd=tmp_path)  # fmt: skip
        assert done.stdout == "[7.0]\n", done.stderr
    assert len(list((tmp_path / "cache").glob("*-*"))) == 1

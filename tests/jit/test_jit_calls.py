"""jit: calls with Values, which run the function itself; class methods, partials, pickles."""

import functools
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest

from micrograd_c import TraceError, jit, no_grad, optim
from micrograd_c.engine import Value
from micrograd_c.nn import MLP

W = Value(2.0)
X = [1.0, 2.0]


@jit
def line(x, y):
    return W * x - y


@jit
def norm(x):
    return (x * 1) @ x


# --- called with Values ---


def test_a_jitted_function_in_a_jitted_function(jit_engine):
    W.grad = 0.0
    f = jit(lambda x, y: line(x, y) ** 2 + line(W, 3.0) + line(1.0, y))
    assert f(X, [3.0, 4.0]).tolist() == [1 + 1 - 1.0, 0 + 1 - 2.0]
    f.check(X, [3.0, 4.0])
    by_hand = jit(lambda x, y: (W * x - y) ** 2 + W * W - 3.0 + W * 1.0 - y)
    grads = []
    for function in (f, by_hand):
        W.grad = 0.0
        function.backward(X, [3.0, 4.0])
        grads.append(W.grad)
    assert grads[0] == pytest.approx(grads[1], rel=1e-15) and grads[0] != 0.0
    W.grad = 0.0


def test_rows_in_a_jitted_function(jit_engine):
    row = [[1.0, 2.0], [3.0, 4.0]]
    for f in (
        lambda x: norm(x),
        lambda x: norm([x[0], x[1]]),
        lambda x: norm((x[0], x[1])),
        lambda x: norm(np.array(list(x))),
        lambda x: jit(jit(lambda x: norm(x)))(x),
    ):
        assert jit(f)(row).tolist() == [5.0, 25.0]
    assert jit(lambda x: norm([x[0], W, 3.0]))(row).tolist() == [14.0, 22.0]


def test_with_values_outside_of_a_trace(jit_engine):
    x, y = Value(3.0), Value(1.0)
    out = line(x, y)
    out.backward()
    assert (out.data, x.grad, y.grad) == (5.0, 2.0, -1.0)
    W.grad = 0.0
    assert line(x, 1).data == line(3.0, y).data == 5.0
    assert norm([x, 1.0]).data == norm((x, y)).data == 10.0
    with no_grad():
        assert line(x, y)._prev == ()


def test_errors_are_the_functions_own(jit_engine):
    with pytest.raises(TypeError, match="missing 1 required"):
        line(Value(1.0))
    with pytest.raises(ValueError, match="argument 0.*got \\(1, 1, 1\\)"):
        line([[[1.0]]], 2.0)
    with pytest.raises(TypeError, match="argument 0.*object"):
        norm(np.array([Value(1.0)]))
    inner = jit(lambda x: x if x > 0 else -x)
    with pytest.raises(TraceError, match=rf":{inner.__wrapped__.__code__.co_firstlineno}: "):
        jit(lambda x: inner(x))([1.0])
    for call in (line.backward, functools.partial(line.fit, optimizer=optim.SGD([W], lr=0.1))):
        with pytest.raises(TypeError, match="argument 0"):
            call(Value(1.0), Value(2.0))


def test_batches_in_a_jitted_function_are_run(jit_engine):
    assert jit(lambda x: x + float(line(X, X).sum()))([1.0]).tolist() == [4.0]


# --- kinds of methods ---


class Scaled:
    scale = Value(3.0)

    @classmethod
    @jit
    def inner(cls, x):
        return cls.scale * x

    @jit
    @classmethod
    def outer(cls, x):
        return cls.scale * x

    @staticmethod
    @jit
    def static_inner(x):
        return W * x

    @jit
    @staticmethod
    def static_outer(x):
        return W * x


class MoreScaled(Scaled):
    scale = Value(5.0)


@pytest.mark.parametrize("name", ["inner", "outer", "static_inner", "static_outer"])
def test_class_and_static_methods(name, jit_engine):
    for owner in (Scaled, Scaled(), MoreScaled, MoreScaled()):
        scale = W if name.startswith("static") else owner.scale
        method = getattr(owner, name)
        assert method(X).tolist() == [scale.data, 2 * scale.data]
        assert method(Value(2.0)).data == 2 * scale.data
        if name == "inner" and sys.version_info >= (3, 13):
            continue  # a plain bound method there, whose .backward does not know the class
        scale.grad = 0.0
        assert method.backward(X) == 1.5 * scale.data
        assert scale.grad == 1.5
        method.check(X)
        assert getattr(owner, name) is method
    W.grad = Scaled.scale.grad = MoreScaled.scale.grad = 0.0


def test_a_class_method_as_newer_pythons_call_it(jit_engine):
    """From CPython 3.13 on, classmethod binds its object without calling the object's __get__."""
    inner = Scaled.__dict__["inner"].__func__
    assert inner(Scaled, X).tolist() == [3.0, 6.0]
    assert inner(MoreScaled, X).tolist() == [5.0, 10.0]
    assert inner(Scaled, Value(2.0)).data == 6.0


def test_instances_without_a_dict_have_class_methods(jit_engine):
    class Slotted:
        __slots__ = ()

        @jit
        @classmethod
        def double(cls, x):
            return x * 2

    assert Slotted().double(X).tolist() == Slotted.double(X).tolist() == [2.0, 4.0]


def test_partials_and_callables(jit_engine):
    def scaled(w, x, by=1.0):
        return w * x * by

    class Doubling:
        def __call__(self, x):
            return x * 2

    for f, expected in (
        (jit(functools.partial(scaled, W)), [2.0, 4.0]),
        (jit(functools.partial(scaled, W, by=0.5)), [1.0, 2.0]),
        (functools.partial(jit(scaled), [3.0, 3.0]), [3.0, 6.0]),
        (jit(Doubling()), [2.0, 4.0]),
        (jit(Doubling().__call__), [2.0, 4.0]),
        (jit(jit(lambda x: x * 2)), [2.0, 4.0]),
        (jit(abs), [1.0, 2.0]),
    ):
        assert f(X).tolist() == expected
    model = MLP(2, [3, 1])
    assert jit(model)([[1.0, 2.0]]).tolist() == [model([1.0, 2.0]).data]
    for wrong in (None, 3, classmethod(3), staticmethod("f")):
        with pytest.raises(TypeError, match="expected a function of Values"):
            jit(wrong)


# --- pickles by value ---

BY_VALUE = """
import functools, pickle, sys
from micrograd_c import Value, jit
w = Value(3.0)

@jit
def f(x):
    return w * x if f else x  # a function that refers to itself

@jit
def g(x):
    return f(x) * 2

class Line:
    def __init__(self):
        self.slope = Value(2.0)

    @jit
    def loss(self, x):
        return self.slope * x

    @jit
    @classmethod
    def double(cls, x):
        return 2 * x
"""

JOBLIB = """
import joblib

if __name__ == "__main__":
    line = Line()
    run = joblib.Parallel(n_jobs=2)
    for job in (f, g, line.loss, lambda x: f(x) + g(x) + line.loss(x)):
        print([out.tolist() for out in run(joblib.delayed(job)([1.0 * i]) for i in (1, 2))])
"""

CLOUDPICKLE = """
import cloudpickle

sys.stdout.buffer.write(cloudpickle.dumps([f, g, Line().loss, Line(), Line.double]))
"""


@pytest.mark.parametrize("backend", ["c", "python"])
def test_a_jitted_function_of_main_in_joblib(backend, tmp_path):
    pytest.importorskip("joblib")
    if os.environ.get("MICROGRAD_C_BACKEND") == "python" and backend == "c":
        pytest.skip("MICROGRAD_C_BACKEND asks for the Python engine alone")
    program = tmp_path / "program.py"
    program.write_text(BY_VALUE + JOBLIB)
    env = {**os.environ, "MICROGRAD_C_BACKEND": backend}
    out = subprocess.run(
        [sys.executable, str(program)], capture_output=True, text=True, check=True, env=env
    ).stdout
    assert out.splitlines() == [
        "[[3.0], [6.0]]", "[[6.0], [12.0]]", "[[2.0], [4.0]]", "[[11.0], [22.0]]"
    ]  # fmt: skip


def test_a_jitted_function_of_main_in_cloudpickle(tmp_path):
    pytest.importorskip("cloudpickle")
    program = tmp_path / "program.py"
    program.write_text(BY_VALUE + CLOUDPICKLE)
    out = subprocess.run([sys.executable, str(program)], capture_output=True, check=True).stdout
    f, g, loss, other, double = pickle.loads(out)
    got = [h([2.0]).tolist() for h in (f, g, loss, other.loss, double, type(other).double)]
    assert got == [[6.0], [12.0], [4.0], [4.0], [4.0], [4.0]]


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="inner is no jitted method there")
@pytest.mark.parametrize("owner", [Scaled, MoreScaled])
@pytest.mark.parametrize("name", ["inner", "outer"])
def test_class_methods_are_pickled_by_name(name, owner):
    method = getattr(owner, name)
    assert pickle.loads(pickle.dumps(method)) is method
    cloudpickle = pytest.importorskip("cloudpickle")
    assert pickle.loads(cloudpickle.dumps(method)) is method


def test_functions_of_modules_are_pickled_by_name():
    assert b"test_jit_calls" in pickle.dumps(line) and pickle.loads(pickle.dumps(line)) is line
    cloudpickle = pytest.importorskip("cloudpickle")
    assert pickle.loads(cloudpickle.dumps(line)) is line
    module = sys.modules[__name__]
    cloudpickle.register_pickle_by_value(module)
    try:
        copied = pickle.loads(cloudpickle.dumps(line))
    finally:
        cloudpickle.unregister_pickle_by_value(module)
    assert copied is not line and copied([1.0], [1.0]).tolist() == [1.0]

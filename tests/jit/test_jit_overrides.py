"""jit: operators that a program replaces on Value are used, as in eager programs."""

import pytest

from micrograd_c import TraceError, functional, jit, losses, optim, where
from micrograd_c.engine import Value
from micrograd_c.nn import MLP

W, V = Value(3.0), Value(2.0)
MODEL = MLP(2, [2, 1])

PROGRAMS = {
    "2 * x": lambda x: 2 * x, "w * x": lambda x: W * x, "x * w": lambda x: x * W,
    "-x": lambda x: -x, "w - x": lambda x: W - x, "x - w": lambda x: x - W,
    "1 - x": lambda x: 1 - x, "x / w": lambda x: x / W, "w / x": lambda x: W / x,
    "1 / x": lambda x: 1 / x, "1 + x": lambda x: 1 + x, "x + x": lambda x: x + x,
    "sum": lambda x: sum([W, x]), "x ** 2": lambda x: x**2, "x ** w": lambda x: x**W,
    "w ** x": lambda x: W**x, "2 ** x": lambda x: 2**x, "tanh": lambda x: x.tanh() * W.tanh(),
    "abs": lambda x: abs(x), "relu": lambda x: x.relu(), "maximum": lambda x: W.maximum(x),
    "where": lambda x: where(x, W, V), "dot": lambda x: functional.dot([W, V], [x, x]),
    "softmax": lambda x: functional.softmax([x, W])[0], "net": lambda x: MODEL([x, W]),
    "loss": lambda x: losses.mse_loss([x], [W]),
}  # fmt: skip
PATCHED = [
    "__add__", "__mul__", "__sub__", "__truediv__", "__pow__", "__neg__", "__abs__", "__radd__",
    "__rmul__", "__rsub__", "__rtruediv__", "__rpow__", "tanh", "relu", "maximum", "exp",
]  # fmt: skip


@pytest.mark.parametrize("name", PATCHED)
def test_a_replaced_operator_is_used(name, jit_engine, monkeypatch):
    original, multiply = getattr(Value, name), Value.__mul__

    def thrice(self, *others):
        return multiply(original(self, *others), Value(3.0))

    with monkeypatch.context() as patch:
        patch.setattr(Value, name, thrice)
        for program, f in PROGRAMS.items():
            eager = f(Value(1.5)).data
            assert jit(f)([1.5, 1.5]).tolist() == pytest.approx([eager] * 2, rel=1e-12), program
    for program, f in PROGRAMS.items():  # the original operator is restored
        assert jit(f)([1.5])[0] == pytest.approx(f(Value(1.5)).data, rel=1e-12), program


def test_a_replaced_operator_that_reads_data_is_refused(jit_engine, monkeypatch):
    monkeypatch.setattr(Value, "__mul__", lambda self, other: Value(self.data * other.data))
    with pytest.raises(TraceError, match="data was read"):
        jit(lambda x: x * W)([1.0])
    with pytest.raises(TraceError, match="data was read"):
        jit(lambda x: W * x)([1.0])


def test_gradients_and_training_with_a_replaced_operator(jit_engine, monkeypatch):
    multiply, w = Value.__mul__, Value(2.0)
    monkeypatch.setattr(Value, "__mul__", lambda a, b: multiply(a, multiply(b, Value(0.5))))
    f = jit(lambda x: w * x)
    assert (f.backward([4.0]), w.grad) == (4.0, 2.0)
    f.check([4.0, 5.0])
    f.fit([4.0], optimizer=optim.SGD([w], lr=0.25))
    assert w.data == 1.5


# --- calls that a trace would run only once, not in each run ---


def test_gradients_within_a_trace_are_refused(jit_engine):
    w = Value(3.0)
    inner = jit(lambda x: w * x)
    for name, f in (
        ("backward", lambda x: (w * w).backward() or x),
        ("backward", lambda x: inner.backward([1.0]) * x),
        ("fit", lambda x: inner.fit([1.0], optimizer=optim.SGD([w]))[0] * x),
    ):
        with pytest.raises(TraceError, match=name + ".*was called inside"):
            jit(f)([2.0])
    assert (w.data, w.grad) == (3.0, 0.0)
    assert (inner.backward([1.0]), w.grad) == (3.0, 1.0)

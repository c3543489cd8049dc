"""Overridden and patched operators, and other classes' reflected operators: as in micrograd."""

import decimal
import fractions

import numpy as np
import pytest
from micrograd.engine import Value as Micrograd

from micrograd_c import functional as F

# Each uses __add__ or __mul__, some only through a reflected operator, a difference or a quotient.
PROGRAMS = [
    lambda x, y: 2 * x, lambda x, y: x * 2, lambda x, y: 1 + x, lambda x, y: x + 1,
    lambda x, y: sum([x, y]), lambda x, y: x - y, lambda x, y: x - 2, lambda x, y: 2 - x,
    lambda x, y: -x, lambda x, y: x / y, lambda x, y: x / 4, lambda x, y: 2 / x,
    lambda x, y: x * y + 3 * x, lambda x, y: sum([2 * x, y], 1),
]  # fmt: skip


def half(Value):
    class Half(Value):
        def __add__(self, other):
            return Value.__add__(self, other if isinstance(other, Value) else other * 0.5)

        def __mul__(self, other):
            out = Value.__mul__(self, other)
            return Value.__mul__(out, 0.5)

    return Half


def outcome(make, program):
    x, y = make(3.0), make(5.0)
    out = program(x, y)
    out.backward()
    return out.data, x.grad, y.grad


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_subclass_that_overrides(engine, program):
    expected = outcome(half(Micrograd), program)
    assert outcome(half(engine.Value), program) == pytest.approx(expected, rel=1e-12)


def patch(monkeypatch, Value):
    """Replace the operators of the class itself, as a program that instruments them does."""
    add, mul = Value.__add__, Value.__mul__
    monkeypatch.setattr(Value, "__mul__", lambda self, other: mul(mul(self, other), 0.5))
    monkeypatch.setattr(Value, "__add__", lambda self, other: add(add(self, other), 1.0))


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_patched_class(engine, program, monkeypatch):
    patch(monkeypatch, Micrograd)
    expected = outcome(Micrograd, program)
    patch(monkeypatch, engine.Value)
    assert outcome(engine.Value, program) == pytest.approx(expected, rel=1e-12)


HELPERS = [
    (F.total, lambda vs: sum(vs)),
    (lambda vs: F.dot(vs, vs), lambda vs: sum((v * v for v in vs), 0)),
    (lambda vs: F.dot(vs, [1.0, 2.0, 3.0]), lambda vs: sum(v * k for v, k in zip(vs, (1, 2, 3)))),
    (F.mean, lambda vs: sum(vs) / 3),
    (lambda vs: sum(F.softmax(vs)), None),
    (F.logsumexp, None),
    (lambda vs: F.linear(vs, [vs, vs])[1], None),
    (lambda vs: F.linear(vs, [vs], vs[:1])[0], None),
    (lambda vs: F.rms_norm(vs)[0], None),
    (lambda vs: F.layer_norm(vs, vs, vs)[0], None),
    (lambda vs: F.log_softmax(vs)[0], None),
]


@pytest.mark.parametrize("helper, plain", HELPERS)
def test_bulk_helpers_call_patched_operators(engine, helper, plain, monkeypatch):
    calls = []
    for name in ("__add__", "__mul__"):
        own = getattr(engine.Value, name)

        def counted(self, other, own=own, name=name):
            calls.append(name)
            return own(self, other)

        monkeypatch.setattr(engine.Value, name, counted)
    made = helper([engine.Value(x) for x in (1.0, 2.0, 4.0)])
    assert calls
    if plain is not None:
        n = len(calls)
        assert made.data == plain([engine.Value(x) for x in (1.0, 2.0, 4.0)]).data
        assert len(calls) == 2 * n


@pytest.mark.parametrize("helper, plain", HELPERS)
def test_bulk_helpers_call_a_subclass_operators(engine, helper, plain):
    calls = []

    class Counting(engine.Value):
        def __mul__(self, other):
            calls.append("mul")
            return engine.Value.__mul__(self, other)

        def __add__(self, other):
            calls.append("add")
            return engine.Value.__add__(self, other)

    helper([Counting(x) for x in (1.0, 2.0, 4.0)])
    assert calls


def test_a_net_calls_patched_and_overridden_operators(engine, monkeypatch):
    n = engine.nn.Neuron(2, nonlin=False)
    before = n([1.0, 2.0]).data
    mul = engine.Value.__mul__
    monkeypatch.setattr(engine.Value, "__mul__", lambda self, other: mul(mul(self, other), 0.0))
    assert n([1.0, 2.0]).data == n.b.data != before
    monkeypatch.undo()
    assert n([1.0, 2.0]).data == before

    class Doubled(engine.Value):
        def __rmul__(self, other):
            return engine.Value.__mul__(other, self.data * 2)

    assert n([Doubled(1.0), Doubled(2.0)]).data == pytest.approx(
        n.w[0].data * 2 + n.w[1].data * 4 + n.b.data
    )


def test_the_left_operands_operator_goes_first(engine):
    """A subclass that overrides only __mul__ does not take precedence over a Value on the left."""
    asked = []

    class Loud(engine.Value):
        def __mul__(self, other):
            asked.append(other)
            return engine.Value.__mul__(self, other)

    assert (engine.Value(2.0) * Loud(3.0)).data == 6.0 and not asked
    assert (2 * Loud(3.0)).data == 6.0 and asked == [2]


def test_an_override_gets_the_number_as_written(engine):
    given = []

    class Noting(engine.Value):
        def __add__(self, other):
            given.append(other)
            return engine.Value.__add__(self, other)

    Noting(1.0) + 3, 3 + Noting(1.0), Noting(1.0) - 3, Noting(1.0) - 2.5
    assert given == [3, 3, -3, -2.5] and list(map(type, given)) == [int, int, int, float]


# --- operands of other classes -------------------------------------------------------


class Again:
    """Reflected operators that swap the operands and try again, as micrograd's are written."""

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return self - other

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return self / other

    def __rpow__(self, other):
        return self**other

    def __rfloordiv__(self, other):
        return self // other

    def __rmod__(self, other):
        return self % other


@pytest.mark.parametrize("other", [Again(), object(), [1.0], None, "1", 1j])
@pytest.mark.parametrize("symbol", ["+", "-", "*", "/", "**", "//", "%"])
def test_operands_of_other_classes_are_a_type_error(engine, symbol, other, live_nodes):
    v = engine.Value(2.0)
    before = live_nodes()
    names = {"v": v, "o": other}
    with pytest.raises(TypeError):
        eval(f"v {symbol} o", names)
    if not (isinstance(other, str) and symbol == "%"):  # str % v formats
        with pytest.raises(TypeError):
            eval(f"o {symbol} v", names)
    assert live_nodes() == before


@pytest.mark.parametrize("symbol", ["+", "-", "*", "/", "**"])
def test_another_class_may_define_the_reflected_operator(engine, symbol):
    class Knows:
        def answer(self, other):
            return "reflected"

        __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __rpow__ = answer

    assert eval(f"v {symbol} k", {"v": engine.Value(2.0), "k": Knows()}) == "reflected"


def test_values_of_other_engines_do_not_mix(engine):
    from micrograd_c.engine import Value as first
    from python_ref.engine import Value as second

    other = Micrograd(2.0)
    for operate in (lambda a, b: a + b, lambda a, b: a * b, lambda a, b: a - b, lambda a, b: a / b):
        with pytest.raises(TypeError, match="do not mix"):
            operate(engine.Value(1.0), other)
        if first is not second:
            with pytest.raises(TypeError, match="do not mix"):
                operate(first(1.0), second(1.0))
            with pytest.raises(TypeError, match="do not mix"):
                operate(second(1.0), first(1.0))


@pytest.mark.parametrize(
    "number", [decimal.Decimal("2.5"), fractions.Fraction(5, 2), np.float32(2.5), np.float64(2.5)]
)
def test_numbers_of_other_kinds(engine, number):
    v = engine.Value(4.0)
    for made, expected in (
        (v + number, 6.5), (number + v, 6.5), (v - number, 1.5), (number - v, -1.5),
        (v * number, 10.0), (number * v, 10.0), (v / number, 1.6), (number / v, 0.625),
        (v**number, 32.0), (number**v, 39.0625),
    ):  # fmt: skip
        assert isinstance(made, engine.Value) and made.data == pytest.approx(expected, rel=1e-15)


def test_a_subclass_is_asked_first_and_may_pass_on(engine):
    """``value + sub`` calls an overridden __radd__, whose super's is ``sub + value``."""
    asked = []

    class Asked(engine.Value):
        def __radd__(self, other):
            asked.append("+")
            return super().__radd__(other)

        def __rmul__(self, other):
            asked.append("*")
            return super().__rmul__(other)

    class Plain(engine.Value):
        pass

    value, sub, plain = engine.Value(2.0), Asked(3.0), Plain(5.0)
    total, product = value + sub, value * sub
    assert asked == ["+", "*"] and total.data == 5.0 and product.data == 6.0
    assert tuple(total._prev) == tuple(product._prev) == (sub, value)
    assert tuple((value + plain)._prev) == tuple((value * plain)._prev) == (value, plain)
    assert (1.0 + sub).data == 4.0 and asked == ["+", "*", "+"]


def test_a_patched_operator_serves_the_reflected_one(engine, monkeypatch):
    times = engine.Value.__mul__
    monkeypatch.setattr(engine.Value, "__mul__", lambda self, other: times(self, 10.0))
    assert (2.0 * engine.Value(3.0)).data == 30.0

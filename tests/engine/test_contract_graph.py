"""The shape of the graph that arithmetic builds: the nodes that a graph drawer shows."""

import numpy as np
import pytest

UNARY_LABELS = {
    "abs": "abs",
    "relu": "ReLU",
    "tanh": "tanh",
    "sigmoid": "sigmoid",
    "softplus": "softplus",
    "exp": "exp",
    "expm1": "expm1",
    "log": "log",
    "log1p": "log1p",
    "sqrt": "sqrt",
    "sin": "sin",
    "cos": "cos",
    "tan": "tan",
    "asin": "asin",
    "acos": "acos",
    "atan": "atan",
    "sinh": "sinh",
    "cosh": "cosh",
    "erf": "erf",
    "leaky_relu": "leaky_relu",
    **{
        name: name
        for name in (
            "silu",
            "gelu",
            "exp2",
            "log2",
            "log10",
            "erfc",
            "floor",
            "ceil",
            "sign",
            "asinh",
            "acosh",
            "atanh",
            "lgamma",
            "digamma",
        )
    },
}


def shape(node):
    """Return a graph as text: a leaf as its number, another node as (operands operator)."""
    if not node._prev:
        return f"{node.data:g}"
    return f"({' '.join(map(shape, node._prev))} {node._op})"


SHAPES = {
    "a + b": "(2 3 +)",
    "a + 1": "(2 1 +)",
    "1 + a": "(2 1 +)",
    "a * b": "(2 3 *)",
    "b * a": "(3 2 *)",
    "a * 4": "(2 4 *)",
    "4 * a": "(2 4 *)",
    "-a": "(2 -1 *)",
    "a - b": "(2 (3 -1 *) +)",
    "a - 1": "(2 -1 +)",
    "1 - a": "((2 -1 *) 1 +)",
    "a / b": "(2 (3 **-1) *)",
    "a / 4": "(2 0.25 *)",
    "1 / a": "((2 **-1) 1 *)",
    "a ** b": "(2 3 **)",
    "4 ** a": "(4 2 **)",
    "a ** 2": "(2 **2)",
    "a ** 2.0": "(2 **2.0)",
    "a ** -1": "(2 **-1)",
    "a ** True": "(2 **True)",
    "a ** 0.5": "(2 **0.5)",
    "a ** np.float64(2.5)": "(2 **2.5)",
    "a ** np.int64(3)": "(2 **3)",
    "sum([a, b])": "((2 0 +) 3 +)",
    "sum([a, b], b)": "((3 2 +) 3 +)",
    "abs(a)": "(2 abs)",
    "a.maximum(b)": "(2 3 maximum)",
    "a.minimum(1)": "(2 1 minimum)",
    "a.atan2(b)": "(2 3 atan2)",
    "a * a": "(2 *)",
    "a + a": "(2 +)",
    "a ** a": "(2 **)",
}


@pytest.mark.parametrize("expression", SHAPES)
def test_shapes(engine, expression):
    a, b = engine.Value(2.0), engine.Value(3.0)
    assert shape(eval(expression, {"a": a, "b": b, "np": np})) == SHAPES[expression]


@pytest.mark.parametrize("name", UNARY_LABELS)
def test_labels_of_functions(engine, name):
    v = engine.Value(1.5 if name == "acosh" else 0.5)
    out = getattr(v, name)()
    assert out._op == UNARY_LABELS[name] and out._prev == (v,)


def test_prev_is_a_sequence_of_distinct_operands_in_operand_order(engine):
    a, b = engine.Value(2.0), engine.Value(3.0)
    assert (a + b)._prev == (a, b) and (b + a)._prev == (b, a)
    assert (a * a)._prev == (a,)
    assert isinstance((a * b)._prev, tuple)
    assert a._prev == ()


def test_prev_cannot_be_changed_in_place(engine):
    out = engine.Value(2.0) * 3
    with pytest.raises((TypeError, AttributeError)):
        out._prev.add(1)
    with pytest.raises(TypeError):
        out._prev[0] = engine.Value(1.0)


def test_a_constant_is_a_node_of_its_own(engine):
    a = engine.Value(2.0)
    out = a + 3
    constant = out._prev[1]
    assert type(constant) is engine.Value
    assert (constant.data, constant.grad, constant._op, constant._prev) == (3.0, 0.0, "", ())
    assert (a + 3)._prev[1] is not constant
    out.backward()
    assert constant.grad == 1.0


def test_a_constants_data_can_be_changed(engine):
    a = engine.Value(2.0)
    out = a * 3
    out._prev[1].data = 10.0
    out.backward()
    assert a.grad == 10.0


def test_the_exponent_of_a_number_is_no_node(engine):
    a = engine.Value(2.0)
    assert (a**3)._prev == (a,)


def test_a_new_node_has_no_gradient(engine):
    a = engine.Value(2.0)
    a.grad = 5.0
    assert (a + 1).grad == 0.0


@pytest.mark.parametrize("k", [2, 2.0, -1, 0, -0.0, 0.5, True, 1e22, 10**20, float("inf")])
def test_the_label_of_a_power_is_as_the_user_wrote_it(engine, k):
    a = engine.Value(1.0)
    b = a**k
    assert b._op == f"**{k}"
    c = b + 1
    del b
    assert c._prev[0]._op == f"**{k}"


def test_results_of_a_subclass_are_plain(engine):
    class Parameter(engine.Value):
        def __init__(self, data):
            super().__init__(data)
            self.m = 0.0

    p = Parameter(2.0)
    v = engine.Value(3.0)
    assert p.m == 0.0 and isinstance(p, engine.Value)
    for out in (p + p, p + v, v + p, p * 2, 2 * p, -p, p - v, v / p, p**2, 2**p, p.tanh(), abs(p),
                p.leaky_relu(), p.maximum(v), v.maximum(p), sum([p, p])):  # fmt: skip
        assert type(out) is engine.Value
        assert not hasattr(out, "m")
    (p * v).backward()
    assert p.grad == 3.0 and v.grad == 2.0


def test_a_subclass_may_override_an_operator(engine):
    class Loud(engine.Value):
        def __mul__(self, other):
            return "loud"

        __rmul__ = __mul__

    assert Loud(1.0) * 2 == "loud" and 2 * Loud(1.0) == "loud"
    assert engine.Value(1.0) * Loud(1.0) == "loud"  # a subclass's reflected operator goes first
    assert (Loud(1.0) + 2).data == 3.0


def test_a_subclass_with_slots_and_properties(engine):
    class Named(engine.Value):
        __slots__ = ("name",)

        @property
        def shout(self):
            return self.name.upper()

    v = Named(1.0)
    v.name = "v"
    assert v.shout == "V" and (v * 2).data == 2.0

"""gradients(): backward()'s bits as Values, and their derivatives in turn."""

import itertools
import math
import random

import pytest

from micrograd_c.parity.compare import bits, run_step
from micrograd_c.parity.programs import random_program
from python_ref.core.derivatives import DERIVATIVES
from python_ref.core.differentiate import gradients
from python_ref.core.ops import ONLY_TRACED, OPS
from python_ref.core.walking import topological_sort

SKIPPED = {"del", "backward", "set_grad"}


def last_value(program, value_class):
    """The Value that a random program makes last, without what it does to gradients."""
    values, errors = {}, {}
    for place, step in enumerate(program):
        if step.form not in SKIPPED:
            run_step(place, step, {"leaf": value_class}, values, errors)
    return list(values.values())[-1]


def zeroed(root):
    """The nodes below root, each with the gradient 0."""
    nodes = topological_sort(root)
    for node in nodes:
        node.grad = 0.0
    return nodes


def assert_same_as_backward(root):
    nodes = zeroed(root)
    found = gradients(root, nodes)
    assert all(node.grad == 0.0 for node in nodes)
    root.backward()
    for node, gradient in zip(nodes, found):
        assert bits(gradient.data) == bits(node.grad), node._op
    return nodes, found


def test_the_bits_of_backward(engine):
    for seed in range(1500):
        assert_same_as_backward(last_value(random_program(random.Random(seed)), engine.Value))


def test_second_derivatives_are_alike_on_both_engines():
    from micrograd_c.engine import Value
    from python_ref.engine import Value as Reference

    for seed in range(500):
        second = []
        for value_class in (Value, Reference):
            root = last_value(random_program(random.Random(seed)), value_class)
            leaves = [node for node in topological_sort(root) if not node._operands]
            again = gradients(gradients(root, leaves)[0], leaves)
            second.append([bits(gradient.data) for gradient in again])
        assert second[0] == second[1], seed


def test_every_row_has_its_derivatives():
    assert DERIVATIVES.keys() == OPS.keys()
    for name, row in OPS.items():
        assert len(DERIVATIVES[name]) == len(row.derivatives), name


# --- second derivatives, against mpmath ------------------------------------------------


DOMAINS = {
    "log": (0.1, 3.0), "log1p": (-0.9, 3.0), "sqrt": (0.1, 3.0), "asin": (-0.95, 0.95),
    "acos": (-0.95, 0.95), "tan": (-1.4, 1.4), "pow": (0.2, 3.0), "divide": (0.3, 3.0),
    "pow_k": (0.2, 3.0), "log2": (0.1, 3.0), "log10": (0.1, 3.0), "acosh": (1.1, 3.0),
    "atanh": (-0.95, 0.95), "lgamma": (0.1, 3.0), "digamma": (0.1, 3.0),
}  # fmt: skip


def in_mpmath(mp, name):
    """The operator as a function of mpmath's numbers."""
    own = {
        "add": lambda x, y: x + y, "mul": lambda x, y: x * y, "pow": lambda x, y: x**y,
        "divide": lambda x, y: x / y, "scale": lambda x, y: x * y,
        "abs": abs, "relu": lambda x: max(x, mp.mpf(0)), "maximum": max, "minimum": min,
        "leaky_relu": lambda x: x if x > 0 else x / 100, "pow_k": lambda x: x ** mp.mpf("2.5"),
        "sigmoid": lambda x: 1 / (1 + mp.exp(-x)), "softplus": lambda x: mp.log(1 + mp.exp(x)),
        "silu": lambda x: x / (1 + mp.exp(-x)), "gelu": lambda x: x * mp.ncdf(x),
        "exp2": lambda x: mp.mpf(2) ** x, "log2": lambda x: mp.log(x, 2),
        "lgamma": lambda x: mp.log(abs(mp.gamma(x))),
        "expm1": lambda x: mp.exp(x) - 1, "log1p": lambda x: mp.log(1 + x),
    }  # fmt: skip
    return own.get(name) or getattr(mp, name, None)


def on_values(name):
    if name == "pow_k":
        return lambda x: x**2.5
    if OPS[name].default is not None:  # a parameter that is no Value
        return lambda x: getattr(x, name)()
    return lambda x, *y: x._apply_two(name, *y) if y else x._apply(name)


SECOND = [
    name
    for name in OPS
    if name not in ONLY_TRACED or name in ("divide", "scale")
]  # fmt: skip


@pytest.mark.parametrize("name", SECOND)
def test_second_derivatives(engine, name):
    mp = pytest.importorskip("mpmath").mp.clone()
    mp.dps = 40
    function, exact = on_values(name), in_mpmath(mp, name)
    arity = len(OPS[name].derivatives)
    rng = random.Random(name)
    for _ in range(20):
        point = [rng.uniform(*DOMAINS.get(name, (-3.0, 3.0))) for _ in range(arity)]
        if min(map(abs, point)) < 1e-2 or (arity == 2 and abs(point[0] - point[1]) < 1e-2):
            continue  # a kink
        xs = [engine.Value(x) for x in point]
        slopes = gradients(function(*xs), xs)
        found = [[g.data for g in gradients(slope, xs)] for slope in slopes]
        for i, j in itertools.product(range(arity), repeat=2):
            if exact is None:  # mpmath has no such function: by differences
                expected, accuracy = difference(engine, function, point, i, j), 1e-6
            else:
                order = tuple((k == i) + (k == j) for k in range(arity))
                expected = float(mp.diff(exact, tuple(point), order))
                accuracy = 1e-12
            assert found[i][j] == pytest.approx(expected, rel=accuracy, abs=accuracy / 10)


def difference(engine, function, point, i, j, h=1e-5):
    """The derivative by point[j] of the gradient that backward() gives for point[i]."""
    slopes = []
    for step in (h, -h):
        xs = [engine.Value(x + step * (k == j)) for k, x in enumerate(point)]
        function(*xs).backward()
        slopes.append(xs[i].grad)
    return (slopes[0] - slopes[1]) / (2 * h)


def test_powers_at_0_and_with_a_variable_exponent(engine):
    for exponent, expected in ((0.0, 0.0), (1.0, 0.0), (2.0, 2.0), (3.0, 0.0)):
        x = engine.Value(0.0)
        (slope,) = gradients(x**exponent, [x])
        assert gradients(slope, [x])[0].data == expected
    x, y = engine.Value(2.0), engine.Value(1.0)  # where the slope of x ** y is y for backward()
    (slope,) = gradients(x**y, [x])
    assert gradients(slope, [y])[0].data == pytest.approx(1 + math.log(2.0))


def test_a_gradient_of_0_has_a_derivative(engine):
    """Which a constant 0 in its place would not have."""
    a, x = engine.Value(0.0), engine.Value(0.5)
    (slope,) = gradients(a * x.tanh(), [x])
    assert slope.data == 0.0
    assert gradients(slope, [a])[0].data == pytest.approx(1 - math.tanh(0.5) ** 2)


def test_a_pole_that_where_leaves_out(engine):
    def log_or_0(x):
        return x._apply_two("if_positive", x.log() if x.data > 0 else engine.Value(-math.inf))

    x = engine.Value(0.0)
    first = gradients(log_or_0(x) + x * x, [x])
    assert first[0].data == 0.0 and gradients(first[0], [x])[0].data == 2.0


# --- which Values it is of ---------------------------------------------------------------


def test_inputs_of_all_kinds(engine):
    x, unused = engine.Value(3.0), engine.Value(1.0)
    inner = x * x
    out = inner * inner + x
    found = gradients(out, [x, inner, out, unused, x])
    assert [g.data for g in found] == [109.0, 18.0, 1.0, 0.0, 109.0]
    assert [g.data for g in gradients(x, (x,))] == [1.0]


def test_a_deep_graph(engine):
    x = engine.Value(1.0)
    y = x
    for _ in range(20_000):
        y = y + x
    (slope,) = gradients(y * y, [x])
    assert slope.data == 2.0 * 20_001**2
    assert gradients(slope, [x])[0].data == 2.0 * 20_001**2


def test_backward_through_gradients(engine):
    x = engine.Value(0.7)
    (slope,) = gradients(x.sin() * x, [x])
    slope.backward()
    assert x.grad == pytest.approx(2 * math.cos(0.7) - 0.7 * math.sin(0.7), rel=1e-15)


def test_nets_and_bulk_helpers(engine):
    from micrograd_c import functional

    random.seed(3)
    model = engine.nn.MLP(2, [4, 3, 1], nonlin="tanh")
    xs = [engine.Value(0.3), engine.Value(-0.8)]
    out = model(xs)
    inputs = [*xs, *model.parameters()]
    found = gradients(out * out, inputs)
    (out * out).backward()
    assert [g.data for g in found] == [x.grad for x in inputs]

    helpers = [
        lambda vs: functional.dot(vs, vs),
        lambda vs: functional.logsumexp(vs),
        lambda vs: functional.softmax(vs)[1],
        lambda vs: functional.mean(vs) * functional.total(vs),
    ]
    for helper in helpers:
        vs = [engine.Value(x) for x in (0.5, -1.0, 2.0)]
        assert_same_as_backward(helper(vs))


def test_operators_that_a_subclass_overrides_are_not_called(engine):
    class Doubled(engine.Value):
        def __mul__(self, other):
            return super().__mul__(other) * 2.0

        __rmul__ = __mul__

    x = Doubled(3.0)
    out = x._apply("tanh")._apply("exp") + x._apply_two("mul", x)
    assert_same_as_backward(out)


# --- operators of the user's own ----------------------------------------------------------


def test_local_gradients(engine):
    x = engine.Value(2.0)
    y = x * x
    out = engine.Value(math.atan(y.data), (y,), (1 / (1 + y.data**2),))
    (slope,) = gradients(out, [x])
    assert slope.data == pytest.approx(4 / 17)
    # The local gradient is a number, a constant for the second derivative.
    assert gradients(slope, [x])[0].data == pytest.approx(2 / 17)


def own_square(value_class, x):
    out = value_class(x.data**2, (x,), "square")

    def backward():
        x.grad += 2 * x.data * out.grad

    out._backward = backward
    return out


def test_a_custom_backward_once(engine):
    x = engine.Value(3.0)
    x.grad = 7.0
    y = own_square(engine.Value, x) * x
    (slope,) = gradients(y, [x])
    assert slope.data == 27.0 and x.grad == 7.0 and y.grad == 0.0
    with pytest.raises(TypeError, match="second derivative of an operator of 'square'"):
        gradients(slope, [x])
    with pytest.raises(TypeError, match="second derivative of an operator of 'square'"):
        slope.backward()


# --- mistakes -----------------------------------------------------------------------------


@pytest.mark.parametrize("output, inputs", [(2.0, []), ("x", []), (None, [])])
def test_an_output_that_is_no_value(output, inputs):
    with pytest.raises(TypeError, match="expected a Value as output, got"):
        gradients(output, inputs)


def test_an_input_that_is_no_value(engine):
    x = engine.Value(1.0)
    with pytest.raises(TypeError, match="expected a Value as an input, got float"):
        gradients(x, [x, 1.0])


def test_within_no_grad_the_gradients_are_leaves(engine):
    from micrograd_c import no_grad

    x = engine.Value(3.0)
    y = x * x
    with no_grad():
        (slope,) = gradients(y, [x])
    assert slope.data == 6.0 and not slope._prev

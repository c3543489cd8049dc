"""gradients(): backward()'s bits as Values, and their derivatives in turn."""

import math
import random

import pytest

from micrograd_c.parity.compare import bits, run_step
from micrograd_c.parity.programs import random_program
from python_ref.core.differentiate import gradients
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


# --- second derivatives at special points; test_second_derivatives.py has all operators ---


def test_powers_at_0_and_with_a_variable_exponent(engine):
    for exponent, expected in ((0.0, 0.0), (1.0, 0.0), (2.0, 2.0), (3.0, 0.0)):
        x = engine.Value(0.0)
        (slope,) = gradients(x**exponent, [x])
        assert gradients(slope, [x])[0].data == expected
    x, y = engine.Value(2.0), engine.Value(1.0)  # where the slope of x ** y is y for backward()
    (slope,) = gradients(x**y, [x])
    assert gradients(slope, [y])[0].data == pytest.approx(1 + math.log(2.0))


def test_the_square_of_a_subnormal_number(engine):
    x, two = engine.Value(-2.2e-308), engine.Value(2.0)
    assert_same_as_backward(x**two * 2.0)
    (slope,) = gradients(x**two, [x])
    assert gradients(slope, [x])[0].data == 2.0


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


def test_a_gradient_of_0_that_arrives_at_a_quotient_by_0(engine):
    """backward() passes on 0 there, not 0 / 0; the second derivative of sqrt divides so."""
    x = engine.Value(0.0)
    first = gradients(x.sqrt(), [x])
    second = gradients(first[0], [x])
    assert (first[0].data, second[0].data) == (math.inf, -math.inf)
    assert_same_as_backward(second[0].relu())
    x, y, a = engine.Value(1.0), engine.Value(4.0), engine.Value(0.0)
    (slope,) = gradients(x._apply_two("divide", y) * a, [x])
    assert slope.data == 0.0 and gradients(slope, [a])[0].data == 0.25


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
    with pytest.raises(TypeError, match="without a name with local gradients is not known"):
        gradients(slope, [x])  # how the slope depends on y is not known


def test_a_sum_with_local_gradients_has_second_derivatives(engine):
    x = engine.Value(2.0)
    y = x * x
    out = engine.Value(8.0, (y, y), "+", local_grads=(1.0, 1.0))
    (slope,) = gradients(out, [x])
    assert slope.data == 8.0
    assert gradients(slope, [x])[0].data == 4.0


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


def test_a_custom_backward_that_adds_several_times(engine):
    """To one operand, in backward()'s order: 0.1 + 0.2 + 0.3 is not 0.1 + (0.2 + 0.3)."""
    x = engine.Value(1.0)
    y = engine.Value(x.data * 0.5, (x, x), "own")

    def backward():
        x.grad += 0.2 * y.grad
        x.grad += 0.3 * y.grad

    y._backward = backward
    nodes, found = assert_same_as_backward(y + x * 0.1)
    slope = found[nodes.index(x)]
    assert slope.data in (0.1 + 0.2 + 0.3, 0.2 + 0.3 + 0.1)
    z = engine.Value(3.0)
    (slope,) = gradients(x * z * z + y, [x])
    assert gradients(slope, [z])[0].data == 6.0  # the term that is known can be differentiated


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

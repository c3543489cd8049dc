"""backward(): what it adds to which gradients, called once, twice, or node by node by hand."""

import math

import pytest


def topological(root):
    """micrograd's own order, as the lecture writes it out."""
    order, visited = [], set()

    def build(v):
        if v not in visited:
            visited.add(v)
            for child in v._prev:
                build(child)
            order.append(v)

    build(root)
    return order


def test_a_leaf(engine):
    a = engine.Value(3.0)
    assert a.backward() is None
    assert a.grad == 1.0
    a.backward()
    assert a.grad == 1.0


def test_the_roots_gradient_is_set_not_added(engine):
    a = engine.Value(3.0)
    root = a * 2
    root.grad = 100.0
    root.backward()
    assert root.grad == 1.0 and a.grad == 2.0


def test_interior_nodes_get_gradients(engine):
    a = engine.Value(3.0)
    b = a * 2
    c = b * b
    d = c + 1
    d.backward()
    assert (d.grad, c.grad, b.grad, a.grad) == (1.0, 1.0, 12.0, 24.0)


def test_gradients_accumulate(engine):
    """The numbers are those of micrograd."""
    x = engine.Value(3.0)
    y = x * x * x
    y.backward()
    assert x.grad == 27.0
    x.grad = 0.0
    y.backward()
    assert x.grad == 45.0


def test_gradients_of_two_roots_add_up(engine):
    a = engine.Value(2.0)
    (a * 3).backward()
    (a * 5).backward()
    assert a.grad == 8.0


def test_an_operand_used_twice(engine):
    a = engine.Value(3.0)
    (a * a).backward()
    assert a.grad == 6.0
    b = engine.Value(3.0)
    (b + b).backward()
    assert b.grad == 2.0
    c = engine.Value(2.0)
    (c**c).backward()
    assert c.grad == pytest.approx(4 * (math.log(2) + 1), rel=1e-15)


def test_an_interior_node_used_again(engine):
    a = engine.Value(2.0)
    b = a * a
    c = b + b * b
    (c * b).backward()
    assert a.grad == 4 * 2.0**3 + 6 * 2.0**5  # of a**4 + a**6


def test_a_diamond_is_visited_once(engine):
    v = engine.Value(1.0)
    root = v
    for _ in range(60):  # 2**60 paths
        root = root + root
    root.backward()
    assert v.grad == 2.0**60


def test_it_reads_current_data(engine):
    a, b = engine.Value(2.0), engine.Value(3.0)
    c = a * b
    b.data = 10.0
    c.backward()
    assert c.data == 6.0 and a.grad == 10.0
    e = engine.Value(1.0).exp()
    e.data = 5.0  # exp's derivative is its output
    e.backward()
    assert e._prev[0].grad == 5.0


def test_it_reads_current_gradients_of_interior_nodes(engine):
    a = engine.Value(2.0)
    b = a * 3
    c = b * 1
    b.grad = 10.0
    c.backward()
    assert b.grad == 11.0 and a.grad == 33.0


def test_backward_from_the_middle(engine):
    a = engine.Value(2.0)
    b = a * 3
    c = b * b
    b.backward()
    assert (a.grad, b.grad, c.grad) == (3.0, 1.0, 0.0)


def test_nodes_above_are_left_alone(engine):
    a = engine.Value(2.0)
    b = a * 3
    above = b * 7
    b.backward()
    assert above.grad == 0.0


def test_a_graph_can_grow_after_backward(engine):
    a = engine.Value(2.0)
    b = a * 3
    b.backward()
    a.grad = b.grad = 0.0
    (b * b).backward()
    assert a.grad == 36.0


def test_backward_by_hand_node_by_node(engine):
    """As in the lecture, which calls the leaves' _backward, too."""

    def neuron():
        x1, x2, w1, w2, b = map(engine.Value, (2.0, 0.0, -3.0, 1.0, 6.8813735870195432))
        return (x1 * w1 + x2 * w2 + b).tanh(), (x1, x2, w1, w2, b)

    o, leaves = neuron()
    o.grad = 1.0
    for node in reversed(topological(o)):
        assert node._backward() is None
    by_itself, others = neuron()
    by_itself.backward()
    assert [v.grad for v in leaves] == [v.grad for v in others]
    assert o.data == pytest.approx(math.sqrt(0.5), rel=1e-12)
    assert [round(v.grad, 10) for v in leaves] == [-1.5, 0.5, 1.0, 0.0, 0.5]  # lecture's numbers


def test_backward_of_one_node_by_hand_adds(engine):
    a, b = engine.Value(2.0), engine.Value(3.0)
    c = a * b
    c._backward()
    assert (a.grad, b.grad) == (0.0, 0.0)
    c.grad = 2.0
    c._backward()
    c._backward()
    assert (a.grad, b.grad, c.grad) == (12.0, 8.0, 2.0)
    a._backward()
    assert a.grad == 12.0


def test_a_stored_backward_can_be_called_later(engine):
    a = engine.Value(2.0)
    out = a * 3
    step = out._backward
    out.grad = 1.0
    step()
    assert a.grad == 3.0


def test_gradients_flow_through_infinities_and_nans(engine):
    a = engine.Value(0.0)
    root = (a.maximum(1e-300) ** -1) * 1e200 * 1e200
    root.backward()
    assert root.data == math.inf and a.grad == 0.0
    b = engine.Value(1.0)
    (b * math.nan).backward()
    assert math.isnan(b.grad)


POWERS_AT_ZERO = {
    "x ** 0": 0.0,
    "x ** 0.0": 0.0,
    "x ** 1": 1.0,
    "x ** 1.0": 1.0,
    "x ** 2": 0.0,
    "x ** 0.5": math.inf,
    "x ** V(0)": 0.0,
    "x ** V(1)": 1.0,
    "x ** V(2)": 0.0,
}


@pytest.mark.parametrize("zero", [0.0, -0.0])
@pytest.mark.parametrize("expression", POWERS_AT_ZERO)
def test_powers_at_zero(engine, expression, zero):
    x = engine.Value(zero)
    eval(expression, {"x": x, "V": engine.Value}).backward()
    assert x.grad == POWERS_AT_ZERO[expression]


def test_the_exponents_gradient_at_a_zero_base(engine):
    y = engine.Value(2.0)
    (0.0**y).backward()
    assert y.grad == 0.0


@pytest.mark.parametrize(
    "x, data, grad",
    [(-1.0, 0.0, 0.0), (0.0, 0.0, 0.0), (-0.0, -0.0, 0.0), (2.0, 2.0, 1.0), (5e-324, 5e-324, 1.0),
     (math.inf, math.inf, 1.0), (-math.inf, 0.0, 0.0), (math.nan, math.nan, 0.0)],
)  # fmt: skip
def test_relu(engine, x, data, grad):
    v = engine.Value(x)
    out = v.relu()
    out.backward()
    assert out.data.hex() == data.hex()
    assert v.grad == grad


def test_relu_stops_an_infinite_gradient(engine):
    v = engine.Value(-1.0)
    (v.relu() * math.inf).backward()
    assert v.grad == 0.0


def test_abs_at_zero(engine):
    for zero in (0.0, -0.0):
        v = engine.Value(zero)
        abs(v).backward()
        assert v.grad == 0.0


def test_subtraction_has_the_right_sign(engine):
    a, b = engine.Value(5.0), engine.Value(3.0)
    (a - b).backward()
    assert (a.grad, b.grad) == (1.0, -1.0)
    c = engine.Value(5.0)
    (7 - c).backward()
    assert c.grad == -1.0


def test_backward_keeps_the_graph(engine):
    a = engine.Value(3.0)
    root = (a * 2).tanh()
    before = [(node._op, node.data) for node in topological(root)]
    root.backward()
    assert [(node._op, node.data) for node in topological(root)] == before
    a.grad = root._prev[0].grad = 0.0
    root.backward()
    assert a.grad == 2 * (1 - root.data * root.data)


def test_order_of_accumulation(engine):
    """Reverse post-order, operands left to right: bit-for-bit parity depends on this order."""
    x = engine.Value(1.0)
    big, small, back = x * 1e16, x * 1.0, x * -1e16
    (big + (small + back)).backward()
    # reverse post-order: back's gradient first, then small's, then big's
    assert x.grad == ((-1e16 + 1.0) + 1e16)
    y = engine.Value(1.0)
    big, small, back = y * 1e16, y * 1.0, y * -1e16
    ((big + back) + small).backward()
    assert y.grad == ((1.0 + -1e16) + 1e16)
    z = engine.Value(1.0)
    big, small, back = z * 1e16, z * 1.0, z * -1e16
    (small + (big + back)).backward()
    assert z.grad == ((-1e16 + 1e16) + 1.0) == 1.0


def test_a_wide_sum(engine):
    leaves = [engine.Value(i) for i in range(10_000)]
    sum(leaves).backward()
    assert all(v.grad == 1.0 for v in leaves)


def test_backward_takes_no_arguments(engine):
    with pytest.raises(TypeError):
        engine.Value(1.0).backward(1, 2, 3)

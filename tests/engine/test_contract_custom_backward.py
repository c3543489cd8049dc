"""Custom backwards: a ``_backward`` that the program assigns to any node."""

import math
import weakref

import pytest
from memory_tools import collect


def my_tanh(Value, x):
    """As in the lecture."""
    t = math.tanh(x.data)
    out = Value(t, (x,), "my_tanh")

    def _backward():
        x.grad += (1 - t * t) * out.grad

    out._backward = _backward
    return out


def my_sum(Value, xs):
    out = Value(sum(x.data for x in xs), xs, "my_sum")

    def _backward():
        for x in xs:
            x.grad += out.grad

    out._backward = _backward
    return out


def test_nodes_above_and_below(engine):
    V = engine.Value
    a, b = V(0.5), V(-0.25)
    root = (my_tanh(V, a * b + a) * 3).exp() + a
    same, other = V(0.5), V(-0.25)
    expected = ((same * other + same).tanh() * 3).exp() + same
    root.backward()
    expected.backward()
    assert root.data == expected.data
    assert (a.grad, b.grad) == (same.grad, other.grad)


def test_on_a_node_without_a_variable(engine):
    V = engine.Value
    a = V(0.5)
    root = my_tanh(V, my_tanh(V, my_tanh(V, a))) * 2
    collect()
    root.backward()
    same = V(0.5)
    (same.tanh().tanh().tanh() * 2).backward()
    assert a.grad == same.grad
    assert root._prev[0]._op == "my_tanh"


def test_backwards_are_called_in_topological_order(engine):
    V = engine.Value
    calls = []

    def noted(x, name):
        out = V(x.data, (x,), name)

        def _backward():
            calls.append(name)
            x.grad += out.grad

        out._backward = _backward
        return out

    a = V(1.0)
    first = noted(a, "first")
    left, right = noted(first * 2, "left"), noted(first + 1, "right")
    root = noted(left * right, "root")
    root.backward()
    assert calls[0] == "root" and calls[-1] == "first"
    assert calls == ["root", "right", "left", "first"]  # reverse post-order
    assert a.grad == 2 * 2 + 2


def test_many_operands(engine):
    V = engine.Value
    leaves = [V(i) for i in range(500)]
    root = my_sum(V, [v * 2 for v in leaves]) * 3
    root.backward()
    assert root.data == 3 * 2 * sum(range(500))
    assert all(v.grad == 6.0 for v in leaves)


def test_replacing_a_built_in_operators_backward(engine):
    a, b = engine.Value(2.0), engine.Value(3.0)
    c = a * b
    root = c + 1

    def _backward():
        a.grad += 100.0 * c.grad

    c._backward = _backward
    root.backward()
    assert (a.grad, b.grad) == (100.0, 0.0)
    assert c._backward is _backward


def test_replacing_the_backward_of_an_operand(engine):
    a = engine.Value(2.0)
    root = (a * 3).tanh() + 1
    inner = root._prev[0]._prev[0]
    inner._backward = lambda: None  # stops the gradient
    del inner
    collect()
    root.backward()
    assert a.grad == 0.0 and root._prev[0]._prev[0].grad != 0.0


def test_assigned_after_the_node_was_used(engine):
    V = engine.Value
    a = V(2.0)
    b = a * 3
    above = [b + 1, b * 5, (b * 2).tanh()]
    calls = []
    b._backward = lambda: calls.append("b")
    del b
    collect()
    for root in above:
        root.backward()
    assert calls == ["b"] * 3 and a.grad == 0.0


def test_wrapping_the_built_in_backward(engine):
    a = engine.Value(2.0)
    b = a * 3
    built_in = b._backward
    seen = []

    def _backward():
        seen.append(b.grad)
        built_in()

    b._backward = _backward
    (b * 7).backward()
    assert seen == [7.0] and a.grad == 21.0


def test_a_hook_on_a_leaf(engine):
    a, b = engine.Value(2.0), engine.Value(3.0)
    seen = []
    a._backward = lambda: seen.append(a.grad)
    (a * b + a).backward()
    assert seen == [4.0]


def test_a_hook_on_the_root_and_on_a_single_node(engine):
    a = engine.Value(2.0)
    a._backward = lambda: setattr(a, "grad", 5.0)
    a.backward()
    assert a.grad == 5.0


def test_a_call_by_hand(engine):
    a = engine.Value(0.5)
    out = my_tanh(engine.Value, a)
    out.grad = 2.0
    out._backward()
    assert a.grad == (1 - out.data * out.data) * 2.0


def test_assigning_a_second_time(engine):
    a = engine.Value(2.0)
    out = engine.Value(4.0, (a,), "f")
    out._backward = lambda: setattr(a, "grad", 1.0)
    out._backward = lambda: setattr(a, "grad", 2.0)
    (out * 1).backward()
    assert a.grad == 2.0


@pytest.mark.parametrize("bad", [0, 5, "f"])
def test_only_functions_are_accepted(engine, bad):
    a = engine.Value(2.0)
    b = a * 3
    with pytest.raises(TypeError, match=type(bad).__name__):
        b._backward = bad
    b.backward()
    assert a.grad == 3.0


def test_a_method_on_the_class(engine):
    class Square(engine.Value):
        def __init__(self, x):
            super().__init__(x.data**2, (x,), "square")
            self.x = x

        def _backward(self):
            self.x.grad += 2 * self.x.data * self.grad

    a = engine.Value(3.0)
    (Square(a * 2) * 5 + a).backward()
    assert a.grad == 5 * 2 * 6.0 * 2 + 1
    b = engine.Value(3.0)
    Square(Square(b)).backward()
    assert b.grad == 4 * 27.0


def test_a_class_that_assigns_in_init(engine):
    class Double(engine.Value):
        def __init__(self, x):
            super().__init__(2 * x.data, (x,), "double")
            self._backward = lambda: setattr(x, "grad", x.grad + 2 * self.grad)

    a = engine.Value(3.0)
    (Double(Double(a) + 1) * 5).backward()
    assert a.grad == 20.0


def test_a_custom_operator_without_backward_passes_nothing_on(engine):
    a = engine.Value(3.0)
    (engine.Value(7.0, (a,), "f") * 2).backward()
    assert a.grad == 0.0


def test_gradients_accumulate_as_with_built_in_operators(engine):
    V = engine.Value
    x = V(3.0)

    def times(a, b):
        out = V(a.data * b.data, (a, b), "times")

        def _backward():
            a.grad += b.data * out.grad
            b.grad += a.data * out.grad

        out._backward = _backward
        return out

    y = times(times(x, x), x)
    y.backward()
    assert x.grad == 27.0
    x.grad = 0.0
    y.backward()
    assert x.grad == 45.0


def test_a_custom_backward_that_raises(engine):
    a = engine.Value(3.0)
    b = engine.Value(0.0, (a,), "f")

    def fails():
        raise RuntimeError("not today")

    b._backward = fails
    root = b * 2
    with pytest.raises(RuntimeError, match="not today"):
        root.backward()
    b._backward = lambda: setattr(a, "grad", 9.0)
    root.backward()
    assert a.grad == 9.0


def test_a_custom_backward_may_build_and_run_graphs(engine):
    V = engine.Value
    a = V(3.0)
    out = V(9.0, (a,), "square")

    def _backward():
        x = V(a.data)
        (x * x).backward()
        a.grad += x.grad * out.grad

    out._backward = _backward
    (out * 2).backward()
    assert a.grad == 12.0


# --- no leaks ---


def test_a_graph_with_a_custom_backward_is_freed(engine, live_nodes):
    V = engine.Value
    before = live_nodes()
    a = V(0.5)
    for _ in range(20):
        root = my_sum(V, [my_tanh(V, a * 2), my_tanh(V, a), a]) * 3
        root.backward()
    del root
    assert live_nodes() == before + 1
    del a
    assert live_nodes() == before


def test_the_closure_is_freed(engine):
    class Token:
        pass

    token = Token()
    ref = weakref.ref(token)
    a = engine.Value(0.5)
    out = engine.Value(1.0, (a,), "f")
    out._backward = lambda token=token: out.grad  # noqa: F821 - deleted further down
    root = (out * 2).tanh()
    root.backward()
    del token, out
    collect()
    assert ref() is not None  # the root still needs it
    del root
    collect()
    assert ref() is None


def test_a_function_assigned_to_a_leaf_is_freed(engine, live_nodes):
    before = live_nodes()
    a = engine.Value(0.5)
    root = (a * 2).tanh()
    a._backward = lambda: a.grad  # noqa: F821 - deleted in the next line
    del a, root
    assert live_nodes() == before

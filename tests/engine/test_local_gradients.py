"""``Value(data, operands, local_gradients)``: microgpt's constructor."""

import copy
import math
import pickle

import numpy as np
import pytest

from micrograd_c import jit, no_grad
from micrograd_c.engine import Value as Installed
from python_ref.engine import Value as Reference

NOT_LOCAL = [(1.0,), (1.0, 2.0, 3.0), 5, 0.5, b"tanh", {"a": 1}, ("a", "b"), (None, 1.0), object()]


def tanh(x):
    t = math.tanh(x.data)
    return type(x)(t, (x,), (1 - t * t,))


def test_as_microgpt_writes_it(engine):
    x, y = engine.Value(0.5), engine.Value(-2.0)
    product = engine.Value(x.data * y.data, (x, y), (y.data, x.data))
    out = tanh(product) * 3 + x
    out.backward()
    slope = 3 * (1 - math.tanh(-1.0) ** 2)
    assert (x.grad, y.grad) == (slope * -2.0 + 1, slope * 0.5)
    assert product._prev == (x, y) and product._op == "" and product.data == -1.0


@pytest.mark.parametrize(
    "names",
    [
        lambda x, g: {"children": (x,), "local_grads": (g,)},
        lambda x, g: {"_children": [x], "local_grads": [g]},
        lambda x, g: {"_children": (x,), "_op": (g,)},
        lambda x, g: {"_children": (x,), "_op": "mine", "local_grads": np.array([g])},
        lambda x, g: {"children": (x,), "_op": "mine", "label": "t", "local_grads": (g,)},
    ],
)
def test_keywords(engine, names):
    x = engine.Value(2.0)
    made = engine.Value(7.0, **names(x, 2.5))
    made.backward()
    assert x.grad == 2.5
    assert made._op == ("mine" if names(x, 2.5).get("_op") == "mine" else "")
    assert made.label == names(x, 2.5).get("label", "")


def test_an_operand_twice_counts_twice(engine):
    x = engine.Value(3.0)
    square = engine.Value(9.0, (x, x), (0.1, 0.2))
    square.backward()
    assert x.grad == 0.1 + 0.2 and square._prev == (x,)


def test_no_operands(engine):
    leaf = engine.Value(1.0, (), ())
    assert leaf._prev == () and leaf._op == ""
    assert engine.Value(1.0, children=(), local_grads=())._prev == ()


@pytest.mark.parametrize("given", NOT_LOCAL)
def test_other_third_arguments_are_refused(engine, given, live_nodes):
    x, y = engine.Value(1.0), engine.Value(2.0)
    before = live_nodes()
    with pytest.raises(TypeError):
        engine.Value(3.0, (x, y), given)
    with pytest.raises(TypeError):
        engine.Value(3.0, (x, y), local_grads=given)
    assert live_nodes() == before


def test_an_argument_given_twice(engine):
    x = engine.Value(1.0)
    with pytest.raises(TypeError, match="children"):
        engine.Value(1.0, (x,), children=(x,))
    with pytest.raises(TypeError):
        engine.Value(1.0, (x,), (1.0,), local_grads=(1.0,))
    with pytest.raises(TypeError, match=r"write \(x,\)"):
        engine.Value(1.0, x, (1.0,))


def test_too_big_a_number(engine):
    with pytest.raises(OverflowError):
        engine.Value(1.0, (engine.Value(1.0),), (10**400,))


def test_a_subclass_with_microgpts_constructor(engine):
    class Mine(engine.Value):
        def __init__(self, data, children=(), local_grads=()):
            super().__init__(data, children, local_grads)

        def log(self):
            return Mine(math.log(self.data), (self,), (1 / self.data,))

        def __mul__(self, other):
            return Mine(self.data * other.data, (self, other), (other.data, self.data))

    x, y = Mine(2.0), Mine(4.0)
    out = (x * y).log()
    out.backward()
    assert type(out) is type(out._prev[0]) is Mine
    assert (x.grad, y.grad) == (4.0 / 8.0, 2.0 / 8.0)


def test_below_and_above_other_nodes(engine, live_nodes):
    before = live_nodes()
    x = engine.Value(0.5)
    n = engine.nn.MLP(2, [3, 1])
    out = tanh(n([tanh(x * 2), tanh(x)])) * 2
    out.backward()
    y = engine.Value(0.5)
    plain = n([(y * 2).tanh(), y.tanh()]).tanh() * 2
    plain.backward()
    assert out.data == plain.data and x.grad == pytest.approx(y.grad, rel=1e-12)
    del x, y, n, out, plain
    assert live_nodes() == before


def test_with_attributes_and_custom_backwards_nearby(engine):
    x = engine.Value(2.0, label="x")
    x.note = ["kept"]
    made = engine.Value(4.0, (x,), (4.0,))
    own = engine.Value(8.0, (made,), "twice")
    own._backward = lambda: setattr(made, "grad", made.grad + 2 * own.grad)
    (own * 3).backward()
    assert x.grad == 24.0 and made._prev[0].note == ["kept"]
    made._backward = lambda: None
    x.grad = 0.0
    (own * 3).backward()
    assert x.grad == 0.0


def test_recorded_in_no_grad(engine):
    x = engine.Value(2.0)
    with no_grad():
        made = engine.Value(4.0, (x,), (4.0,))
    made.backward()
    assert x.grad == 4.0


def test_backward_by_hand(engine):
    x = engine.Value(2.0)
    made = engine.Value(4.0, (x, x), (4.0, 0.5))
    made.grad = 2.0
    made._backward()
    assert x.grad == 9.0


def graph(Value):
    x = Value(0.5, label="x")
    made = Value(3.0, (x, x, x * 2), (1.5, 0.1, -2.0))
    made.label = "made"
    return made * 2 + Value(1.0, (made,), "named", local_grads=(7.0,))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_copies(engine, protocol):
    root, expected = graph(engine.Value), bits(graph(engine.Value))
    for copied in (copy.deepcopy(root), pickle.loads(pickle.dumps(root, protocol))):
        again = copy.deepcopy(copied)
        assert bits(copied) == bits(again) == expected and copied is not root
        assert copied._prev[1]._op == "named" and copied._prev[1]._prev[0].label == "made"


def bits(root):
    root.backward()
    found, todo = {}, [root]
    while todo:
        node = todo.pop()
        if node not in found:
            found[node] = (node.data.hex(), node.grad.hex(), node._op, node.label)
            todo += node._prev
        assert len(found) < 100
    return list(found.values())


def test_engines_load_each_others():
    first, second = graph(Installed), graph(Reference)
    assert bits(first) == bits(second)
    assert bits(pickle.loads(pickle.dumps(graph(Installed)))) == bits(graph(Reference))


def test_a_damaged_pickle(engine):
    root = engine.Value(4.0, (engine.Value(1.0),), (4.0,))
    rebuild, (leaves, nodes, cls), *_ = root.__reduce_ex__(4)
    ((name, k, label, operands, data, grad),) = nodes
    with pytest.raises(ValueError, match="damaged"):
        rebuild(leaves, [(name, (*k, 1.0), label, operands, data, grad)], cls)


def test_deep_and_wide(engine):
    v = x = engine.Value(1.0)
    for _ in range(20_000):
        v = engine.Value(v.data, (v,), (1.0,))
    wide = engine.Value(1.0, [v] * 5000, [1.0] * 5000)
    wide.backward()
    assert x.grad == 5000.0


def test_a_trace_refuses_it(jit_engine):
    w = Installed(2.0)
    with pytest.raises(TypeError, match="operator"):
        jit(lambda x: Installed(1.0, (w,), (2.0,)) * x)([1.0])
    made = Installed(1.0, (w,), (2.0,))
    with pytest.raises(TypeError, match="operator"):
        jit(lambda x: made * x)([1.0])

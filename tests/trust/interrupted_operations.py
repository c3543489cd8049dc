"""The operations that ``interrupts.py`` interrupts.

Each is a pair of functions: the first makes the operation's argument, the second is the operation.
"""

import copy
import pickle

import numpy as np

import micrograd_c
from micrograd_c import (
    enable_grad,
    functional,
    gradcheck,
    is_grad_enabled,
    jit,
    losses,
    no_grad,
    optim,
    where,
)
from micrograd_c.engine import Value
from micrograd_c.nn import MLP, Layer, Neuron
from micrograd_c.state import load_state_dict, state_dict

X = np.array([[1.0, 2.0], [-1.0, 0.5], [0.5, -0.25]])
Y = np.sign(X[:, 0] * X[:, 1])


class Own(Value):
    """A subclass with an attribute and a custom backward."""

    def __init__(self, data):
        super().__init__(data)
        self.note = "mine"

    def _backward(self):
        self.seen = True


def two():
    return Value(3.0), Value(-2.0)


def graph():
    x, y = two()
    x.label = "x"
    z = x
    for _ in range(3):
        z = z * y + x.tanh()
    return z


def labelled_graph():
    z = graph()
    z._prev[0]._prev[0].mark = [1]
    return z


def with_custom_backward():
    x, y = two()
    out = Value(x.data * y.data, (x, y), "mine")

    def backward():
        x.grad += y.data * out.grad
        y.grad += x.data * out.grad

    out._backward = backward
    return out * 2.0


def net():
    return MLP(2, [2, 1])


def net_with_gradients():
    model = net()
    losses.mse_loss([model(x) for x in X.tolist()], Y.tolist()).backward()
    return model


def jitted():
    model = net()
    return model, jit(lambda x, y: (1.0 - y * model(x)).relu())


def traced_already():
    model, loss = jitted()
    loss(X, Y)
    return model, loss


def optimizer(kind, **options):
    def prepare():
        model = net_with_gradients()
        return model, kind(model.parameters(), lr=0.01, **options)

    return prepare


class CustomRule(optim.SGD):
    """An update rule written in Python, so that a step is not a single call into C."""

    def _update(self, data, grad):
        data -= self.lr * grad


def trained(rule):
    def prepare():
        model, loss = traced_already()
        return loss, rule(model.parameters(), lr=0.01)

    return prepare


def step_with_operators(model):
    total = sum((model(x) - y) ** 2 for x, y in zip(X.tolist(), Y.tolist()))
    model.zero_grad()
    total.backward()
    for p in model.parameters():
        p.data -= 0.01 * p.grad


def in_no_grad(v):
    with no_grad():
        z = v * 2.0
        with enable_grad():
            z = (z * v).tanh()
    return z


@no_grad()
def decorated(v):
    return v * v


@no_grad()
def decorated_generator(v):
    for _ in range(3):
        v = v * v
        yield v


@no_grad()
async def decorated_coroutine(v):
    return v * v


def run_coroutine(v):
    coroutine = decorated_coroutine(v)
    try:
        coroutine.send(None)
    except StopIteration:
        pass
    finally:
        coroutine.close()


def reinitialise(z):
    z.__init__(5.0)
    z.__init__(2.0, (Value(1.0),), "mine")
    z.__init__(1.0)


def walk(v):
    seen, todo = set(), [v]
    while todo:
        v = todo.pop()
        if v not in seen:
            seen.add(v)
            todo.extend(v._prev)
    return [(v._op, v.label, v.data) for v in seen]


def attributes(z):
    z.label = "z"
    z.note = {"a": 1}
    z._prev[0].label = "below"
    del z.note


def all_operators(pair):
    x, y = pair
    return [
        x + y, x * y, x - y, x / y, x**2, x**-1.5, x**y, 2.0 * x, 1 - y, 2 / x, 2**x, -x, x.exp(),
        x.log(), x.tanh(), y.relu(), x.sigmoid(), x.maximum(y), x < y, abs(y), x.detach(),
        y.leaky_relu(), where(x, y, 1.0), np.float64(2.0) * x,
    ]  # fmt: skip


def all_bulk(pair):
    values = list(pair) * 3
    return [
        functional.total(values), functional.dot(values, values), functional.softmax(values),
        functional.logsumexp(values), functional.get_data(values), functional.get_grad(values),
        functional.set_data(values, range(6)), functional.zero_grad(values),
        functional.linear(values, [values, values], pair), functional.rms_norm(values),
        functional.layer_norm(values, values, values), functional.log_softmax(values),
        sum(functional.linear(pair, [pair, pair])).backward(),
    ]  # fmt: skip


def change(model):
    model.layers[0].neurons[0].b = Value(1.0)
    model.layers[0].neurons[1].w[0] = Value(2.0)
    return model([1.0, 2.0])


def load_optimizer(made):
    made[1].load_state_dict(made[1].state_dict())


# name: (function that makes the argument, operation)
OPERATIONS = {
    "a leaf": (two, lambda s: Value(1.0)),
    "a leaf with a label": (two, lambda s: Value(1, label="x")),
    "a custom operator": (two, lambda s: Value(1.0, s, "mine")),
    "a subclass": (two, lambda s: Own(1.0) * s[0]),
    "the operators": (two, all_operators),
    "sum": (two, lambda s: sum([*s, *s])),
    "backward": (graph, lambda s: s.backward()),
    "a custom backward": (with_custom_backward, lambda s: s.backward()),
    "backward of a subclass": (lambda: Own(2.0) * 3.0, lambda s: s.backward()),
    "_backward by hand": (graph, lambda s: s._backward()),
    "_backward assigned": (graph, lambda s: setattr(s, "_backward", print)),
    "data and grad": (graph, lambda s: (setattr(s, "data", s.grad + 1), setattr(s, "grad", 2))),
    "attributes": (graph, attributes),
    "a graph dropped": (lambda: [graph()], lambda s: s.clear()),
    "a graph with attributes dropped": (lambda: [labelled_graph()], lambda s: s.clear()),
    "__init__ again": (graph, reinitialise),
    "a walk by _prev": (labelled_graph, walk),
    "repr and comparisons": (graph, lambda s: (repr(s), s < 1, s >= s, float(s.detach()))),
    "deepcopy": (labelled_graph, copy.deepcopy),
    "pickle": (labelled_graph, lambda s: pickle.loads(pickle.dumps(s))),
    "the bulk helpers": (two, all_bulk),
    "losses": (two, lambda s: [losses.mse_loss(s, s), losses.cross_entropy(s, 1)]),
    "gradcheck": (two, lambda s: gradcheck(lambda x, y: x * y, list(s))),
    "a net is made": (two, lambda s: MLP(2, [2, 1])),
    "a net's first call": (net, lambda s: s([1.0, 2.0])),
    "a net of Values": (lambda: (net(), two()), lambda s: s[0](list(s[1])).backward()),
    "a layer, a neuron": (lambda: (Layer(2, 2), Neuron(2)), lambda s: [f([1, 2]) for f in s]),
    "a net is changed": (net, change),
    "a net is trained": (net, step_with_operators),
    "zero_grad": (net_with_gradients, lambda s: s.zero_grad()),
    "a net is copied": (net_with_gradients, copy.deepcopy),
    "a net is pickled": (net_with_gradients, lambda s: pickle.loads(pickle.dumps(s))),
    "load_state_dict": (net, lambda s: load_state_dict(s, state_dict(s))),
    "optimizers are made": (net, lambda s: [optim.SGD(s.parameters()), optim.Adam(s.parameters())]),
    "SGD": (optimizer(optim.SGD, momentum=0.9), lambda s: (s[1].step(), s[1].zero_grad())),
    "Adam": (optimizer(optim.Adam), lambda s: (s[1].step(), s[1].zero_grad())),
    "a custom optimizer": (optimizer(CustomRule), lambda s: (s[1].step(), s[1].zero_grad())),
    "an optimizer's state": (optimizer(optim.Adam), load_optimizer),
    "no_grad": (lambda: Value(2.0), in_no_grad),
    "no_grad on a function": (lambda: Value(2.0), lambda s: decorated(s)),
    "no_grad on a generator": (lambda: Value(2.0), lambda s: list(decorated_generator(s))),
    "no_grad on a coroutine": (lambda: Value(2.0), run_coroutine),
    "no_grad decorates": (two, lambda s: no_grad()(lambda: s)),
    "jit traces": (jitted, lambda s: s[1](X, Y)),
    "jit in no_grad": (jitted, lambda s: no_grad(s[1])(X, Y)),
    "jit is called": (traced_already, lambda s: s[1](X, Y)),
    "jit's backward": (traced_already, lambda s: s[1].backward(X, Y)),
    "jit's check": (traced_already, lambda s: s[1].check(X, Y)),
    "jit's explain": (traced_already, lambda s: s[1].explain()),
    "fit": (trained(optim.SGD), lambda s: s[0].fit(X, Y, optimizer=s[1], epochs=2, batch_size=2)),
    "fit by steps": (trained(CustomRule), lambda s: s[0].fit(X, Y, optimizer=s[1], batch_size=2)),
}  # fmt: skip


def many(pair):
    x, y = pair
    for _ in range(20):
        x = (x * 0.5 + y).tanh()


def modes(pair):
    for _ in range(10):
        with no_grad(), enable_grad():
            decorated(pair[0])
        assert is_grad_enabled()


# These run in a loop that is interrupted at random moments.
LOOPS = {
    name: OPERATIONS[name]
    for name in (
        "a net is trained", "a walk by _prev", "deepcopy", "jit traces", "jit is called", "fit",
        "fit by steps", "a custom optimizer", "no_grad", "no_grad on a generator",
    )
}  # fmt: skip
LOOPS["operators"] = (two, many)
LOOPS["modes"] = (two, modes)
LOOPS["leaves"] = (two, lambda s: [Value(i) for i in range(20)])

assert micrograd_c.backend in ("c", "python")

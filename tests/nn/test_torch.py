"""Against PyTorch in double precision, to 1e-12 relative."""

import math
import random

import pytest

torch = pytest.importorskip("torch")

# name: (PyTorch's function, an interval where both are smooth or agree at kinks)
UNARY = {
    "abs": (torch.abs, (-3, 3)),
    "relu": (torch.relu, (-3, 3)),
    "leaky_relu": (torch.nn.functional.leaky_relu, (-3, 3)),
    "tanh": (torch.tanh, (-3, 3)),
    "sigmoid": (torch.sigmoid, (-30, 30)),
    "softplus": (torch.nn.functional.softplus, (-15, 15)),  # linear above its threshold, 20
    "silu": (torch.nn.functional.silu, (-20, 20)),
    "gelu": (torch.nn.functional.gelu, (-3, 6)),
    "exp2": (torch.exp2, (-5, 5)),
    "log2": (torch.log2, (0.01, 10)),
    "log10": (torch.log10, (0.01, 10)),
    "erfc": (torch.erfc, (-3, 3)),
    "asinh": (torch.asinh, (-10, 10)),
    "acosh": (torch.acosh, (1.05, 10)),
    "atanh": (torch.atanh, (-0.95, 0.95)),
    "lgamma": (torch.lgamma, (0.1, 20)),
    "floor": (torch.floor, (-3, 3)),
    "ceil": (torch.ceil, (-3, 3)),
    "sign": (torch.sign, (-3, 3)),
    "exp": (torch.exp, (-5, 5)),
    "expm1": (torch.expm1, (-2, 2)),
    "log": (torch.log, (0.01, 10)),
    "log1p": (torch.log1p, (-0.9, 5)),
    "sqrt": (torch.sqrt, (0.01, 10)),
    "sin": (torch.sin, (-10, 10)),
    "cos": (torch.cos, (-10, 10)),
    "tan": (torch.tan, (-1.4, 1.4)),
    "asin": (torch.asin, (-0.95, 0.95)),
    "acos": (torch.acos, (-0.95, 0.95)),
    "atan": (torch.atan, (-10, 10)),
    "sinh": (torch.sinh, (-4, 4)),
    "cosh": (torch.cosh, (-4, 4)),
    "erf": (torch.erf, (-3, 3)),
}
BINARY = {
    "+": (lambda x, y: x + y, lambda x, y: x + y),
    "-": (lambda x, y: x - y, lambda x, y: x - y),
    "*": (lambda x, y: x * y, lambda x, y: x * y),
    "/": (lambda x, y: x / (y * y + 1), lambda x, y: x / (y * y + 1)),
    "**": (lambda x, y: (x * x + 0.1) ** y, lambda x, y: (x * x + 0.1) ** y),
    "atan2": (lambda x, y: x.atan2(y), torch.atan2),
    "hypot": (lambda x, y: x.hypot(y), torch.hypot),
    "maximum": (lambda x, y: x.maximum(y), torch.maximum),
    "minimum": (lambda x, y: x.minimum(y), torch.minimum),
}


def tensor(x):
    return torch.tensor(x, dtype=torch.float64, requires_grad=True)


def close(x):
    return pytest.approx(float(x.detach()), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("name", UNARY)
def test_functions_of_one(engine, name):
    function, interval = UNARY[name]
    rng = random.Random(name)
    for _ in range(200):
        x = rng.uniform(*interval)
        v, t = engine.Value(x), tensor(x)
        ours, theirs = getattr(v, name)(), function(t)
        (ours * 3.0).backward()
        (theirs * 3.0).backward()
        assert ours.data == close(theirs)
        assert v.grad == close(t.grad)


@pytest.mark.parametrize("name", BINARY)
def test_functions_of_two(engine, name):
    mine, its = BINARY[name]
    rng = random.Random(name)
    for _ in range(200):
        x, y = rng.uniform(-3, 3), rng.uniform(-3, 3)
        v, w, s, t = engine.Value(x), engine.Value(y), tensor(x), tensor(y)
        ours, theirs = mine(v, w), its(s, t)
        ours.backward()
        theirs.backward()
        assert ours.data == close(theirs)
        assert (v.grad, w.grad) == (close(s.grad), close(t.grad))


@pytest.mark.parametrize("k", [-2, -0.5, 0, 1, 2, 3, 0.5])
def test_powers(engine, k):
    for x in (0.3, 1.0, 2.5):
        v, t = engine.Value(x), tensor(x)
        (v**k).backward()
        (t**k).backward()
        assert v.grad == close(t.grad)
        w, u = engine.Value(k), tensor(float(k))
        (x**w).backward()
        (x**u).backward()
        assert w.grad == close(u.grad)


@pytest.mark.parametrize("x", [0.0, -0.0])
@pytest.mark.parametrize("k", [0, 1, 2, 3])
def test_powers_at_zero(engine, x, k):
    v, t = engine.Value(x), tensor(x)
    (v**k).backward()
    (t**k).backward()
    assert v.grad == float(t.grad)


@pytest.mark.parametrize("name", ["relu", "abs", "leaky_relu"])
@pytest.mark.parametrize("x", [0.0, -0.0])
def test_kinks(engine, name, x):
    v, t = engine.Value(x), tensor(x)
    getattr(v, name)().backward()
    UNARY[name][0](t).backward()
    assert v.grad == float(t.grad)


def composed(x, y, maximum, softplus, tanh):
    z = x * y + tanh(x) * 2
    z = z + softplus(maximum(z, y) * z)
    for _ in range(5):
        z = tanh(z * 0.5 + y) - x / (z * z + 1)
        x = maximum(x, z) * y
    return z * z + x


def test_composed(engine):
    rng = random.Random(0)
    softplus = torch.nn.functional.softplus
    for _ in range(200):
        x, y = rng.uniform(-2, 2), rng.uniform(-2, 2)
        v, w, s, t = engine.Value(x), engine.Value(y), tensor(x), tensor(y)
        V = engine.Value
        ours = composed(v, w, V.maximum, V.softplus, V.tanh)
        theirs = composed(s, t, torch.maximum, softplus, torch.tanh)
        ours.backward()
        theirs.backward()
        assert ours.data == close(theirs)
        size = max(abs(v.grad), abs(w.grad), 1.0)
        assert v.grad == pytest.approx(float(s.grad), rel=1e-12, abs=1e-12 * size)
        assert w.grad == pytest.approx(float(t.grad), rel=1e-12, abs=1e-12 * size)


def test_a_net(engine):
    """One step of two nets with the same weights; compares every gradient."""
    random.seed(4)
    net = engine.nn.MLP(3, [8, 8, 1])
    layers = []
    for layer in net.layers:
        w = torch.tensor([[w.data for w in n.w] for n in layer.neurons], dtype=torch.float64)
        b = torch.tensor([n.b.data for n in layer.neurons], dtype=torch.float64)
        layers.append((w.requires_grad_(), b.requires_grad_()))
    X = [[random.gauss(0, 1) for _ in range(3)] for _ in range(20)]
    y = [math.sin(sum(row)) for row in X]

    out = torch.tensor(X, dtype=torch.float64)
    for i, (w, b) in enumerate(layers):
        out = out @ w.T + b
        out = torch.relu(out) if i < 2 else out
    theirs = ((out[:, 0] - torch.tensor(y, dtype=torch.float64)) ** 2).mean()
    theirs.backward()
    ours = sum((net(row) - yi) ** 2 for row, yi in zip(X, y)) / len(y)
    ours.backward()
    assert ours.data == close(theirs)
    for layer, (w, b) in zip(net.layers, layers):
        for neuron, row, bias in zip(layer.neurons, w.grad, b.grad):
            expected = [*row.tolist(), bias.item()]
            got = [p.grad for p in neuron.parameters()]
            assert got == pytest.approx(expected, rel=1e-12, abs=1e-14)

"""Gradients of gradients against PyTorch's double backward (create_graph=True), in float64."""

import math
import random

import pytest

from micrograd_c import functional, losses
from micrograd_c.differentiate import gradients
from python_ref.core.ops import NAMED

torch = pytest.importorskip("torch", reason="PyTorch is absent: pip install torch")

# Our operators by PyTorch's functions, where the names differ. A row of the table that PyTorch
# has under no name is left out of the random expressions.
ELSEWHERE = {
    "leaky_relu": torch.nn.functional.leaky_relu,
    "softplus": torch.nn.functional.softplus,
}
TORCH = {
    op.name: ELSEWHERE.get(op.name) or getattr(torch, op.name)
    for op in NAMED
    if op.name in ELSEWHERE or callable(getattr(torch, op.name, None))
}
# The operators of one number that are smooth everywhere, and those that are smooth within (-1, 1).
EVERYWHERE = ("tanh", "sigmoid", "softplus", "sin", "cos", "atan", "erf")
INSIDE = ("asin", "acos", "tan", "exp", "expm1", "sinh", "cosh")
TWO = ("+", "-", "*", "/", "**", "atan2", "maximum", "minimum")


def tensor(x):
    return torch.tensor(x, dtype=torch.float64, requires_grad=True)


def close(theirs):
    return pytest.approx(numbers(theirs), rel=1e-10, abs=1e-11)


def numbers(tensors):
    return [float(t.detach()) for t in tensors]


def data(values):
    return [v.data for v in values]


def slopes_of(output, inputs):
    """PyTorch's gradients, with a graph; 0 where the output does not depend on an input."""
    if not output.requires_grad:
        return [torch.zeros_like(x) for x in inputs]
    return torch.autograd.grad(
        output, inputs, create_graph=True, allow_unused=True, materialize_grads=True
    )


def assert_second_order(ours, xs, theirs, ts, rng):
    """The gradients of a random combination of the gradients, by gradients() and backward()."""
    mine, its = gradients(ours, xs), slopes_of(theirs, ts)
    assert data(mine) == close(its)
    weights = [rng.uniform(-1, 1) for _ in xs]
    mine, its = (sum(w * g * g for w, g in zip(weights, gs)) for gs in (mine, its))
    expected = slopes_of(its, ts)
    second = gradients(mine, xs)
    assert data(second) == close(expected)
    for x in xs:
        x.grad = 0.0
    mine.backward()
    assert [x.grad for x in xs] == data(second)  # to the bit


# --- random expressions ------------------------------------------------------------------


def random_expression(rng):
    """Steps on a stack of three numbers: (operator, places of its operands)."""
    steps = []
    for place in range(3, 3 + rng.randint(4, 12)):
        x, y = rng.randrange(place), rng.randrange(place)
        steps.append(rng.choice([
            (rng.choice(EVERYWHERE), x, None), (rng.choice(INSIDE), x, None),
            (rng.choice(("log", "log1p", "sqrt")), x, None), (rng.choice(TWO), x, y),
            (rng.choice(TWO), x, y),
        ]))  # fmt: skip
    return steps


def evaluate(steps, xs, functions):
    """The sum of the last numbers on the stack. ``functions``: the operators, by name."""
    stack = list(xs)
    for name, i, j in steps:
        x = stack[i]
        if name in INSIDE:
            stack.append(functions[name](0.9 * functions["tanh"](x)))
        elif j is None:
            positive = name in ("log", "log1p", "sqrt")
            stack.append(functions[name](x * x + 0.1 if positive else x))
        else:
            stack.append(two(name, x, stack[j], functions))
    return functions["tanh"](stack[-1]) + functions["tanh"](stack[-2]) * stack[0]


def two(name, x, y, functions):
    if name == "**":
        return (x * x + 0.1) ** functions["tanh"](y)
    if name == "/":
        return x / (y * y + 0.5)
    if name == "atan2":
        return functions[name](x, y * y + 0.5)
    if name in "+-*":
        return {"+": x + y, "-": x - y, "*": x * y}[name]
    return functions[name](x, y)


OURS = {name: getattr(functional, name) for name in functional.__all__}


def test_random_expressions(engine):
    for seed in range(150):
        rng = random.Random(seed)
        steps = random_expression(rng)
        point = [rng.uniform(-1.5, 1.5) for _ in range(3)]
        xs, ts = [engine.Value(x) for x in point], [tensor(x) for x in point]
        ours, theirs = evaluate(steps, xs, OURS), evaluate(steps, ts, TORCH)
        if max(map(abs, numbers(slopes_of(theirs, ts)))) < 1e4:  # else digits are lost in both
            assert_second_order(ours, xs, theirs, ts, rng)


# --- nets --------------------------------------------------------------------------------


def nets(engine, sizes):
    """The same tanh net twice: an nn.MLP, and PyTorch's layers with the same weights."""
    model = engine.nn.MLP(sizes[0], sizes[1:], nonlin="tanh")
    layers = [
        (tensor([[w.data for w in n.w] for n in layer.neurons]),
         tensor([n.b.data for n in layer.neurons]))
        for layer in model.layers
    ]  # fmt: skip

    def its(x):
        for i, (w, b) in enumerate(layers):
            x = w @ x + b
            x = torch.tanh(x) if i < len(layers) - 1 else x
        return x

    return model, its, [t for layer in layers for t in layer]


def in_order(model, tensors):
    """PyTorch's gradients of weights and biases in the order of model.parameters()."""
    found = []
    for w, b in zip(tensors[::2], tensors[1::2]):
        for row, bias in zip(w.tolist(), b.tolist()):
            found += [*row, bias]
    assert len(found) == len(model.parameters())
    return found


def assert_alike(ours, theirs, scale=1e-11):
    assert ours == pytest.approx(theirs, rel=1e-10, abs=scale)


def test_a_gradient_penalty(engine):
    """As of a Wasserstein critic: (|d net / d input| - 1)^2, by the weights."""
    random.seed(2)
    model, its, tensors = nets(engine, [3, 6, 5, 1])
    for _ in range(3):
        x = [random.uniform(-1, 1) for _ in range(3)]
        xs, t = [engine.Value(v) for v in x], tensor(x)
        slopes = gradients(model(xs), xs)
        ours = (functional.dot(slopes, slopes).sqrt() - 1) ** 2
        (slope,) = slopes_of(its(t)[0], [t])
        theirs = (slope.norm() - 1) ** 2
        assert ours.data == pytest.approx(float(theirs.detach()), rel=1e-12)
        expected = in_order(model, torch.autograd.grad(theirs, tensors, materialize_grads=True,
                                                       allow_unused=True))  # fmt: skip
        assert_alike(data(gradients(ours, model.parameters())), expected)
        model.zero_grad()
        ours.backward()
        assert_alike([p.grad for p in model.parameters()], expected)


def test_a_laplacian_in_a_loss(engine):
    """As of a physics-informed loss: third derivatives in all, by the weights."""
    random.seed(3)
    model, its, tensors = nets(engine, [2, 5, 1])
    x = [0.3, -0.6]
    xs, t = [engine.Value(v) for v in x], tensor(x)
    slopes = gradients(model(xs), xs)
    ours = sum(gradients(slope, xs)[i] for i, slope in enumerate(slopes)) ** 2
    (slope,) = slopes_of(its(t)[0], [t])
    theirs = sum(slopes_of(slope[i], [t])[0][i] for i in range(2)) ** 2
    assert ours.data == pytest.approx(float(theirs.detach()), rel=1e-11)
    expected = torch.autograd.grad(theirs, tensors, materialize_grads=True, allow_unused=True)
    assert_alike(data(gradients(ours, model.parameters())), in_order(model, expected))


def test_a_relu_net(engine):
    """Its second derivatives by an input are 0; those by an input and a weight are not."""
    random.seed(5)
    model = engine.nn.MLP(2, [4, 1])
    x = [engine.Value(0.5), engine.Value(-0.3)]
    slopes = gradients(model(x), x)
    assert data(gradients(slopes[0], x)) == [0.0, 0.0]
    layer = model.layers[0]
    w = tensor([[w.data for w in n.w] for n in layer.neurons])
    b = tensor([n.b.data for n in layer.neurons])
    last = [tensor([w.data for w in model.layers[1].neurons[0].w])]
    t = tensor([0.5, -0.3])
    (slope,) = slopes_of(last[0] @ torch.relu(w @ t + b), [t])
    (expected,) = slopes_of(slope[0], [w])
    mine = [gradients(slopes[0], n.w) for n in layer.neurons]
    assert [data(row) for row in mine] == expected.tolist()
    assert any(any(row) for row in expected.tolist())


# --- softmax and losses ------------------------------------------------------------------


LOSSES = {
    "softmax": (
        lambda xs: functional.dot(functional.softmax(xs), [0.3, -1.0, 2.0, 0.5]),
        lambda t: torch.softmax(t, 0) @ torch.tensor([0.3, -1.0, 2.0, 0.5], dtype=torch.float64),
    ),
    "logsumexp": (functional.logsumexp, lambda t: torch.logsumexp(t, 0)),
    "cross entropy": (
        lambda xs: losses.cross_entropy(xs, 2),
        lambda t: torch.nn.functional.cross_entropy(t[None], torch.tensor([2])),
    ),
    "cross entropy of a distribution": (
        lambda xs: losses.cross_entropy(xs, [0.1, 0.2, 0.3, 0.4]),
        lambda t: torch.nn.functional.cross_entropy(
            t[None], torch.tensor([[0.1, 0.2, 0.3, 0.4]], dtype=torch.float64)
        ),
    ),
    "binary cross entropy": (
        lambda xs: losses.binary_cross_entropy_with_logits(xs, [1, 0, 1, 0]),
        lambda t: torch.nn.functional.binary_cross_entropy_with_logits(
            t, torch.tensor([1.0, 0.0, 1.0, 0.0], dtype=torch.float64)
        ),
    ),
    "mean squared error": (
        lambda xs: losses.mse_loss(functional.softmax(xs), [0, 1, 0, 0]),
        lambda t: torch.nn.functional.mse_loss(
            torch.softmax(t, 0), torch.tensor([0.0, 1.0, 0.0, 0.0], dtype=torch.float64)
        ),
    ),
}


@pytest.mark.parametrize("name", LOSSES)
def test_hessians_of_losses(engine, name):
    mine, its = LOSSES[name]
    point = [0.4, -1.3, 0.9, 2.0]
    xs, t = [engine.Value(x) for x in point], tensor(point)
    expected = torch.autograd.functional.hessian(its, t).tolist()
    slopes = gradients(mine(xs), xs)
    for slope, row in zip(slopes, expected):
        assert_alike(data(gradients(slope, xs)), row, 1e-14)


def test_third_derivatives(engine):
    x, t = engine.Value(0.6), tensor(0.6)
    ours, theirs = (x.tanh() * x.exp()).sin(), torch.sin(torch.tanh(t) * torch.exp(t))
    for _ in range(3):
        (ours,), (theirs,) = gradients(ours, [x]), slopes_of(theirs, [t])
        assert ours.data == pytest.approx(float(theirs.detach()), rel=1e-12)
    assert math.isfinite(ours.data)

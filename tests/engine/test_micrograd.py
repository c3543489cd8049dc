"""Against micrograd 0.1.0, where both should agree; and the differences that we document."""

import random

import micrograd.engine
import micrograd.nn
import numpy as np
import pytest


def close(x):
    return pytest.approx(x, rel=1e-12)


def readme(Value):
    """The expression in micrograd's README."""
    a = Value(-4.0)
    b = Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()
    return g, a, b


def test_readme(engine):
    """The numbers are those of micrograd's README, computed with micrograd 0.1.0."""
    g, a, b = readme(engine.Value)
    assert g.data == close(24.70408163265306)
    assert a.grad == close(138.83381924198252)
    assert b.grad == close(645.5772594752186)


def random_graph(Value, seed):
    rng = random.Random(seed)
    pool = [Value(rng.uniform(0.5, 2)) for _ in range(3)]
    leaves = list(pool)
    for _ in range(30):
        a, b, k = rng.choice(pool), rng.choice(pool[-4:]), rng.uniform(0.5, 2)
        pool.append(
            rng.choice(
                (
                    lambda: a + b,
                    lambda: a - b,
                    lambda: (a * b).relu() + 0.1,
                    lambda: a * k,
                    lambda: k - a,
                    lambda: a / (b * b + 1),
                    lambda: k / (a * a + 1),
                    lambda: (a * a + k) ** -0.5,
                    lambda: -a,
                    lambda: (a * 0.1) ** 3,
                )
            )()
        )
    root = sum(v / (v * v + 1) for v in pool)
    root.backward()
    return root, leaves + pool


@pytest.mark.parametrize("seed", range(40))
def test_random_graphs(engine, seed):
    ours, mine = random_graph(engine.Value, seed)
    theirs, its = random_graph(micrograd.engine.Value, seed)
    assert ours.data == close(theirs.data)
    scale = max(abs(v.grad) for v in its)
    for v, w in zip(mine, its):
        assert v.data == close(w.data)
        assert v.grad == pytest.approx(w.grad, rel=1e-12, abs=1e-13 * scale)
        assert v._op == w._op and set(map(type, v._prev)) <= {engine.Value}
        assert sorted(p.data for p in v._prev) == close(sorted(p.data for p in w._prev))


def test_second_backward_accumulates_alike(engine):
    grads = []
    for Value in (engine.Value, micrograd.engine.Value):
        x = Value(3.0)
        y = x * x * x
        y.backward()
        x.grad = 0
        y.backward()
        y.backward()
        grads.append(x.grad)
    assert grads[0] == grads[1]


@pytest.mark.parametrize("nouts", [[1], [4, 1], [16, 16, 1], [3, 2]], ids=str)
def test_nets_have_the_same_weights_outputs_and_reprs(engine, nouts):
    nets = []
    for nn in (engine.nn, micrograd.nn):
        random.seed(1337)
        nets.append(nn.MLP(2, list(nouts)))
    ours, theirs = nets
    assert [p.data for p in ours.parameters()] == [p.data for p in theirs.parameters()]
    assert repr(ours) == repr(theirs)
    a, b = ours([0.3, -0.7]), theirs([0.3, -0.7])
    a, b = (out if isinstance(out, list) else [out] for out in (a, b))
    assert [v.data for v in a] == close([v.data for v in b])
    sum(a).backward()
    sum(b).backward()
    assert [p.grad for p in ours.parameters()] == close([p.grad for p in theirs.parameters()])


def test_what_micrograd_does_differently():
    """If this fails, micrograd has changed, and the README's section on compatibility must, too."""
    Value = micrograd.engine.Value
    assert type((Value(2) + 1).data) is int
    assert isinstance((Value(1.0) + 2)._prev, set)
    with pytest.raises(AssertionError):
        Value(2.0) ** Value(3.0)
    with pytest.raises(TypeError):
        assert Value(1.0) < Value(2.0)
    x = Value(0.0)
    with pytest.raises(ZeroDivisionError):
        (x**0).backward()


# --- the demo notebook ----------------------------------------------------------------


def svm_loss(model, X, y):
    """demo.ipynb's loss: hinge over all samples, and L2 of 1e-4."""
    scores = [model(row) for row in X]
    losses = [(1 + -yi * score).relu() for yi, score in zip(y, scores)]
    data_loss = sum(losses) * (1.0 / len(losses))
    total = data_loss + 1e-4 * sum(p * p for p in model.parameters())
    accuracy = np.mean([(yi > 0) == (score.data > 0) for yi, score in zip(y, scores)])
    return total, accuracy


def demo(nn):
    np.random.seed(1337)
    random.seed(1337)
    datasets = pytest.importorskip("sklearn.datasets")
    X, y = datasets.make_moons(n_samples=100, noise=0.1)
    return nn.MLP(2, [16, 16, 1]), X, y * 2 - 1


def test_demo_first_step(engine):
    """The numbers are those of demo.ipynb, run with micrograd 0.1.0 and scikit-learn."""
    model, X, y = demo(engine.nn)
    assert len(model.parameters()) == 337
    total, accuracy = svm_loss(model, X, y)
    assert total.data == close(0.8958441028683222) and accuracy == 0.5


def test_demo_trains_to_100_percent(engine):
    if engine.name == "py":
        pytest.skip("a minute or more; test_parity says that it would be the same")
    model, X, y = demo(engine.nn)
    for k in range(100):
        total, accuracy = svm_loss(model, X, y)
        model.zero_grad()
        total.backward()
        for p in model.parameters():
            p.data -= (1.0 - 0.9 * k / 100) * p.grad
    assert svm_loss(model, X, y)[1] == 1.0


def test_demo_gradients_are_micrograds():
    import micrograd_c.nn

    gradients = []
    for nn in (micrograd.nn, micrograd_c.nn):
        model, X, y = demo(nn)
        total, _ = svm_loss(model, X[:30], y[:30])
        total.backward()
        gradients.append([p.grad for p in model.parameters()])
    assert gradients[1] == pytest.approx(gradients[0], rel=1e-12, abs=1e-15)

"""Times a step of micrograd's demo: ``python -m benchmarks.train_mlp``.

The program is that of micrograd's demo notebook: two moons of 100 points, an MLP 2-16-16-1,
hinge loss with L2, full-batch gradient descent; a step has about 65,800 scalar nodes. Only the
classes that it uses differ:

- micrograd 0.1.0, with the garbage collector on and off;
- python_ref, our Python engine;
- micrograd_c with a Neuron that the user wrote in Python: every operator is a call of C;
- micrograd_c's own nn: a call of a net is one call of C.

As in the notebook, the data are NumPy numbers. micrograd then computes with them, which is
slower than with Python floats; ``--floats`` gives all contestants floats.
"""

import argparse
import importlib.util
import random
from typing import Callable, NamedTuple

from benchmarks import user_nn
from benchmarks.agreement import check_agreement
from benchmarks.text import duration, table, times
from micrograd_c._timing import Contestant, race
from micrograd_c.cli.engines import c_engine

SIZES = [2, 16, 16, 1]
GOLDEN_LOSS = 0.8958441028683222  # micrograd 0.1.0's first loss on scikit-learn's moons


class Entry(NamedTuple):
    """Classes to run the demo with."""

    name: str
    Value: type
    make_model: Callable
    collector: bool = True


def moons():
    """Return X, y as in the notebook, and True if they are scikit-learn's, as GOLDEN_LOSS needs."""
    import numpy as np

    np.random.seed(1337)
    random.seed(1337)
    if importlib.util.find_spec("sklearn"):
        from sklearn.datasets import make_moons

        X, y = make_moons(n_samples=100, noise=0.1)
        return X, y * 2 - 1, True
    angle = np.linspace(0, np.pi, 50)
    upper = np.c_[np.cos(angle), np.sin(angle)]
    X = np.r_[upper, [1.0, 0.5] - upper] + np.random.normal(0, 0.1, (100, 2))
    return X, np.repeat([-1, 1], 50), False


class Demo:
    """The notebook's program. ``step()`` is one iteration of its loop."""

    def __init__(self, entry, X, y):
        random.seed(1337)
        self.Value, self.X, self.y = entry.Value, X, y
        self.model = entry.make_model()
        self.k = 0

    def loss(self):
        inputs = [list(map(self.Value, xrow)) for xrow in self.X]
        scores = list(map(self.model, inputs))
        losses = [(1 + -yi * scorei).relu() for yi, scorei in zip(self.y, scores)]
        data_loss = sum(losses) * (1.0 / len(losses))
        alpha = 1e-4
        reg_loss = alpha * sum(p * p for p in self.model.parameters())
        total_loss = data_loss + reg_loss
        accuracy = [(yi > 0) == (scorei.data > 0) for yi, scorei in zip(self.y, scores)]
        return total_loss, sum(accuracy) / len(accuracy)

    def step(self):
        total_loss, _ = self.loss()
        self.model.zero_grad()
        total_loss.backward()
        learning_rate = 1.0 - 0.9 * (self.k % 100) / 100
        for p in self.model.parameters():
            p.data -= learning_rate * p.grad
        self.k += 1
        return float(total_loss.data)


def user_model(Value):
    def draw():
        return random.uniform(-1, 1)

    return lambda: user_nn.MLP(Value, draw, SIZES, lambda v: v.relu())


def entries():
    """Return the contestants. The first is the reference: micrograd if it is installed."""
    import python_ref.engine
    import python_ref.nn

    def nn_model(MLP):
        return lambda: MLP(SIZES[0], SIZES[1:])

    ours = c_engine()
    user, nets = user_model(ours.Value), nn_model(ours.MLP)
    found = [
        Entry("python_ref", python_ref.engine.Value, nn_model(python_ref.nn.MLP)),
        Entry("micrograd_c, user's Neuron", ours.Value, user),
        Entry("micrograd_c, user's Neuron, gc off", ours.Value, user, False),
        Entry("micrograd_c.nn", ours.Value, nets),
        Entry("micrograd_c.nn, gc off", ours.Value, nets, False),
    ]
    if importlib.util.find_spec("micrograd"):
        import micrograd.engine
        import micrograd.nn

        theirs = micrograd.engine.Value, nn_model(micrograd.nn.MLP)
        found[:0] = [Entry("micrograd, gc on", *theirs), Entry("micrograd, gc off", *theirs, False)]
    return found


def check_first_steps(demos, golden):
    """Do each contestant's first step. Raises Disagreement if losses or gradients differ."""
    expected = None
    for demo in demos:
        loss = demo.step()
        grads = [float(p.grad) for p in demo.model.parameters()]
        if golden:
            check_agreement(loss, [], GOLDEN_LOSS, [], tolerance=1e-12)
        expected = expected or (loss, grads)
        check_agreement(loss, grads, *expected, tolerance=1e-12)


def main(argv=None):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.train_mlp")
    parser.add_argument("--rounds", type=int, default=7, help="default: %(default)s")
    parser.add_argument("--floats", action="store_true", help="Python floats instead of NumPy's")
    args = parser.parse_args(argv)

    X, y, golden = moons()
    if args.floats:
        X, y = X.tolist(), y.tolist()
    chosen = entries()
    demos = [Demo(entry, X, y) for entry in chosen]
    check_first_steps(demos, golden)
    results = race(
        [Contestant(entry.name, demo.step, entry.collector) for entry, demo in zip(chosen, demos)],
        args.rounds,
    )
    references = [name for name in ("micrograd, gc on", "micrograd, gc off") if name in results]
    rows = []
    for name, result in results.items():
        ratios = [times(results[r].minimum / result.minimum) for r in references]
        rows.append([name, duration(result.minimum), duration(result.median), *ratios])
    print(table(["a demo step", "minimum", "median", *(f"vs {r}" for r in references)], rows))
    print("First losses and gradients agree to 1e-12; ratios are of minima.")
    if not references:
        print("micrograd is not installed (pip install micrograd==0.1.0): no ratios to it.")


if __name__ == "__main__":
    main()

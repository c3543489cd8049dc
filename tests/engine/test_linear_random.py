"""linear in random programs: on both engines all nodes are as plain Python makes them."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st
from linear_tools import leaves, plain_linear
from net_tools import exact, graph

from micrograd_c import functional as F
from micrograd_c.engine import Value as CValue
from python_ref.engine import Value as PyValue


class Program:
    """What a program that calls ``linear`` has made so far, and the steps that it may take.

    Inputs, weights and outputs are shared, also within one row, and outputs are used between
    other uses of the inputs, so that each gradient is a sum whose order shows in its last bit.
    """

    def __init__(self, V, linear, rng):
        self.linear, self.parameters = linear, leaves(V, rng, 7)
        self.nodes = list(self.parameters)
        self.used = []  # weights that a later call may take again

    def apply_linear(self, rng):
        n, m = rng.randint(1, 4), rng.randint(1, 4)
        source = self.nodes if rng.random() < 0.1 else self.parameters
        weights = [[rng.choice(source) for _ in range(n)] for _ in range(m)]
        bias = [rng.choice(source) for _ in range(m)] if rng.random() < 0.4 else None
        if self.used and rng.random() < 0.4:
            weights, bias = rng.choice(self.used)
        self.used.append((weights, bias))
        of = self.nodes[-5:] if rng.random() < 0.5 else self.nodes
        x = [rng.choice(of) for _ in weights[0]]
        if rng.random() < 0.1:
            x[0] = rng.uniform(-1.0, 1.0)
        self.nodes.extend(self.linear(x, weights, bias))

    def set_data(self, rng):
        rng.choice(self.nodes).data = rng.uniform(-1.0, 1.0)

    def custom(self, rng):
        x, out = rng.choice(self.nodes), rng.choice(self.nodes)
        if x is not out:
            out._backward = lambda: setattr(x, "grad", x.grad + 3.0 * out.grad)

    def forget(self, rng):
        if len(self.nodes) > 7:
            self.nodes.pop(rng.randrange(7, len(self.nodes)))

    def total(self, rng):
        chosen = rng.choices(self.nodes, k=12)
        root = sum(v * rng.uniform(-1.0, 1.0) for v in chosen)
        root.backward()
        return root


# The steps, and how often each is drawn. What they pick is drawn by ``rng``.
STEPS = {
    Program.apply_linear: 8,
    lambda p, rng: p.nodes.append(rng.choice(p.nodes) * rng.choice(p.nodes)): 3,
    lambda p, rng: p.nodes.append(rng.choice(p.nodes) + rng.choice(p.nodes)): 3,
    Program.set_data: 1,
    lambda p, rng: rng.choice(p.nodes)._prev: 1,
    lambda p, rng: rng.choice(p.nodes).backward(): 1,
    lambda p, rng: setattr(rng.choice(p.nodes), "note", [1]): 1,
    Program.custom: 1,
    lambda p, rng: rng.choice(p.nodes).__init__(rng.uniform(-1.0, 1.0)): 1,
    lambda p, rng: setattr(rng.choice(p.nodes), "grad", -0.0): 1,
    lambda p, rng: rng.choice(p.nodes)._backward(): 1,
    Program.forget: 1,
}
seeds = st.integers(0, 2**32)
steps = st.tuples(st.sampled_from([step for step, n in STEPS.items() for _ in range(n)]), seeds)


def seen(V, linear, start, steps, ends):
    """Run a program; return what can be seen of all its nodes."""
    program = Program(V, linear, random.Random(start))
    for step, seed in steps:
        step(program, random.Random(seed))
    for seed in ends:
        root = program.total(random.Random(seed))
        if seed % 3 == 0:
            program.set_data(random.Random(seed))
    gradients = [v.grad.hex() for v in program.nodes]
    return gradients, exact(graph([root, *program.nodes]))


@settings(max_examples=600)
@given(seeds, st.lists(steps, min_size=3, max_size=14), st.lists(seeds, min_size=1, max_size=2))
def test_random_programs(start, steps, ends):
    expected = seen(PyValue, plain_linear, start, steps, ends)
    for V, linear in ((CValue, F.linear), (CValue, plain_linear), (PyValue, F.linear)):
        assert seen(V, linear, start, steps, ends) == expected, (V, linear)

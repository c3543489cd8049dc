"""A deep narrow net: 4 inputs, 20 layers of 8 tanh neurons, one output, 16 random rows."""

import random

from benchmarks.tasks.net import net_data, net_task


def make_data(size=None):
    rng = random.Random(1)
    X = [[rng.uniform(-1, 1) for _ in range(4)] for _ in range(16)]
    Y = [[rng.uniform(-1, 1)] for _ in X]
    depth = size or 20
    title = f"deep tanh net, {depth} layers of 8, 16 rows"
    return net_data(title, [4, *[8] * depth, 1], "tanh", "mse", X, Y, lr=0.01)


make_task = net_task

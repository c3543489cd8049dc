"""A net n-n-10 on 32 random rows: shows which peer is faster as n grows."""

import random

from benchmarks.tasks.net import net_data, net_task


def make_data(size=None):
    rng, width = random.Random(1), size or 16
    X = [[rng.uniform(-1, 1) for _ in range(width)] for _ in range(32)]
    Y = [[rng.uniform(-1, 1) for _ in range(10)] for _ in X]
    title = f"MLP {width}-{width}-10, 32 random rows"
    return net_data(title, [width, width, 10], "relu", "mse", X, Y, lr=0.01)


make_task = net_task

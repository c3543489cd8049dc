"""A wide net of MNIST's shape, 784-256-10, on 32 random rows, which favours matrix libraries."""

import random

from benchmarks.tasks.net import net_data, net_task


def make_data(size=None):
    rng, rows = random.Random(1), size or 32
    X = [[rng.random() for _ in range(784)] for _ in range(rows)]
    Y = [[rng.random() for _ in range(10)] for _ in X]
    title = f"wide net 784-256-10, {rows} random rows"
    return net_data(title, [784, 256, 10], "relu", "mse", X, Y, lr=0.01)


make_task = net_task

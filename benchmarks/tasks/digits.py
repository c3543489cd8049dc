"""A step of an MLP 64-32-10 on digits: squared error to the one-hot class, at batch ``size``.

The loss is squared error, not cross-entropy, so that peers without exp and log can take part.
"""

from benchmarks.digits import digits
from benchmarks.tasks.net import net_data, net_task


def make_data(size=None):
    batch = size or 32
    X, classes, source = digits()
    Y = [[float(k == c) for k in range(10)] for c in classes[:batch]]
    title = f"MLP 64-32-10, {source}, batch {batch}"
    return net_data(title, [64, 32, 10], "relu", "mse", X[:batch], Y, lr=0.1)


make_task = net_task

"""A multi-layer perceptron on some rows: the task of all workloads that are nets.

The parameters are in the order of micrograd's ``parameters()``: layer by layer and neuron by
neuron, its weights before its bias. The last layer is linear. The losses are:

- hinge: the mean of relu(1 - y * score), plus alpha * the sum of squared parameters;
- mse: the mean over rows and outputs of (output - target)**2.
"""

import random
from typing import NamedTuple

from benchmarks.tasks import Task


class Net(NamedTuple):
    sizes: list
    nonlin: str  # "relu" or "tanh"
    loss: str  # "hinge" or "mse"
    alpha: float
    X: list  # rows
    Y: list  # rows of targets, one for each output


def net_data(title, sizes, nonlin, loss, X, Y, lr, alpha=0.0, seed=1):
    """Return the data of a net's task, with random weights."""
    net = Net(sizes, nonlin, loss, alpha, X, Y)
    return {"title": title, "inputs": random_weights(sizes, seed), "lr": lr, "net": net}


def random_weights(sizes, seed=1):
    """Return the parameters of a net: weights by PyTorch's rule for linear layers, biases 0."""
    rng, weights = random.Random(seed), []
    for nin, nout in zip(sizes, sizes[1:]):
        for _ in range(nout):
            weights += [rng.uniform(-1, 1) / nin**0.5 for _ in range(nin)] + [0.0]
    return weights


def net_task(data):
    net = Net(*data["net"])
    weights = sum(nin * nout for nin, nout in zip(net.sizes, net.sizes[1:]))
    return Task(
        data["title"],
        data["inputs"],
        lambda parameters, ops: program(net, parameters, ops),
        operators=2 * weights * len(net.X),
        lr=data["lr"],
        net=net,
    )


def program(net, parameters, ops):
    """Compute the loss, one operator after the other."""
    layers, nonlin = split(net.sizes, parameters), getattr(ops, net.nonlin)
    losses = []
    for x, targets in zip(net.X, net.Y):
        for i, layer in enumerate(layers):
            x = [sum((wi * xi for wi, xi in zip(w, x)), b) for w, b in layer]
            if i < len(layers) - 1:
                x = [nonlin(act) for act in x]
        if net.loss == "hinge":
            losses.append(ops.relu(x[0] * -targets[0] + 1.0))
        else:
            losses += [(out - target) ** 2 for out, target in zip(x, targets)]
    loss = sum(losses[1:], losses[0]) * (1.0 / len(losses))
    if net.alpha:
        squares = [p * p for p in parameters]
        loss = loss + sum(squares[1:], squares[0]) * net.alpha
    return loss


def split(sizes, parameters):
    """Return the parameters as a list of layers, each a list of (weights, bias)."""
    layers, i = [], 0
    for nin, nout in zip(sizes, sizes[1:]):
        layers.append([])
        for _ in range(nout):
            layers[-1].append((parameters[i : i + nin], parameters[i + nin]))
            i += nin + 1
    return layers

"""A small training for the tests of micrograd_c.distributed."""

import random

import numpy as np

from micrograd_c import distributed, jit
from micrograd_c.nn import MLP
from micrograd_c.optim import Adam

random_numbers = np.random.default_rng(3)
X = random_numbers.normal(size=(200, 2))
Y = np.sign(X[:, 0] * X[:, 1])


def new_loss(sizes=(4, 1)):
    """Return a jitted hinge loss, and the parameters of its net, which are always the same."""
    random.seed(5)
    model = MLP(2, list(sizes))

    def hinge(x, y):
        return (1 - y * model(x)).relu()

    return jit(hinge), model.parameters()


def train(client, arrays=(X, Y), optimizer=Adam, epochs=2, **options):
    """Train a new model; return the losses and all that the training leaves behind."""
    loss, parameters = new_loss()
    optimizer = optimizer(parameters, lr=0.05)
    losses = distributed.fit(
        loss, *arrays, client=client, optimizer=optimizer, epochs=epochs, **options
    )
    return losses, state_of(parameters, optimizer)


def state_of(parameters, optimizer):
    """Return the data and gradients of parameters and the state of their optimizer, as bits."""
    numbers = [[p.data for p in parameters], [p.grad for p in parameters], optimizer.step_count]
    return repr([*numbers, {name: x.tolist() for name, x in optimizer.state.items()}])

"""The training of ``train``: its loss as one compiled program, its optimizers, its best epoch."""

import math

# The default of --lr for each optimizer. They suit standardised columns.
OPTIMIZERS = {"sgd": 0.03, "adam": 0.01, "adamw": 0.01, "rmsprop": 0.01}


def make_optimizer(name, parameters, lr):
    """Return an optimizer; ``name`` is a key of OPTIMIZERS."""
    from micrograd_c import optim

    classes = {
        "sgd": optim.SGD,
        "adam": optim.Adam,
        "adamw": optim.AdamW,
        "rmsprop": optim.RMSprop,
    }
    return classes[name](parameters, lr=lr)


def make_loss(net, is_classification):
    """Return the loss of one row as a jitted function of its d floats and its class or float."""
    from micrograd_c.jit import jit
    from micrograd_c.losses import cross_entropy, mse_loss

    loss_of = cross_entropy if is_classification else mse_loss
    return jit(lambda x, y: loss_of(net(x), y))


def mean_loss(loss, X, y):
    """Return the mean of a jitted loss over rows. Raises FloatingPointError if it is not finite."""
    return float(loss(X, y, check_finite=True).mean())


class Best:
    """The parameters' data as it was when the loss was lowest."""

    def __init__(self, parameters):
        self.parameters = parameters
        self.kept = math.inf, None, None  # loss, epoch and data, set in one step: Ctrl-C may come

    @property
    def epoch(self):
        return self.kept[1]

    def offer(self, loss, epoch):
        """Keep the present data if ``loss`` is the lowest so far."""
        if loss < self.kept[0]:
            self.kept = loss, epoch, [p.data for p in self.parameters]

    def restore(self):
        """Give the parameters the data that is kept."""
        for p, x in zip(self.parameters, self.kept[2]):
            p.data = x

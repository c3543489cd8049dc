"""The training loop of `train`: minibatches, a loss, an optimizer."""

import math

from micrograd_c.cli.errors import CommandError

# The default of --lr for each, which suits standardised columns.
OPTIMIZERS = {"sgd": 0.03, "adam": 0.01, "adamw": 0.01, "rmsprop": 0.01}


def make_optimizer(name, parameters, lr):
    from micrograd_c import optim

    classes = {
        "sgd": optim.SGD,
        "adam": optim.Adam,
        "adamw": optim.AdamW,
        "rmsprop": optim.RMSprop,
    }
    return classes[name](parameters, lr=lr)


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
        for p, x in zip(self.parameters, self.kept[2]):
            p.data = x


def loss_of(net, rows, is_classification):
    """The mean loss over rows, a list of (row of floats, class or float), as a Value.

    Raises CommandError where it is not finite.
    """
    from micrograd_c.losses import cross_entropy, mse_loss

    try:
        outputs, targets = [net(x) for x, _ in rows], [y for _, y in rows]
        loss = cross_entropy(outputs, targets) if is_classification else mse_loss(outputs, targets)
    except (ArithmeticError, ValueError):  # a net full of infinities
        raise diverged() from None
    if not math.isfinite(loss.data):
        raise diverged()
    return loss


def train_epoch(net, optimizer, rows, batch_size, rng, is_classification):
    """Take a step for every minibatch of the rows, shuffled. Returns the mean loss."""
    rng.shuffle(rows)
    total = 0.0
    for start in range(0, len(rows), batch_size):
        batch = rows[start : start + batch_size]
        loss = loss_of(net, batch, is_classification)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.data * len(batch)
    return total / len(rows)


def diverged():
    return CommandError("the training diverged, its loss is not finite: try a smaller --lr")


def mean_loss(net, rows, is_classification):
    """The loss over rows as a float, one graph at a time."""
    return sum(loss_of(net, [row], is_classification).data for row in rows) / len(rows)

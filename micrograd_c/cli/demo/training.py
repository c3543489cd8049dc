"""The demo's training: full-batch gradient descent on the hinge loss with L2, on any engine.

It computes with single Values, not through ``jit``: the demo compares the bits of a step on the
two engines, and micrograd, which ``bench`` times with the same program, has no ``jit``.
"""

import random
import time

from micrograd_c.parity.compare import bits

ALPHA = 1e-4  # the weight of the L2 penalty


class Training:
    """An MLP of one engine, and the record of its training."""

    def __init__(self, engine, data, hidden, steps, seed):
        self.engine, self.data, self.steps = engine, data, steps
        n_columns = len(data.X[0])
        random.seed(seed)
        self.model = engine.MLP(n_columns, [*hidden, 1])
        self.parameters = self.model.parameters()
        # It is 1 for two columns, as in micrograd's demo. More columns make the sums in the first
        # layer larger and the loss steeper; the exponent was measured on 5 to 400 columns.
        self.learning_rate = (2.0 / max(2, n_columns)) ** 0.25
        self.seconds = []  # the duration of each step

    def step(self, k):
        """Do step ``k`` and return its loss and accuracy, both from before the update."""
        started = time.perf_counter()
        scores = self.scores()
        losses = [(1 + -y * score).relu() for y, score in zip(self.data.y, scores)]
        data_loss = sum(losses) * (1.0 / len(losses))
        loss = data_loss + ALPHA * sum(p * p for p in self.parameters)

        self.model.zero_grad()
        loss.backward()
        learning_rate = self.learning_rate * (1.0 - 0.9 * k / self.steps)
        for p in self.parameters:
            p.data -= learning_rate * p.grad
        self.seconds.append(time.perf_counter() - started)
        return loss.data, self.share_right(scores)

    def scores(self):
        """Return the net's output, a Value, for each row."""
        inputs = [list(map(self.engine.Value, row)) for row in self.data.X]
        return list(map(self.model, inputs))

    def share_right(self, scores):
        """Return the share of scores whose sign is that of the row's class."""
        right = [(score.data > 0) == (y > 0) for y, score in zip(self.data.y, scores)]
        return sum(right) / len(right)

    def accuracy(self):
        """Return the share of rows that the net, as it is now, assigns to the right class."""
        return self.share_right(self.scores())

    def step_bits(self, loss):
        """Return the bits of a step's loss, and of all parameters and gradients after the step."""
        numbers = [x for p in self.parameters for x in (p.data, p.grad)]
        return [bits(x) for x in (loss, *numbers)]

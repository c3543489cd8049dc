"""The demo's training: hinge loss with L2, full-batch gradient descent, on either engine."""

import random
import time

from micrograd_c.parity.compare import bits

ALPHA = 1e-4  # the weight of the L2 penalty


class Training:
    """An MLP of one engine and how its training went."""

    def __init__(self, engine, data, hidden, steps, seed):
        self.engine, self.data, self.steps = engine, data, steps
        n_columns = len(data.X[0])
        random.seed(seed)
        self.model = engine.MLP(n_columns, [*hidden, 1])
        self.parameters = self.model.parameters()
        # 1 for two columns, as in micrograd's demo. Many columns make larger sums in the first
        # layer and steeper losses; this power was measured on tables of 5 to 400 columns.
        self.learning_rate = (2.0 / max(2, n_columns)) ** 0.25
        self.seconds = []  # of each step

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
        inputs = [list(map(self.engine.Value, row)) for row in self.data.X]
        return list(map(self.model, inputs))

    def share_right(self, scores):
        right = [(score.data > 0) == (y > 0) for y, score in zip(self.data.y, scores)]
        return sum(right) / len(right)

    def accuracy(self):
        """The share of rows that the net, as it is now, gives the right class."""
        return self.share_right(self.scores())

    def trace(self, loss):
        """The bits of a step's loss and of all parameters and gradients after it."""
        numbers = [x for p in self.parameters for x in (p.data, p.grad)]
        return [bits(x) for x in (loss, *numbers)]

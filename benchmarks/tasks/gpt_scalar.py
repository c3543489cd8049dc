"""The GPT of ``gpt.py`` on a class of scalars in plain Python.

``python -m benchmarks.tasks.gpt_scalar`` prints what ``train`` returns for some names, as JSON.
It needs nothing but Python, so PyPy runs it too.
"""

import argparse
import json
import math
import time

from benchmarks.tasks import gpt


class Scalar:
    """A number that remembers the operation it came from, in the style of micrograd."""

    __slots__ = ("data", "grad", "operands", "slopes")

    def __init__(self, data, operands=(), slopes=()):
        self.data, self.grad = data, 0.0
        self.operands, self.slopes = operands, slopes

    def __add__(self, other):
        if not isinstance(other, Scalar):
            other = Scalar(other)
        return Scalar(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        if not isinstance(other, Scalar):
            other = Scalar(other)
        return Scalar(self.data * other.data, (self, other), (other.data, self.data))

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -other

    def __pow__(self, k):
        return Scalar(self.data**k, (self,), (k * self.data ** (k - 1),))

    def exp(self):
        out = math.exp(self.data)
        return Scalar(out, (self,), (out,))

    def log(self):
        return Scalar(math.log(self.data), (self,), (1.0 / self.data,))

    def relu(self):
        return Scalar(max(0.0, self.data), (self,), (float(self.data > 0.0),))

    def backward(self):
        order, seen, stack = [], set(), [(self, 0)]
        while stack:
            node, i = stack.pop()
            if i == 0:
                if node in seen:
                    continue
                seen.add(node)
            if i < len(node.operands):
                stack.append((node, i + 1))
                stack.append((node.operands[i], 0))
            else:
                order.append(node)
        self.grad = 1.0
        for node in reversed(order):
            for operand, slope in zip(node.operands, node.slopes):
                operand.grad += slope * node.grad


def softmax(values):
    largest = max(value.data for value in values)
    exps = [(value - largest).exp() for value in values]
    inverse = sum(exps) ** -1.0
    return [e * inverse for e in exps]


def entropy(scores, letter):
    largest = max(score.data for score in scores)
    total = sum((score - largest).exp() for score in scores)
    return total.log() + largest - scores[letter]


def take(rows, letter):
    return rows[letter]


def adam_loop(parameters):
    """Return the function that takes step k of Adam, one parameter after the other."""
    averages, squares = [0.0] * len(parameters), [0.0] * len(parameters)
    beta1, beta2 = gpt.BETAS

    def step(k):
        step_size, correction = gpt.LR / (1 - beta1**k), math.sqrt(1 - beta2**k)
        for i, p in enumerate(parameters):
            averages[i] += (1 - beta1) * (p.grad - averages[i])
            squares[i] = beta2 * squares[i] + (1 - beta2) * (p.grad * p.grad)
            p.data -= step_size * (averages[i] / (math.sqrt(squares[i]) / correction + gpt.EPS))
            p.grad = 0.0

    return step


def train(names, value_class, adam=adam_loop, softmax=softmax, linear=gpt.linear,
          normalized=gpt.normalized):  # fmt: skip
    """Take a step with Adam for each name.

    Returns the losses, each step's seconds, and those of the steps without Adam: of the loss, its
    ``backward``, and of freeing the graph of the step before.
    """
    matrices = {
        name: [[value_class(w) for w in row] for row in rows]
        for name, rows in gpt.weights().items()
    }
    step = adam([w for rows in matrices.values() for row in rows for w in row])
    losses, seconds, without_adam = [], [], []
    for k, letters in enumerate(names, 1):
        start = time.perf_counter()
        loss = gpt.loss_of(letters, matrices, softmax, take, entropy, linear, normalized)
        loss.backward()
        without_adam.append(time.perf_counter() - start)
        step(k)
        seconds.append(time.perf_counter() - start)
        losses.append(loss.data)
    return losses, seconds, without_adam


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tasks.gpt_scalar")
    parser.add_argument("--positions", type=int, default=8)
    parser.add_argument("--steps", type=int, default=8)
    args = parser.parse_args()
    print(json.dumps(train(gpt.names(args.steps, args.positions), Scalar)))


if __name__ == "__main__":
    main()

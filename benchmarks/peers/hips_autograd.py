"""HIPS autograd: NumPy arrays on a tape in Python."""

from types import SimpleNamespace

import autograd
import autograd.numpy as np
from autograd.scipy.special import erf

from benchmarks.peers.array_loss import array_loss, join, refuse_long_programs, split_inputs

MOST_ON_TAPE = 200_000  # operators of a program of scalars; more take minutes


def make_runner(task):
    refuse_long_programs(task, MOST_ON_TAPE)
    return Runner(task)


class Runner:
    def __init__(self, task):
        ops = SimpleNamespace(
            exp=np.exp, log=np.log, tanh=np.tanh, sqrt=np.sqrt, erf=erf,
            relu=lambda v: np.maximum(v, 0.0),
        )  # fmt: skip
        self.task, self.arrays = task, split_inputs(task)
        self.step = autograd.value_and_grad(array_loss(task, np, ops))

    def steps(self, n):
        lr = self.task.lr
        for _ in range(n):
            self.loss, self.grads = self.step(self.arrays)
            if lr:
                self.arrays = [x - lr * g for x, g in zip(self.arrays, self.grads)]

    def answer(self):
        return float(self.loss), join(self.task, self.grads)

"""XAD's Python binding: a tape in C++, recorded operator by operator, anew in each step."""

from types import SimpleNamespace

import xad.math
from xad.adj_1st import Real, Tape

OPS = SimpleNamespace(
    exp=xad.math.exp, log=xad.math.log, tanh=xad.math.tanh, sqrt=xad.math.sqrt, erf=xad.math.erf,
    relu=lambda v: xad.math.max(v, 0.0),
)  # fmt: skip


def make_runner(task):
    return Runner(task)


class Runner:
    def __init__(self, task):
        self.task, self.data = task, list(task.inputs)

    def steps(self, n):
        for _ in range(n):
            with Tape() as tape:
                inputs = list(map(Real, self.data))
                for v in inputs:
                    tape.registerInput(v)
                tape.newRecording()
                out = self.task.program(inputs, OPS)
                tape.registerOutput(out)
                out.derivative = 1.0
                tape.computeAdjoints()
                self.loss, self.grads = out.getValue(), [v.derivative for v in inputs]
            if self.task.lr:
                self.data = [x - self.task.lr * g for x, g in zip(self.data, self.grads)]

    def answer(self):
        return self.loss, self.grads

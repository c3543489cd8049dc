"""CasADi: a scalar expression graph (SX), differentiated once, then run by its interpreter."""

from types import SimpleNamespace

import casadi
import numpy as np


def make_runner(task):
    return Runner(task)


class Runner:
    def __init__(self, task):
        ops = SimpleNamespace(
            exp=casadi.exp, log=casadi.log, tanh=casadi.tanh, sqrt=casadi.sqrt, erf=casadi.erf,
            relu=lambda v: casadi.fmax(v, 0.0),
        )  # fmt: skip
        self.lr, self.data = task.lr, np.array(task.inputs)
        x = casadi.SX.sym("x", len(task.inputs))
        loss = task.program(casadi.vertsplit(x), ops)
        function = casadi.Function("step", [x], [loss, casadi.gradient(loss, x)])
        # The quickest way to call the function: it reads and writes these buffers.
        self.buffers, self.run = function.buffer()
        self.loss, self.grads = np.zeros(1), np.zeros(len(self.data))
        self.buffers.set_arg(0, memoryview(self.data))
        self.buffers.set_res(0, memoryview(self.loss))
        self.buffers.set_res(1, memoryview(self.grads))

    def steps(self, n):
        for _ in range(n):
            self.run()
            if self.lr:
                self.data -= self.lr * self.grads

    def answer(self):
        return float(self.loss[0]), self.grads.tolist()

"""JAX: the step as one jitted function of arrays, on the CPU in float64."""

from types import SimpleNamespace

import jax
import jax.numpy as np

from benchmarks.peers.array_loss import array_loss, join, refuse_long_programs, split_inputs

MOST_UNROLLED = 10_000  # operators of a program of scalars; more take minutes to compile


def make_runner(task):
    refuse_long_programs(task, MOST_UNROLLED)
    return Runner(task)


class Runner:
    def __init__(self, task):
        jax.config.update("jax_enable_x64", True)
        ops = SimpleNamespace(
            exp=np.exp, log=np.log, tanh=np.tanh, sqrt=np.sqrt, erf=jax.scipy.special.erf,
            relu=jax.nn.relu,
        )  # fmt: skip
        loss = jax.value_and_grad(array_loss(task, np, ops))

        @jax.jit
        def step(arrays):
            value, grads = loss(arrays)
            return value, grads, [x - task.lr * g for x, g in zip(arrays, grads)]

        self.task, self.step = task, step
        self.arrays = list(map(np.asarray, split_inputs(task)))

    def steps(self, n):
        for _ in range(n):
            self.loss, self.grads, self.arrays = self.step(self.arrays)
        self.arrays[-1].block_until_ready()  # a call returns before it is done

    def answer(self):
        return float(self.loss), join(self.task, self.grads)

"""PyTorch on the CPU in float64, eager or through torch.compile."""

from types import SimpleNamespace

import torch

from benchmarks.peers import CannotDo
from benchmarks.peers.array_loss import array_loss, join, split_inputs

MOST_COMPILED = 500  # operators of a program that is not arrays: it compiles for minutes


def make_runner(task, compiled):
    if compiled and not task.net and not task.rows and task.operators > MOST_COMPILED:
        raise CannotDo("compiles too long")
    return Runner(task, compiled)


class Runner:
    def __init__(self, task, compiled):
        torch.set_num_threads(1)
        torch.set_default_dtype(torch.float64)
        ops = SimpleNamespace(
            exp=torch.exp, log=torch.log, tanh=torch.tanh, sqrt=torch.sqrt, erf=torch.erf,
            relu=torch.relu,
        )  # fmt: skip
        self.task = task
        self.tensors = [torch.tensor(x, requires_grad=True) for x in split_inputs(task)]
        loss = array_loss(task, torch, ops)
        self.loss = torch.compile(loss) if compiled else loss

    def steps(self, n):
        for _ in range(n):
            for x in self.tensors:
                x.grad = None
            loss = self.loss(self.tensors)
            loss.backward()
            if self.task.lr:
                with torch.no_grad():
                    for x in self.tensors:
                        x -= self.task.lr * x.grad
        self.last = loss.item()

    def answer(self):
        return self.last, join(self.task, [x.grad for x in self.tensors])

"""PyTorch on the CPU in float64, eager or through torch.compile."""

from types import SimpleNamespace

import torch

from benchmarks.peers.array_loss import array_loss, join, refuse_long_programs, split_inputs

# The most operators of a program of scalars; more take minutes to run or to compile.
MOST_EAGER, MOST_COMPILED = 2_000_000, 500


def make_runner(task, compiled):
    refuse_long_programs(task, MOST_COMPILED if compiled else MOST_EAGER)
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

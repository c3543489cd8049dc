"""micrograd_c.jit: traced once; a step is ``backward`` and ``optimizer.step()``, or ``fit``."""

from benchmarks import scalar_math
from benchmarks.peers import CannotDo
from benchmarks.peers.nets import make_model


def make_runner(task, fit):
    from micrograd_c import jit

    if task.net:
        return FitRunner(task, jit) if fit else NetRunner(task, jit)
    if fit:
        raise CannotDo("no training")
    return ProgramRunner(task, jit)


class NetRunner:
    def __init__(self, task, jit):
        import numpy as np

        from micrograd_c.optim import SGD

        net, self.task, model = task.net, task, make_model(task)
        self.parameters = model.parameters()
        self.X, self.Y = np.array(net.X), np.array(net.Y)
        self.optimizer = SGD(self.parameters, lr=task.lr)

        @jit
        def loss(x, targets):
            outputs = model(x)
            if net.loss == "hinge":
                loss = (1 - targets[0] * outputs).relu()
            else:
                rows = outputs if isinstance(outputs, list) else [outputs]
                errors = [out - y for out, y in zip(rows, targets)]
                loss = sum(e * e for e in errors) * (1.0 / len(errors))  # e ** 2 calls pow
            if net.alpha:
                loss = loss + net.alpha * sum(p * p for p in self.parameters)
            return loss

        self.loss = loss

    def steps(self, n):
        for _ in range(n):
            self.optimizer.zero_grad()
            self.last = self.loss.backward(self.X, self.Y)
            self.optimizer.step()

    def answer(self):
        return self.last, [p.grad for p in self.parameters]


class FitRunner(NetRunner):
    """A training loop in C. The first step's change of the parameters gives the gradients."""

    before = None

    def steps(self, n):
        if self.before is None:  # the first step, which is not timed
            self.before = [p.data for p in self.parameters]
        options = {"optimizer": self.optimizer, "shuffle": False}
        self.last = self.loss.fit(self.X, self.Y, epochs=n, **options)[-1]

    def answer(self):
        moved = zip(self.before, self.parameters)
        return self.last, [(before - p.data) / self.task.lr for before, p in moved]


class ProgramRunner:
    """A program without examples. Its argument is a single row, which it does not use."""

    def __init__(self, task, jit):
        import numpy as np

        from micrograd_c.engine import Value

        self.inputs = inputs = list(map(Value, task.inputs))
        self.row = np.zeros(1)
        self.loss = jit(lambda unused: task.program(inputs, scalar_math.METHODS))

    def steps(self, n):
        from micrograd_c import zero_grad

        for _ in range(n):
            zero_grad(self.inputs)
            self.last = self.loss.backward(self.row)

    def answer(self):
        return self.last, [v.grad for v in self.inputs]

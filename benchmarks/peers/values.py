"""micrograd, python_ref, micrograd_c and minigrad: each runs a program operator by operator."""

from benchmarks import scalar_math


def make_runner(task, kind):
    if kind == "micrograd":
        from micrograd.engine import Value

        ops = scalar_math.for_micrograd(Value)
    elif kind == "minigrad":
        from minigrad.engine import Value

        ops = scalar_math.METHODS
    elif kind == "python_ref":
        from python_ref.engine import Value

        ops = scalar_math.METHODS
    else:
        from micrograd_c.engine import Value

        ops = scalar_math.METHODS
    return Runner(task, Value, ops)


class Runner:
    def __init__(self, task, Value, ops):
        self.task, self.ops = task, ops
        self.inputs = list(map(Value, task.inputs))

    def steps(self, n):
        for _ in range(n):
            out = self.task.program(self.inputs, self.ops)
            for v in self.inputs:
                v.grad = 0.0
            out.backward()
            if self.task.lr:
                for v in self.inputs:
                    v.data -= self.task.lr * v.grad
            self.loss = out.data

    def answer(self):
        return self.loss, [v.grad for v in self.inputs]

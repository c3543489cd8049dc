"""XAD's Python binding: a tape in C++, recorded anew in each step, operator by operator."""

from types import SimpleNamespace


def make_runner(task):
    return Runner(task)


def xad_math():
    import xad.math as m

    return SimpleNamespace(
        exp=m.exp, log=m.log, tanh=m.tanh, sqrt=m.sqrt, erf=m.erf, relu=lambda v: m.max(v, 0.0)
    )


class Runner:
    def __init__(self, task):
        self.task, self.ops = task, xad_math()
        self.data = list(task.inputs)

    def steps(self, n):
        from xad.adj_1st import Real, Tape

        for _ in range(n):
            with Tape() as tape:
                inputs = list(map(Real, self.data))
                for v in inputs:
                    tape.registerInput(v)
                tape.newRecording()
                out = self.task.program(inputs, self.ops)
                tape.registerOutput(out)
                out.derivative = 1.0
                tape.computeAdjoints()
                self.loss, self.grads = out.getValue(), [v.derivative for v in inputs]
            if self.task.lr:
                self.data = [x - self.task.lr * g for x, g in zip(self.data, self.grads)]

    def answer(self):
        return self.loss, self.grads

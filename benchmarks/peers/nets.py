"""micrograd_c's nn, losses and optimizers: calling a net takes one call of C for each row."""

from benchmarks.peers import CannotDo


def make_runner(task):
    if not task.net:
        raise CannotDo("no net")
    return Runner(task)


def make_model(task):
    from micrograd_c import set_data
    from micrograd_c.nn import MLP

    sizes, nonlin = task.net.sizes, task.net.nonlin
    model = MLP(sizes[0], list(sizes[1:]), nonlin=nonlin)
    set_data(model.parameters(), task.inputs)
    return model


class Runner:
    def __init__(self, task):
        from micrograd_c.optim import SGD

        self.net, self.model = task.net, make_model(task)
        self.parameters = self.model.parameters()
        self.optimizer = SGD(self.parameters, lr=task.lr)

    def steps(self, n):
        for _ in range(n):
            loss = self.loss()
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            self.last = loss.data

    def loss(self):
        from micrograd_c.losses import hinge_loss, l2_penalty, mse_loss

        outputs = [self.model(x) for x in self.net.X]
        if self.net.loss == "hinge":
            loss = hinge_loss(outputs, [y for (y,) in self.net.Y])
        else:
            rows = [out if isinstance(out, list) else [out] for out in outputs]
            targets = [y for row in self.net.Y for y in row]
            loss = mse_loss([out for row in rows for out in row], targets)
        return loss + l2_penalty(self.parameters, self.net.alpha) if self.net.alpha else loss

    def answer(self):
        return self.last, [p.grad for p in self.parameters]

"""RMSprop."""

from micrograd_c.optim.optimizer import Optimizer


class RMSprop(Optimizer):
    """RMSprop (Hinton's lecture 6e of 2012).

    Source of the rule: https://pytorch.org/docs/stable/generated/torch.optim.RMSprop.html

    Args:
        params: Leaf Values, such as ``model.parameters()``.
        lr: The learning rate, a number >= 0.
        alpha: The decay rate of the moving averages, a number >= 0.
        eps: A number >= 0.
        weight_decay: A number >= 0. The rule adds it, times the parameter, to a gradient.
        momentum: A number >= 0.
        centered: True for Graves's variant (2013).
    """

    kind = "rmsprop"
    state_names = ("square_avg", "grad_avg", "momentum_buffer")
    _rule_is_in_c = True

    def __init__(
        self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False
    ):  # fmt: skip
        super().__init__(
            params, lr=lr, alpha=alpha, eps=eps,
            weight_decay=weight_decay, momentum=momentum, centered=centered,
        )  # fmt: skip

    def _update(self, data, grad):
        import numpy as np

        if self.weight_decay:
            grad += self.weight_decay * data
        variance = self.state["square_avg"]
        variance *= self.alpha
        variance += (1 - self.alpha) * (grad * grad)
        if self.centered:
            grad_avg = self.state["grad_avg"]
            grad_avg += (1 - self.alpha) * (grad - grad_avg)
            # rounding can make a variance of 0 slightly negative, which is NaN in PyTorch
            variance = np.maximum(variance - grad_avg * grad_avg, 0.0)
        grad /= np.sqrt(variance) + self.eps
        if self.momentum:
            buffer = self.state["momentum_buffer"]
            buffer *= self.momentum
            buffer += grad
            grad = buffer
        data -= self.lr * grad

"""Stochastic gradient descent."""

from micrograd_c.optim.optimizer import Optimizer


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum if ``momentum`` > 0.

    Source of the rule: https://pytorch.org/docs/stable/generated/torch.optim.SGD.html

    Args:
        params: Leaf Values, such as ``model.parameters()``.
        lr: The learning rate, a number >= 0.
        momentum: A number >= 0.
        dampening: A number, which may be negative.
        weight_decay: A number >= 0. The rule adds it, times the parameter, to a gradient.
        nesterov: True for Nesterov's momentum; it needs ``momentum`` > 0 and ``dampening=0``.

    >>> from micrograd_c.engine import Value
    >>> from micrograd_c.optim import SGD
    >>> w = Value(3.0)
    >>> optimizer = SGD([w], lr=0.1)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> w
    Value(data=2.4, grad=6.0)
    """

    kind = "sgd"
    state_names = ("momentum_buffer",)
    _rule_is_in_c = True

    def __init__(
        self, params, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False
    ):  # fmt: skip
        super().__init__(
            params, lr=lr, momentum=momentum, dampening=dampening,
            weight_decay=weight_decay, nesterov=nesterov,
        )  # fmt: skip

    def _update(self, data, grad):
        if self.weight_decay:
            grad += self.weight_decay * data
        if self.momentum:
            buffer = self.state["momentum_buffer"]
            if self._is_first_with_momentum(buffer):
                buffer[:] = grad  # dampening does not apply to the first gradient
            else:
                buffer *= self.momentum
                buffer += (1 - self.dampening) * grad
            grad = grad + self.momentum * buffer if self.nesterov else buffer
        data -= self.lr * grad

    def _is_first_with_momentum(self, buffer):
        """True if no step before this one had momentum. Notes the first such step."""
        step, first = self._count
        if not first:  # there was none so far, or it is unknown, as after load_state_dict
            first = self._count[1] = step if step == 1 or not buffer.any() else 1
        return step == first

"""Adam and AdamW."""

import math

from micrograd_c.optim.optimizer import Optimizer
from micrograd_c.optim.uninterrupted import attribute_changes, run_uninterrupted
from micrograd_c.optim.validation import checked_hyperparameters


class Adam(Optimizer):
    """Adam (Kingma and Ba 2015).

    Source of the rule: https://pytorch.org/docs/stable/generated/torch.optim.Adam.html

    Args:
        params: Leaf Values, such as ``model.parameters()``.
        lr: The learning rate, a number >= 0.
        betas: The decay rates, from 0 to below 1, of the moving averages of a gradient and of its
            square; the hyperparameters ``beta1`` and ``beta2`` hold them.
        eps: A number >= 0.
        weight_decay: A number >= 0. The rule adds it, times the parameter, to a gradient.
        amsgrad: True for the variant AMSGrad (Reddi et al. 2018).

    >>> from micrograd_c.engine import Value
    >>> from micrograd_c.optim import Adam
    >>> w = Value(3.0)
    >>> optimizer = Adam([w], lr=0.5)
    >>> (w * w).backward()
    >>> optimizer.step()
    >>> round(w.data, 6)
    2.5
    """

    kind = "adam"
    state_names = ("exp_avg", "exp_avg_sq", "max_exp_avg_sq")
    _rule_is_in_c = True

    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False
    ):  # fmt: skip
        beta1, beta2 = betas
        super().__init__(
            params, lr=lr, beta1=beta1, beta2=beta2, eps=eps,
            weight_decay=weight_decay, amsgrad=amsgrad,
        )  # fmt: skip

    @property
    def betas(self):
        return self.beta1, self.beta2

    @betas.setter
    def betas(self, betas):
        beta1, beta2 = betas
        values = checked_hyperparameters({"beta1": beta1, "beta2": beta2})
        run_uninterrupted(attribute_changes(self, values))

    def _update(self, data, grad):
        if self.weight_decay:
            grad += self.weight_decay * data
        self._update_without_decay(data, grad)

    def _update_without_decay(self, data, grad):
        import numpy as np

        exp_avg, exp_avg_sq = self.state["exp_avg"], self.state["exp_avg_sq"]
        exp_avg += (1 - self.beta1) * (grad - exp_avg)
        exp_avg_sq *= self.beta2
        exp_avg_sq += (1 - self.beta2) * (grad * grad)
        if self.amsgrad:
            largest = self.state["max_exp_avg_sq"]
            np.maximum(largest, exp_avg_sq, out=largest)
            exp_avg_sq = largest
        step_size = self.lr / (1 - self.beta1**self.step_count)
        correction = math.sqrt(1 - self.beta2**self.step_count)
        # PyTorch divides each root by the correction; this is one division less a parameter.
        step_size, eps = step_size * correction, self.eps * correction
        data -= step_size * (exp_avg / (np.sqrt(exp_avg_sq) + eps))


class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov and Hutter 2019).

    Source of the rule: https://pytorch.org/docs/stable/generated/torch.optim.AdamW.html

    Args:
        params: As in Adam.
        lr: As in Adam.
        betas: As in Adam.
        eps: As in Adam.
        weight_decay: A number >= 0. The rule multiplies each parameter by
            ``1 - lr * weight_decay`` before Adam's step, and leaves the gradient alone.
        amsgrad: As in Adam.
    """

    kind = "adamw"
    _rule_is_in_c = True

    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False
    ):  # fmt: skip
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad)

    def _update(self, data, grad):
        data *= 1 - self.lr * self.weight_decay
        self._update_without_decay(data, grad)

"""The optimizers: ``Optimizer``, what all have in common, and one class a rule."""

import copy
import math
import warnings
from contextvars import copy_context
from numbers import Integral

from micrograd_c._backend import backend
from micrograd_c.engine import Value
from micrograd_c.functional import get_data, get_grad, zero_grad
from micrograd_c.optim.at_once import at_once, setting, setting_data, writing
from micrograd_c.optim.hyperparameters import checked_hyperparameters, checked_parameters
from micrograd_c.optim.lr_scheduler import check_keys
from python_ref.core.number_arrays import as_doubles
from python_ref.core.numbers import describe

if backend == "c":
    from micrograd_c._c import optimizer as c_optimizer
else:
    c_optimizer = None

__all__ = ["Optimizer", "SGD", "Adam", "AdamW", "RMSprop"]


class Optimizer:
    """What the optimizers share. A subclass adds the names of its state, and ``_update``.

    Raises TypeError for a parameter that is no Value, or of another engine than the first,
    or a hyper-parameter that is no number; ValueError for no parameters, one given twice,
    one that is computed from others, or a hyper-parameter out of its range, also one that
    is assigned later.
    """

    kind = ""
    state_names = ()
    _rule_is_in_c = False
    _in_c = None  # what c_optimizer keeps of it

    def __getstate__(self):
        return {name: value for name, value in self.__dict__.items() if name != "_in_c"}

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        rule = {"kind", "state_names", "hyperparameters", "step", "_update", "_move"}
        own = rule & set(vars(cls))
        if own and "_rule_is_in_c" not in vars(cls):
            cls._rule_is_in_c = False  # a user's own

    def __init__(self, params, **hyperparameters):
        import numpy as np

        # The steps taken, and the first step with momentum. C counts them in this array
        # within its step, so that no Ctrl-C comes in between.
        self._count = np.zeros(2)
        self.params = params
        self._names = tuple(hyperparameters)
        at_once(setting(self, checked_hyperparameters(hyperparameters)))
        self.state = {name: np.zeros(len(self.params)) for name in self.state_names}

    def __setattr__(self, name, value):
        if name in self.__dict__.get("_names", ()):
            now = {other: self.__dict__.get(other) for other in self._names if other != name}
            value = checked_hyperparameters({name: value}, now)[name]
        elif name == "learning_rate":
            warnings.warn(
                f"{type(self).__name__} has no attribute 'learning_rate', it is set as a new one "
                "and changes nothing: did you mean 'lr'?",
                UserWarning,
                stacklevel=2,
            )
        super().__setattr__(name, value)

    def __getattr__(self, name):  # only for what there is not
        if name in ("param_groups", "learning_rate"):
            kind = type(self).__name__
            raise AttributeError(f"{kind!r} object has no attribute {name!r}: write optimizer.lr")
        return object.__getattribute__(self, name)  # Python's own error

    @property
    def params(self):
        return self._params

    @params.setter
    def params(self, params):
        self._params = tuple(checked_parameters(params))

    @property
    def step_count(self):
        return int(self._count[0])

    @step_count.setter
    def step_count(self, n):
        self._count[:] = n, 0

    def zero_grad(self):
        """Set the gradient of every parameter to 0."""
        if self._is_in_c():
            c_optimizer.zero_grad(self)
        else:
            zero_grad(self.params)

    def step(self):
        """Move every parameter once, against its gradient; on the C engine in one call.

        Raises ValueError for an array in ``state`` that does not fit.
        """
        if self._is_in_c():
            c_optimizer.step(self)
            return
        import numpy as np

        before = self._checked_state()
        data, grad = get_data(self.params), get_grad(self.params)
        # The rule works on copies, which are then written in one call. So data, state and
        # count always belong to the same step, whatever is raised and whoever reads them.
        draft = copy.copy(self)
        draft._count = self._count.copy()
        draft.state = {**self.state, **dict(zip(self.state_names, map(np.copy, before)))}
        shared = {**vars(draft)}
        copy_context().run(draft._update_quietly, data, grad)
        after = draft._checked_state()
        changed = {name: x for name, x in vars(draft).items() if shared.get(name) is not x}
        others = {name: draft.state[name] for name in draft.state.keys() - set(self.state_names)}
        at_once(
            writing([self._count, *before], [draft._count, *after]),
            setting(self, {name: x for name, x in changed.items() if name != "state"}),
            map(dict.update, [self.state], [others]),
            setting_data(self.params, data),
        )

    def _update_quietly(self, data, grad):
        """A step of the rule, in which inf and NaN flow on, as in the engines."""
        import numpy as np

        np.seterr(all="ignore")  # holds only in the context that calls this
        self._count[0] += 1
        self._update(data, grad)

    def _is_in_c(self):
        return self._rule_is_in_c and c_optimizer and isinstance(self._params[0], Value)

    def _checked_state(self):
        """The arrays in ``state``, in the order of ``state_names``."""
        import numpy as np

        arrays = [self.state.get(name) for name in self.state_names]
        for name, array in zip(self.state_names, arrays):
            is_fit = isinstance(array, np.ndarray) and array.dtype == np.float64
            if not is_fit or array.shape != (len(self.params),) or not array.flags.carray:
                raise ValueError(
                    f"expected {name} in state to be a contiguous, writeable float64 array of "
                    f"shape ({len(self.params)},), got {describe(array)}"
                    + (f" and type {array.dtype}" if isinstance(array, np.ndarray) else "")
                )
        return arrays

    def _update(self, data, grad):
        """Change ``data`` and ``self.state`` in place; ``step_count`` is 1 at the first."""
        raise NotImplementedError

    def hyperparameters(self):
        """The numbers that the update rule uses, by name."""
        return {name: getattr(self, name) for name in self._names}

    def state_dict(self):
        """All that continues the training elsewhere, but for the parameters themselves.

        A dict of ``kind``, ``step_count``, ``hyperparameters`` and ``state``; its
        arrays are copies.
        """
        return {
            "kind": self.kind,
            "step_count": self.step_count,
            "hyperparameters": self.hyperparameters(),
            "state": {name: array.copy() for name, array in self.state.items()},
        }

    def load_state_dict(self, state_dict):
        """Take over what ``state_dict()`` gave; the parameters must be as many.

        Raises ValueError for another kind of optimizer, a key that is missing or
        unexpected, or an array of another shape, and then changes nothing.
        """
        import numpy as np

        check_keys("state_dict", state_dict, ("kind", "step_count", "hyperparameters", "state"))
        if state_dict["kind"] != self.kind:
            raise ValueError(f"expected the state of {self.kind!r}, got {state_dict['kind']!r}")
        step_count = state_dict["step_count"]
        if not isinstance(step_count, Integral) or step_count < 0:
            raise ValueError(f"expected an int >= 0 as step_count, got {step_count!r}")
        check_keys("hyperparameters", state_dict["hyperparameters"], self._names)
        check_keys("state", state_dict["state"], self.state_names)
        state = {}
        for name in self.state_names:
            state[name] = as_doubles(state_dict["state"][name], name).copy()
            if state[name].shape != (len(self.params),):
                raise ValueError(
                    f"expected {name} of shape ({len(self.params)},), got {state[name].shape}"
                )
        hyperparameters = checked_hyperparameters(state_dict["hyperparameters"])
        count = np.array([step_count, 0.0])
        at_once(setting(self, {**hyperparameters, "state": state, "_count": count}))

    def __repr__(self):
        settings = ", ".join(f"{name}={value}" for name, value in self.hyperparameters().items())
        return f"{type(self).__name__}({len(self.params)} parameters, {settings})"


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum where asked for.

    Source of the rule: https://pytorch.org/docs/stable/generated/torch.optim.SGD.html

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
    _rule_is_in_c = True
    state_names = ("momentum_buffer",)

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
                buffer[:] = grad  # the first gradient is not dampened
            else:
                buffer *= self.momentum
                buffer += (1 - self.dampening) * grad
            grad = grad + self.momentum * buffer if self.nesterov else buffer
        data -= self.lr * grad

    def _is_first_with_momentum(self, buffer):
        step, first = self._count
        if not first:  # or not known, as after load_state_dict
            first = self._count[1] = step if step == 1 or not buffer.any() else 1
        return step == first


class Adam(Optimizer):
    """Adam (Kingma and Ba 2015), with AMSGrad (Reddi et al. 2018) where asked for.

    ``betas`` are kept as the hyper-parameters ``beta1`` and ``beta2``. Source of the
    rule: https://pytorch.org/docs/stable/generated/torch.optim.Adam.html

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
    _rule_is_in_c = True
    state_names = ("exp_avg", "exp_avg_sq", "max_exp_avg_sq")

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
        at_once(setting(self, checked_hyperparameters({"beta1": beta1, "beta2": beta2})))

    def _update(self, data, grad):
        if self.weight_decay:
            grad += self.weight_decay * data
        self._move(data, grad)

    def _move(self, data, grad):
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
        data -= step_size * (exp_avg / (np.sqrt(exp_avg_sq) / correction + self.eps))


class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov and Hutter 2019).

    Source of the rule: https://pytorch.org/docs/stable/generated/torch.optim.AdamW.html
    """

    kind = "adamw"
    _rule_is_in_c = True

    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False
    ):  # fmt: skip
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad)

    def _update(self, data, grad):
        data *= 1 - self.lr * self.weight_decay
        self._move(data, grad)


class RMSprop(Optimizer):
    """RMSprop (Hinton's lecture 6e of 2012), centered (Graves 2013) where asked for.

    Source of the rule: https://pytorch.org/docs/stable/generated/torch.optim.RMSprop.html
    """

    kind = "rmsprop"
    _rule_is_in_c = True
    state_names = ("square_avg", "grad_avg", "momentum_buffer")

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
            # rounding can push a variance of 0 just below it, where PyTorch goes NaN
            variance = np.maximum(variance - grad_avg * grad_avg, 0.0)
        grad /= np.sqrt(variance) + self.eps
        if self.momentum:
            buffer = self.state["momentum_buffer"]
            buffer *= self.momentum
            buffer += grad
            grad = buffer
        data -= self.lr * grad

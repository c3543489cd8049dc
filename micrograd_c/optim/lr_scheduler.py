"""Learning-rate schedulers: each ``step()``, once an epoch, sets ``optimizer.lr``.

Names, defaults and schedules are PyTorch's
(https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate). The rate is
a function of the epoch and of the optimizer's rate when the scheduler was made, so
two schedulers of one optimizer would overwrite each other's.
"""

import copy
import math
from numbers import Integral

from micrograd_c.optim.at_once import at_once, setting
from micrograd_c.optim.hyperparameters import float_of
from python_ref.core.numbers import describe

__all__ = ["LRScheduler", "StepLR", "CosineAnnealingLR", "LinearLR"]


class LRScheduler:
    """What the schedulers share. A subclass adds its settings, and ``get_lr``.

    Raises TypeError for something without an ``lr`` in place of the optimizer,
    ValueError for a setting out of its range, also one that is assigned later.
    """

    def __init__(self, optimizer, **settings):
        if not hasattr(optimizer, "lr"):
            raise TypeError(f"expected an optimizer with an lr, got {describe(optimizer)}")
        self.optimizer = optimizer
        self._names = ("last_epoch", "base_lr", *settings)
        self._set({"last_epoch": 0, "base_lr": optimizer.lr, **settings})

    def __setattr__(self, name, value):
        if name in self.__dict__.get("_names", ()):
            value = checked_setting(name, value)
        super().__setattr__(name, value)

    def get_lr(self):
        """The rate in epoch ``last_epoch``."""
        raise NotImplementedError

    def get_last_lr(self):
        """The optimizer's rate now, in a list, as PyTorch has it."""
        return [self.optimizer.lr]

    def step(self):
        """Go to the next epoch: set the optimizer's ``lr`` for it."""
        self._set({"last_epoch": self.last_epoch + 1})

    def state_dict(self):
        """The epoch, the rate it started from, and the settings: a dict of numbers."""
        return {name: getattr(self, name) for name in self._names}

    def load_state_dict(self, state_dict):
        """Take over what ``state_dict()`` gave, and set the optimizer's ``lr`` to match.

        Raises ValueError for a key that is missing or unexpected or a number out of its
        range, and then changes nothing.
        """
        check_keys("state_dict", state_dict, self._names)
        self._set(state_dict)

    def _set(self, values):
        values = {name: checked_setting(name, value) for name, value in values.items()}
        later = copy.copy(self)
        at_once(setting(later, values))
        self.optimizer.lr = later.get_lr()  # if get_lr or this raises, nothing has changed
        at_once(setting(self, values))


class StepLR(LRScheduler):
    """The rate times ``gamma`` every ``step_size`` epochs.

    ``step_size``: an int >= 1; ``gamma`` >= 0.

    >>> from micrograd_c.engine import Value
    >>> from micrograd_c.optim import SGD, StepLR
    >>> optimizer = SGD([Value(1.0)], lr=1.0)
    >>> scheduler = StepLR(optimizer, step_size=2, gamma=0.5)
    >>> for epoch in range(5):
    ...     print(optimizer.lr)  # train for an epoch, then
    ...     scheduler.step()
    1.0
    1.0
    0.5
    0.5
    0.25
    """

    def __init__(self, optimizer, step_size, gamma=0.1):
        super().__init__(optimizer, step_size=step_size, gamma=gamma)

    def get_lr(self):
        return self.base_lr * self.gamma ** (self.last_epoch // self.step_size)


class CosineAnnealingLR(LRScheduler):
    """Half a cosine from the rate down to ``eta_min`` over ``T_max`` epochs, then up again.

    ``T_max``: an int >= 1; ``eta_min`` >= 0. It is SGDR (Loshchilov and Hutter 2017)
    without restarts.
    """

    def __init__(self, optimizer, T_max, eta_min=0.0):
        super().__init__(optimizer, T_max=T_max, eta_min=eta_min)

    def get_lr(self):
        height = (1 + math.cos(math.pi * self.last_epoch / self.T_max)) / 2
        return self.eta_min + (self.base_lr - self.eta_min) * height


class LinearLR(LRScheduler):
    """The rate times a factor that goes straight from ``start_factor`` to ``end_factor``.

    It takes ``total_iters`` epochs, an int >= 1, and stays there. ``start_factor`` is
    above 0, and no factor above 1.
    """

    def __init__(self, optimizer, start_factor=1.0 / 3, end_factor=1.0, total_iters=5):
        super().__init__(
            optimizer, start_factor=start_factor, end_factor=end_factor, total_iters=total_iters
        )

    def get_lr(self):
        way = min(self.last_epoch, self.total_iters) / self.total_iters
        return self.base_lr * (self.start_factor + (self.end_factor - self.start_factor) * way)


# --- what the schedulers take ---


def checked_setting(name, value):
    if name in ("step_size", "T_max", "total_iters", "last_epoch"):
        least = 0 if name == "last_epoch" else 1
        if not isinstance(value, Integral) or value < least:
            raise ValueError(f"expected an int >= {least} as {name}, got {value!r}")
        return int(value)
    value = float_of(name, value)
    if not 0 <= value < math.inf:
        raise ValueError(f"expected a finite {name} >= 0, got {value}")
    if name == "start_factor" and value == 0:
        raise ValueError("expected start_factor > 0, got 0.0")
    if name in ("start_factor", "end_factor") and value > 1:
        raise ValueError(f"expected {name} <= 1, got {value}")
    return value


def check_keys(what, given, expected):
    """Raise unless ``given`` is a dict that has the ``expected`` keys and no other."""
    if not isinstance(given, dict):
        raise TypeError(f"expected a dict as {what}, got {describe(given)}")
    missing = [key for key in expected if key not in given]
    unexpected = [key for key in given if key not in expected]
    if missing or unexpected:
        raise ValueError(f"{what}: missing {missing}, unexpected {unexpected}")

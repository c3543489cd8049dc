"""Learning-rate schedulers: each ``step()`` sets ``optimizer.lr`` for the next epoch.

``step()`` is called once an epoch. ``jit.fit(scheduler=...)`` calls it after each batch, so that an
epoch of the scheduler is a batch.

Names, defaults and schedules are PyTorch's
(https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate). The learning rate is
a function of the epoch and of the optimizer's rate when the scheduler was made. So of two
schedulers for one optimizer, each would overwrite the rate that the other has set.
"""

import copy
import math
from numbers import Integral
from operator import getitem

from micrograd_c.optim.uninterrupted import attribute_changes, run_uninterrupted
from micrograd_c.optim.validation import checked_float, require_keys
from python_ref.core.numbers import describe

__all__ = ["LRScheduler", "StepLR", "CosineAnnealingLR", "LinearLR"]


class LRScheduler:
    """The base class. A subclass adds its settings and ``get_lr``.

    Args:
        optimizer: The optimizer whose ``lr`` it sets.
        **settings: The numbers of the schedule. Each becomes an attribute.

    Raises:
        TypeError: If the optimizer has no ``lr``.
        ValueError: For a setting out of its range, also when it is assigned later.
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
        """Return the learning rate in epoch ``last_epoch``."""
        raise NotImplementedError

    def get_last_lr(self):
        """Return the optimizer's current rate, in a list as in PyTorch."""
        return [self.optimizer.lr]

    def step(self):
        """Go to the next epoch: set the optimizer's ``lr`` for it."""
        self._set({"last_epoch": self.last_epoch + 1})

    def state_dict(self):
        """Return a dict of numbers: the epoch, the rate it started from, and the settings."""
        return {name: getattr(self, name) for name in self._names}

    def load_state_dict(self, state_dict):
        """Restore what ``state_dict()`` returned, and set the optimizer's ``lr`` to match.

        Raises:
            ValueError: For a missing or unexpected key and for a number out of its range; then
                nothing has changed.
            TypeError: If ``state_dict`` is not a dict; then nothing has changed.
        """
        require_keys("state_dict", state_dict, self._names)
        self._set(state_dict)

    def _set(self, values):
        values = {name: checked_setting(name, value) for name, value in values.items()}
        later = copy.copy(self)
        run_uninterrupted(attribute_changes(later, values))
        self.optimizer.lr = later.get_lr()  # if get_lr or this raises, nothing has changed
        run_uninterrupted(attribute_changes(self, values))


class StepLR(LRScheduler):
    """Multiply the rate by ``gamma`` every ``step_size`` epochs.

    Args:
        optimizer: The optimizer whose ``lr`` it sets.
        step_size: An int >= 1.
        gamma: A number >= 0.

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
    """Lower the rate to ``eta_min`` along half a cosine over ``T_max`` epochs, then raise it again.

    This is SGDR (Loshchilov and Hutter 2017) without restarts.

    Args:
        optimizer: The optimizer whose ``lr`` it sets.
        T_max: An int >= 1.
        eta_min: A number >= 0.
    """

    def __init__(self, optimizer, T_max, eta_min=0.0):
        super().__init__(optimizer, T_max=T_max, eta_min=eta_min)

    def get_lr(self):
        height = (1 + math.cos(math.pi * self.last_epoch / self.T_max)) / 2
        return self.eta_min + (self.base_lr - self.eta_min) * height


class LinearLR(LRScheduler):
    """Multiply the rate by a factor that changes linearly over ``total_iters`` epochs.

    Args:
        optimizer: The optimizer whose ``lr`` it sets.
        start_factor: The first factor, 0 < ``start_factor`` <= 1.
        end_factor: The last one, 0 <= ``end_factor`` <= 1, which then stays.
        total_iters: An int >= 1.
    """

    def __init__(self, optimizer, start_factor=1.0 / 3, end_factor=1.0, total_iters=5):
        super().__init__(
            optimizer, start_factor=start_factor, end_factor=end_factor, total_iters=total_iters
        )

    def get_lr(self):
        part = min(self.last_epoch, self.total_iters) / self.total_iters
        return self.base_lr * (self.start_factor + (self.end_factor - self.start_factor) * part)


# --- many steps at once, for a training loop in C ---

OURS = (StepLR, CosineAnnealingLR, LinearLR)  # their rates depend on the epoch alone


def rates_ahead(scheduler, n):
    """Return the optimizer's rate now and after each of the next n steps: n + 1 floats.

    Returns None if only ``step()`` can tell, as for a user's class, or if a step would raise.
    """
    if type(scheduler) not in OURS or not {"step", "get_lr"}.isdisjoint(vars(scheduler)):
        return None
    later, rates = copy.copy(scheduler), [scheduler.optimizer.lr]
    try:
        for epoch in range(scheduler.last_epoch + 1, scheduler.last_epoch + 1 + n):
            object.__setattr__(later, "last_epoch", epoch)  # __setattr__ would check it each time
            rates.append(later.get_lr())
    except ArithmeticError:
        return None
    return rates if all(0 <= rate < math.inf for rate in rates) else None


def changes_ahead(scheduler, rates, steps):
    """Return the changes, for ``uninterrupted.py``, that take the scheduler some steps ahead.

    ``rates``: what ``rates_ahead`` returned. ``steps``: an iterator that gives the number of steps
    twice; it is asked when the changes are made.
    """
    epochs = range(scheduler.last_epoch, scheduler.last_epoch + len(rates))
    values = map(getitem, [epochs, rates], steps)
    changed = [scheduler, scheduler.optimizer]
    return map(object.__setattr__, changed, ["last_epoch", "lr"], values)


def checked_setting(name, value):
    """Return a scheduler's setting as an int or float. Raises if it is out of its range."""
    if name in ("step_size", "T_max", "total_iters", "last_epoch"):
        least = 0 if name == "last_epoch" else 1
        if not isinstance(value, Integral) or value < least:
            raise ValueError(f"expected an int >= {least} as {name}, got {value!r}")
        return int(value)
    value = checked_float(name, value)
    if not 0 <= value < math.inf:
        raise ValueError(f"expected a finite {name} >= 0, got {value}")
    if name == "start_factor" and value == 0:
        raise ValueError("expected start_factor > 0, got 0.0")
    if name in ("start_factor", "end_factor") and value > 1:
        raise ValueError(f"expected {name} <= 1, got {value}")
    return value

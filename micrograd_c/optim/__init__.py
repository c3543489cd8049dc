"""Optimizers: what turns gradients into better parameters, one ``step()`` at a time.

Names, defaults and update rules are PyTorch's (https://pytorch.org/docs/stable/optim.html).
A step on the C engine is one call; else it fetches all data and gradients as two NumPy
arrays, updates them, and writes the data back: the same arithmetic in the same order.

An optimizer is its parameters and three plain things, so that a loop in C can run it:

- ``hyperparameters()``, numbers by name: ``lr`` and what else its rule needs, each
  also an attribute that may be changed between steps;
- ``state``, one float64 array of shape (n_parameters,) by each name in ``state_names``;
- ``step_count``, how many steps it has taken.

``params``, a tuple, and the arrays in ``state`` may be replaced by others that fit. A
hyperparameter is checked on assignment as in the constructor.
"""

from micrograd_c.optim.lr_scheduler import CosineAnnealingLR, LinearLR, StepLR
from micrograd_c.optim.optimizers import SGD, Adam, AdamW, Optimizer, RMSprop  # noqa: F401

__all__ = ["SGD", "Adam", "AdamW", "RMSprop", "StepLR", "CosineAnnealingLR", "LinearLR"]

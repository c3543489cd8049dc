"""Optimizers: each ``step()`` moves the parameters against their gradients.

Names, defaults and update rules are PyTorch's (https://pytorch.org/docs/stable/optim.html).
On the C engine a step is one call of C. On the Python engine, and for a rule in Python, a step
reads all data and gradients as two NumPy arrays, updates them, and writes the data back: the
same arithmetic in the same order.

An optimizer has parameters and three plain attributes, so that a loop in C can run it:

- ``hyperparameters()``, a dict of numbers: ``lr`` and the others of its rule. Each is also an
  attribute that may be changed between steps.
- ``state``, a dict with one float64 array of shape (n_parameters,) for each of ``state_names``.
- ``step_count``, the number of steps taken.

A constructor raises TypeError for a parameter that is not a Value, or not of the first one's
engine, and for a hyperparameter that is not a number; ValueError for no parameters, one
given twice, one that is computed from others, or a hyperparameter out of its range.
``params``, a tuple, and the arrays in ``state`` may be replaced by others that fit. A
hyperparameter is checked when it is assigned, as in the constructor.

The base class is in ``optimizer.py``; each rule is in a file of its own: ``sgd.py``, ``adam.py``
(with AdamW) and ``rmsprop.py``. ``lr_scheduler.py`` has the learning-rate schedulers.
"""

from micrograd_c.optim.adam import Adam, AdamW
from micrograd_c.optim.lr_scheduler import CosineAnnealingLR, LinearLR, StepLR
from micrograd_c.optim.optimizer import Optimizer  # noqa: F401
from micrograd_c.optim.rmsprop import RMSprop
from micrograd_c.optim.sgd import SGD

__all__ = ["SGD", "Adam", "AdamW", "RMSprop", "StepLR", "CosineAnnealingLR", "LinearLR"]

"""What an optimizer takes: parameters, and the numbers of its rule."""

import math

from python_ref.core.numbers import describe, to_float
from python_ref.core.operators import Operators

FLAGS = ("nesterov", "amsgrad", "centered")


def checked_parameters(params):
    try:
        params = list(params)
    except TypeError:
        raise TypeError(
            f"expected a list of Values such as model.parameters(), got {describe(params)}"
        ) from None
    if not params:
        raise ValueError("expected at least one parameter, got none")
    first_place = {}
    for i, p in enumerate(params):
        if not isinstance(p, Operators):
            raise TypeError(f"expected Values as parameters, got {describe(p)} as number {i}")
        if p._plain_class is not params[0]._plain_class:
            raise TypeError(f"parameter {i} is a Value of another engine than parameter 0")
        if p._op:
            raise ValueError(f"parameter {i} is computed by {p._op!r}: give what it depends on")
        if first_place.setdefault(id(p), i) != i:
            raise ValueError(f"parameter {i} is parameter {first_place[id(p)]} again")
    return params


def checked_hyperparameters(values, others=()):
    """The values by name, as floats and bools. Raises where they do not fit the ``others``."""
    values = {name: checked(name, value) for name, value in values.items()}
    together = {**dict(others), **values}
    if together.get("nesterov") and (together["momentum"] == 0 or together["dampening"] != 0):
        raise ValueError("nesterov needs a momentum > 0 and dampening = 0")
    return values


def float_of(name, value):
    """``value`` as a float; a TypeError says the name."""
    try:
        return to_float(value)
    except TypeError as error:
        raise TypeError(f"{name}: {error}") from None


def checked(name, value):
    if name in FLAGS:
        return bool(value)
    value = float_of(name, value)
    if name in ("beta1", "beta2") and not 0 <= value < 1:
        raise ValueError(f"expected 0 <= {name} < 1, got {value}")
    if name != "dampening" and not 0 <= value < math.inf:
        raise ValueError(f"expected a finite {name} >= 0, got {value}")
    return value

"""Checks of what optimizers and schedulers are given: parameters, numbers, and dicts."""

import math

from python_ref.core.numbers import describe, to_float
from python_ref.core.operators import Operators

FLAGS = ("nesterov", "amsgrad", "centered")  # the hyperparameters that are bools


def checked_parameters(params):
    """Return the parameters as a list.

    Raises ValueError if there are none, if one is given twice or is computed from other Values;
    TypeError if one is not a Value, or not of the first one's engine.
    """
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
    """Return a dict of the hyperparameters in ``values``, as floats and bools.

    ``others``: the hyperparameters that stay, which the new ones must go together with.
    Raises TypeError for one that is not a number, ValueError for one out of its range.
    """
    values = {name: checked_hyperparameter(name, value) for name, value in values.items()}
    together = {**dict(others), **values}
    if together.get("nesterov") and (together["momentum"] == 0 or together["dampening"] != 0):
        raise ValueError("nesterov needs a momentum > 0 and dampening = 0")
    return values


def checked_hyperparameter(name, value):
    if name in FLAGS:
        return bool(value)
    value = checked_float(name, value)
    if name in ("beta1", "beta2") and not 0 <= value < 1:
        raise ValueError(f"expected 0 <= {name} < 1, got {value}")
    if name != "dampening" and not 0 <= value < math.inf:
        raise ValueError(f"expected a finite {name} >= 0, got {value}")
    return value


def checked_float(name, value):
    """Return ``value`` as a float. Raises TypeError, with the name, if it is not a number."""
    try:
        return to_float(value)
    except TypeError as error:
        raise TypeError(f"{name}: {error}") from None


def require_keys(name, given, expected):
    """Raise TypeError or ValueError unless ``given`` is a dict with exactly these keys."""
    if not isinstance(given, dict):
        raise TypeError(f"expected a dict as {name}, got {describe(given)}")
    missing = [key for key in expected if key not in given]
    unexpected = [key for key in given if key not in expected]
    if missing or unexpected:
        raise ValueError(f"{name}: missing {missing}, unexpected {unexpected}")

"""Losses: functions that return how wrong a net's outputs are, as one Value.

Names and formulas are PyTorch's, with its default of averaging over the examples
(https://pytorch.org/docs/stable/nn.functional.html#loss-functions). A loss takes
Values of either engine and returns a Value of the same engine.

Targets that are numbers are checked. In a jitted function, targets that are its arguments are
checked for all rows before a batch runs. Other Values as targets are not checked.
"""

import functools
import operator

from micrograd_c.functional import dot, logsumexp, mean, total
from python_ref.core.argument_rules import Rule, add_rule
from python_ref.core.numbers import describe, to_float
from python_ref.core.operators import Operators
from python_ref.core.tracing import current_trace

__all__ = [
    "mse_loss",
    "hinge_loss",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "l2_penalty",
]


def mse_loss(predictions, targets):
    """Return the mean of (prediction - target)**2.

    Args:
        predictions: A Value or a sequence of n Values.
        targets: A number or Value for each.

    Raises:
        ValueError: If there are no predictions, or not as many targets.
        TypeError: For a prediction that is not a Value.

    >>> from micrograd_c.engine import Value
    >>> from micrograd_c.losses import mse_loss
    >>> mse_loss([Value(1.0), Value(4.0)], [2, 2]).data
    2.5
    """
    # A product instead of **2: a diverging loss is inf, as in PyTorch, not an OverflowError.
    differences = [p - t for p, t in pairs(predictions, targets)]
    return mean([d * d for d in differences])


def hinge_loss(scores, targets):
    """Return the mean of max(0, 1 - target * score), the loss of a support vector machine.

    Source: https://en.wikipedia.org/wiki/Hinge_loss.

    Args:
        scores: A Value or a sequence of n Values, each any real number.
        targets: The class for each, -1 or 1.

    Raises:
        ValueError: If there are no scores, or not as many targets, or for a target that is
            neither -1 nor 1.
        TypeError: For a score that is not a Value.

    >>> from micrograd_c.engine import Value
    >>> from micrograd_c.losses import hinge_loss
    >>> hinge_loss([Value(0.5), Value(0.5)], [1, -1]).data
    1.0
    """
    both = pairs(scores, targets)
    check_targets(both, SIGNS)
    return mean([(1 + -t * s).relu() for s, t in both])


def binary_cross_entropy_with_logits(logits, targets):
    """Return the mean of -(t * log(p) + (1 - t) * log(1 - p)), where p = sigmoid(logit).

    Args:
        logits: A Value or a sequence of n Values, each any real number.
        targets: t for each, the probability of class 1, usually 0 or 1.

    Raises:
        ValueError: If there are no logits, or not as many targets, or for a target outside [0, 1].
        TypeError: For a logit that is not a Value.

    >>> from micrograd_c.engine import Value
    >>> from micrograd_c.losses import binary_cross_entropy_with_logits
    >>> binary_cross_entropy_with_logits([Value(1000.0), Value(-1000.0)], [1, 1]).data
    500.0
    """
    both = pairs(logits, targets)
    check_targets(both, PROBABILITIES)
    # -log(p) = softplus(-x) and -log(1 - p) = softplus(x). Neither overflows, and nothing
    # cancels: all terms of the sum are positive, so a tiny loss keeps all its digits.
    return mean([t * (-x).softplus() + (1 - t) * x.softplus() for x, t in both])


def cross_entropy(logits, target):
    """Return -log of the probability that softmax(logits) gives to the target class.

    Args:
        logits: For one example, a sequence with a Value for each of k classes. For a batch, a
            sequence of n such rows.
        target: For one example, the class: an int from 0 to k - 1, or a Value that holds one. Or
            it is a sequence of k probabilities, one-hot or soft: numbers or Values, which are not
            checked. In a jitted function, a class that the function computes is rounded to the
            nearest one. For a batch, a sequence of n such targets.

    Returns:
        A Value. For a batch, it is the mean over the examples.

    Raises:
        IndexError: For a class out of range.
        ValueError: If there are no logits, or not as many targets.
        TypeError: For a logit that is not a Value and a class that is not an int.

    >>> from micrograd_c.engine import Value
    >>> from micrograd_c.losses import cross_entropy
    >>> row = [Value(1000.0), Value(0.0)]
    >>> cross_entropy(row, 0).data, cross_entropy(row, 1).data
    (0.0, 1000.0)
    >>> cross_entropy([row, row], [0, 1]).data
    500.0
    """
    if not is_sequence(logits):
        raise TypeError(f"expected the logits of k classes in a list, got {describe(logits)}")
    logits = list(logits)
    if not logits:
        raise ValueError("expected at least one logit, got none")
    if not is_sequence(logits[0]):
        return cross_entropy_of_row(logits, target)
    targets = as_list(target)
    if len(targets) != len(logits):
        raise ValueError(f"got {len(logits)} rows of logits but {len(targets)} targets")
    return mean([cross_entropy_of_row(as_list(row), t) for row, t in zip(logits, targets)])


def l2_penalty(parameters, alpha=1e-4):
    """Return alpha times the sum of the squared parameters, to be added to a loss.

    Args:
        parameters: A sequence of Values, such as ``model.parameters()``.
        alpha: A number >= 0.

    Raises:
        ValueError: If there are no parameters or alpha is negative.
        TypeError: For a parameter that is not a Value.

    >>> from micrograd_c.engine import Value
    >>> from micrograd_c.losses import l2_penalty
    >>> l2_penalty([Value(3.0), Value(4.0)], alpha=0.5).data
    12.5
    """
    parameters = as_list(parameters)
    check_values(parameters)
    alpha = to_float(alpha)
    if not alpha >= 0:
        raise ValueError(f"expected alpha >= 0, got {alpha}")
    return alpha * dot(parameters, parameters)


def cross_entropy_of_row(logits, target):
    check_values(logits)
    if is_sequence(target):
        probabilities = numbers_or_values(target)
        if len(probabilities) != len(logits):
            raise ValueError(f"got {len(logits)} logits but {len(probabilities)} probabilities")
        log_sum = logsumexp(logits)
        return total([p * (log_sum - x) for p, x in zip(probabilities, logits)])
    if is_value(target) and not logits[0]._is_value(target):
        raise TypeError("expected logits and target of one engine, got a Value of each")
    if hasattr(target, "_item_of"):  # a Value that jit traces
        add_rule(target, WHOLE_NUMBER)
        add_rule(target, class_rule(len(logits)))
        return logsumexp(logits) - chosen_logit(logits, target)
    try:
        is_whole = is_value(target) and target.data.is_integer()
        index = int(target.data) if is_whole else operator.index(target)
    except TypeError:
        raise TypeError(f"expected an int as the target class, got {describe(target)}") from None
    if not 0 <= index < len(logits):
        raise IndexError(f"target class {index} is out of range for {len(logits)} logits")
    return logsumexp(logits) - logits[index]


def chosen_logit(logits, target):
    """Return the logit of the target, a Value that jit traces."""
    trace = current_trace()
    if trace and trace.place_of(target) is not None:  # an argument: it is checked
        return trace.entry_at(target, logits)
    return target._item_of(logits)


# --- arguments ---


def pairs(values, targets):
    """Return a list of (Value, target), where the target is a float or a Value."""
    values, targets = as_list(values), numbers_or_values(targets)
    check_values(values)
    if len(values) != len(targets):
        raise ValueError(f"got {len(values)} Values but {len(targets)} targets")
    return list(zip(values, targets))


def check_values(values):
    if not values:
        raise ValueError("expected at least one Value, got none")
    for value in values:
        if not is_value(value):
            raise TypeError(f"expected a Value, got {describe(value)}")


# The rules for targets: for a float, or for an array element by element.
SIGNS = Rule("-1 or 1 as a target", lambda t: (t == -1.0) | (t == 1.0))
PROBABILITIES = Rule("a probability from 0 to 1 as a target", lambda t: (t >= 0.0) & (t <= 1.0))
WHOLE_NUMBER = Rule("a whole number as the target class", lambda t: t.round() == t, TypeError)


@functools.cache
def class_rule(n_classes):
    last = n_classes - 1
    return Rule(
        f"a target class from 0 to {last}", lambda t: (t >= 0.0) & (t <= float(last)), IndexError
    )


def check_targets(value_target_pairs, rule):
    """Check targets that are numbers now; jit checks those that are its arguments in each run."""
    for _, target in value_target_pairs:
        if is_value(target):
            add_rule(target, rule)
        elif not rule.holds(target):
            raise rule.error(f"expected {rule.expected}, got {target}")


def numbers_or_values(targets):
    return [t if is_value(t) else to_float(t) for t in as_list(targets)]


def as_list(x):
    return list(x) if is_sequence(x) else [x]


def is_sequence(x):
    # An array without axes is a number.
    return hasattr(x, "__iter__") and getattr(x, "ndim", 1) > 0


def is_value(x):
    return isinstance(x, Operators)  # the base class of both engines' Values

"""gradcheck: compare backward()'s gradients with finite differences.

The derivative of a function can be measured without calculus: change an input a little and
see by how much the output changes. ``gradcheck`` compares the two for each input and output, as
PyTorch's ``torch.autograd.gradcheck`` does.
"""

from math import inf
from typing import NamedTuple

from python_ref.core.numbers import describe
from python_ref.core.operators import Operators
from python_ref.core.walking import reachable

__all__ = ["gradcheck", "GradcheckError"]


class GradcheckError(RuntimeError):
    """A gradient differs from the finite difference; the message names the worst one."""


class Entry(NamedTuple):
    """The derivative of one output by one input: from backward(), and from finite differences."""

    output: str  # "output", or "output[1]" where f returns a list
    input: str  # "input 0", or "input 0[1]" where that input is a list
    analytic: float
    numeric: float
    difference: float
    allowed: float

    def excess(self):
        """Return by how much the difference is above the allowed one, infinity for a NaN."""
        excess = self.difference - self.allowed
        return excess if excess == excess else inf


def gradcheck(f, inputs, eps=1e-6, atol=1e-5, rtol=1e-3, raise_exception=True):
    """Compare the gradients of ``f(*inputs)`` with central differences.

    Near a kink, such as relu's at 0, finite differences mean nothing. Data and gradients of all
    Values that ``f`` uses are restored.

    Args:
        f: A function that returns a Value or a list of Values. It is called once, and twice more
            for each input.
        inputs: A Value, or a list of arguments to ``f``, each a Value or a list of Values.
        eps: By how much an input is changed: a number > 0, in the input's units.
        atol: The absolute tolerance, a number >= 0.
        rtol: The relative tolerance, a number >= 0. The defaults of both are those of
            ``torch.autograd.gradcheck``.
        raise_exception: False returns False where it would raise a GradcheckError.

    Returns:
        True if every derivative from backward() is within ``atol + rtol * abs(numeric)`` of
        ``numeric``, which is ``(f(x + eps) - f(x - eps)) / (2 * eps)``.

    Raises:
        GradcheckError: About the worst derivative that is not.
        TypeError: If an input or an output is not a Value.
        ValueError: If there are no inputs or a tolerance is negative.

    >>> from micrograd_c import Value, gradcheck
    >>> gradcheck(lambda a, b: (a * b).tanh(), [Value(0.5), Value(-2.0)])
    True
    """
    if not (eps > 0 and atol >= 0 and rtol >= 0):
        raise ValueError(f"expected eps > 0, atol >= 0, rtol >= 0, got {eps}, {atol}, {rtol}")
    if not isinstance(inputs, (Operators, list, tuple)):
        raise TypeError(f"expected a Value or a list as inputs, got {describe(inputs)}")
    arguments = [inputs] if isinstance(inputs, Operators) else inputs
    named_inputs = [pair for i, x in enumerate(arguments) for pair in named(f"input {i}", x)]
    if not named_inputs:
        raise ValueError("expected at least one input, got none")

    named_outputs = named("output", f(*arguments))
    if not named_outputs:
        raise ValueError("expected f to return at least one Value, got none")
    gradients = [
        backward_gradients(output, [x for _, x in named_inputs]) for _, output in named_outputs
    ]

    entries = []
    for j, (input_name, x) in enumerate(named_inputs):
        try:
            slopes = central_differences(f, arguments, x, eps)
        except (ValueError, ArithmeticError) as error:  # x + eps or x - eps is outside the domain
            raise type(error)(f"{input_name} = {x.data!r}, {eps} to a side: {error}") from error
        for i, (output_name, _) in enumerate(named_outputs):
            analytic, numeric = gradients[i][j], slopes[i]
            difference, allowed = abs(analytic - numeric), atol + rtol * abs(numeric)
            entries.append(Entry(output_name, input_name, analytic, numeric, difference, allowed))
    wrong = [entry for entry in entries if entry.excess() > 0]
    if wrong and raise_exception:
        raise GradcheckError(report(max(wrong, key=Entry.excess), len(wrong), len(entries)))
    return not wrong


def backward_gradients(output, inputs):
    """Return d output / d input for each input, by backward(). All gradients are restored."""
    grads = {node: node.grad for node in (*reachable(output), *inputs)}
    try:
        for node in grads:
            node.grad = 0.0
        output.backward()
        return [x.grad for x in inputs]
    finally:
        for node, grad in grads.items():
            node.grad = grad


def central_differences(f, arguments, x, eps):
    """Return d output / d x for each output of f, from its values at x + eps and at x - eps."""
    data = x.data
    try:
        x.data = data + eps
        above = [output.data for _, output in named("output", f(*arguments))]
        x.data = data - eps
        below = [output.data for _, output in named("output", f(*arguments))]
    finally:
        x.data = data
    return [(a - b) / (2 * eps) for a, b in zip(above, below)]


def named(name, x):
    """Return [(name, x)] for a Value; for a list, a name with the place for each Value in it."""
    if isinstance(x, Operators):
        return [(name, x)]
    if not isinstance(x, (list, tuple)):
        raise TypeError(f"expected a Value or a list of Values as {name}, got {describe(x)}")
    for i, value in enumerate(x):
        if not isinstance(value, Operators):
            raise TypeError(f"expected a Value as {name}[{i}], got {describe(value)}")
    return [(f"{name}[{i}]", value) for i, value in enumerate(x)]


def report(worst, n_wrong, n):
    return (
        f"{n_wrong} of {n} derivatives are wrong. The worst is that of {worst.output} by "
        f"{worst.input}: backward() gives {worst.analytic:.6g}, the slope is {worst.numeric:.6g}; "
        f"they differ by {worst.difference:.3g}, allowed is {worst.allowed:.3g}"
    )

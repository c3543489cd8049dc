"""Tracing: a function called once with Values that stand for every row of a batch at once."""

import itertools

from micrograd_c.engine import Value
from micrograd_c.jit import replaced_operators
from micrograd_c.jit.errors import (
    explained,
    gradients_inside,
    made_a_number,
    own_operator,
    users_line,
    without_gradient,
)
from micrograd_c.jit.traced_value import TracedValue, argument, compared, made_in
from python_ref.core.numbers import describe, to_float
from python_ref.core.tracing import tracing
from python_ref.core.vector import Vector
from python_ref.core.walking import topological_sort

numbers = itertools.count(1)


class Trace:
    """What calling ``function`` once made: its arguments and outputs, as Values.

    ``widths`` says for each argument how many columns it has; None is a single Value.
    While the function is traced, operators do not raise: the arguments' data mean nothing.
    """

    def __init__(self, function, widths):
        self.function = function
        self.number = next(numbers)
        self.arguments, self.widths = [], []
        self.requirements = []  # what each run checks of the arguments
        self.places = []  # (argument, column) of each
        replaced_operators.follow()
        with self.entered():
            given = []
            for i, width in enumerate(widths):
                columns = [argument() for _ in range(1 if width is None else width)]
                given.append(columns[0] if width is None else Vector(columns))
                self.arguments += columns
                self.widths.append(len(columns))
                self.places += [(i, None)] if width is None else [(i, j) for j in range(width)]
            try:
                result = function(*given)
            except (TypeError, AttributeError, IndexError, ValueError) as error:
                better = explained(error, widths)
                if better is None:
                    raise
                raise better from (None if better is error.__cause__ else error)
            self.outputs, self.is_single = outputs_of(function, result)

    def entered(self):
        """A context in which this thread traces: new leaves are constants of the trace."""
        return tracing(self)

    def place_of(self, value):
        """The argument and column that the Value is; None where it is no argument."""
        for x, place in zip(self.arguments, self.places):
            if x is value:
                return place
        return None

    def compare(self, relation, x, y):
        """The comparison of ``x``, which depends on no argument, with ``y``."""
        if not isinstance(x, Value):  # another engine's, which is no part of the trace
            return relation(x.data, to_float(y))
        return compared(relation, x, y)

    def refuse_own_operator(self):
        raise own_operator(users_line())

    def refuse_number(self, value):
        """Raise where a Value is read as a number, unless it was made of the trace's constants."""
        if isinstance(value, TracedValue):
            raise made_a_number()
        if not isinstance(value, Value):
            return
        leaves = (node for node in topological_sort(value) if not node._operands)
        if not all(made_in(leaf) == self.number for leaf in leaves):
            raise made_a_number()

    def refuse_backward(self):
        raise gradients_inside()

    def refuse_no_grad(self):
        raise without_gradient()


def outputs_of(function, result):
    """The Values that ``function`` returned, and whether it was just one."""
    is_single = not isinstance(result, (list, tuple))
    outputs = [result] if is_single else list(result)
    name = getattr(function, "__name__", repr(function))
    if not outputs:
        raise TypeError(f"expected {name} to return at least one Value, got none")
    for i, output in enumerate(outputs):
        if not isinstance(output, Value):
            if not Value._is_operand(output):
                raise TypeError(
                    f"expected {name} to return a Value or a list or tuple of Values, "
                    f"got {describe(result if is_single else output)}"
                )
            outputs[i] = Value(to_float(output))
    return outputs, is_single

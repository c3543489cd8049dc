"""Tracing: calling a function once, with Values that stand for every row of a batch."""

import itertools

from micrograd_c.engine import Value
from micrograd_c.jit.axes import arranged, places_of, size_of
from micrograd_c.jit.errors import (
    as_trace_error,
    conversion_error,
    custom_operator_error,
    detect_anomaly_error,
    index_error,
    inner_backward_error,
    no_grad_error,
)
from micrograd_c.jit.outputs import Outputs
from micrograd_c.jit.patched_operators import follow_patches, has_original_operators
from micrograd_c.jit.traced_sums import sum_in_c
from micrograd_c.jit.traced_value import (
    TracedValue,
    compare,
    entry_at,
    new_argument,
    trace_number_of,
)
from micrograd_c.jit.user_code import user_line
from python_ref.core.numbers import to_float
from python_ref.core.tracing import tracing
from python_ref.core.walking import topological_sort

trace_numbers = itertools.count(1)


class Trace:
    """The result of calling ``function`` once: its arguments and outputs, as Values.

    ``widths``: for each argument, its number of columns, None for a single Value, or a Shared.
    The arguments' data mean nothing, so operators do not raise for it during the call.

    Raises TraceError if the function cannot be traced, TypeError if it does not return Values.

    Attributes:

    - ``number``: > 0; leaves that the function makes carry it. Arguments carry its negative.
    - ``arguments``: the TracedValues of all columns, in one list.
    - ``columns``: for each argument of the function, how many of them are its columns.
    - ``argument_rules``: what each run checks of its arrays, see ``argument_rules.py``.
    - ``outputs``: what the function returned, an Outputs.
    """

    def __init__(self, function, widths):
        self.number = next(trace_numbers)
        self.arguments, self.columns = [], []
        self.argument_rules = []
        self.argument_places = []  # for each of ``arguments``: (number of the argument, place)
        follow_patches()
        self._sums_in_c = has_original_operators()
        with self.entered():
            given = []
            for i, width in enumerate(widths):
                values = [new_argument() for _ in range(size_of(width))]
                given.append(arranged(width, values))
                self.arguments += values
                self.columns.append(len(values))
                self.argument_places += [(i, place) for place in places_of(width)]
            try:
                result = function(*given)
            except (TypeError, AttributeError, IndexError, ValueError) as error:
                better = as_trace_error(error, widths)
                if better is None:
                    raise
                raise better from (None if better is error.__cause__ else error)
            self.outputs = Outputs(function, result)

    def entered(self):
        """Return a context in which this thread traces: new leaves are the trace's constants."""
        return tracing(self)

    # --- what the engines call while a function is traced ---

    def place_of(self, value):
        """Return (argument, place) for a Value that is an argument, else None; see axes.py."""
        for x, place in zip(self.arguments, self.argument_places):
            if x is value:
                return place
        return None

    def compare(self, relation, x, y):
        """Compare ``x``, which depends on no argument, with ``y``."""
        if not isinstance(x, Value):  # a Value of the other engine is not part of the trace
            return relation(x.data, to_float(y))
        return compare(relation, x, y)

    def is_column(self, index):
        """True if the index of ``take`` is an argument, so that each row has its own.

        False for a constant. Raises TraceError for any other Value of the trace.
        """
        if self.place_of(index) is not None:
            return True
        if isinstance(index, TracedValue):
            raise index_error("a Value that depends on an argument")
        if isinstance(index, Value):
            if index._is_computed():
                raise index_error("a Value that was computed")
            if trace_number_of(index) != self.number:
                raise index_error("a parameter, whose data may change from run to run")
        return False

    def entry_at(self, index, entries):
        """Return the entry, of Values and numbers, that ``index`` leads to in each row."""
        return entry_at(index, entries)

    def sum_in_c(self, name, lists):
        """Return ``total`` or ``dot`` of lists of Values, or None if operators must make it."""
        return sum_in_c(lists) if name in ("total", "dot") and self._sums_in_c else None

    def refuse_custom_operator(self):
        raise custom_operator_error(user_line())

    def refuse_number(self, value):
        """Raise because a Value is read as a number, unless it depends only on constants."""
        if isinstance(value, TracedValue):
            raise conversion_error()
        if not isinstance(value, Value):
            return
        leaves = (node for node in topological_sort(value) if not node._operands)
        if not all(trace_number_of(leaf) == self.number for leaf in leaves):
            raise conversion_error()

    def refuse_backward(self):
        raise inner_backward_error()

    def refuse_no_grad(self):
        raise no_grad_error()

    def refuse_detect_anomaly(self):
        raise detect_anomaly_error()

"""``float(v)``: the number is not part of the graph, so no gradient flows through it."""

import warnings

from python_ref.core.grad_mode import is_grad_enabled
from python_ref.core.tracing import current_trace


def number_of(value, stacklevel):
    """Return the data of ``value``, which a program reads as a number.

    Warns, once per place in the program, if ``value`` was computed from others: no gradient flows
    through the number. While a function is traced, the trace may refuse the read.
    """
    trace = current_trace()
    if trace:
        trace.refuse_number(value)
    elif value._is_computed() and is_grad_enabled():
        warnings.warn(
            "float() of a Value that was computed from others: no gradient flows through the "
            "number; use the Value's own functions, as v.exp() for math.exp(v), or write "
            "v.data or v.detach() if only the number is wanted",
            UserWarning,
            stacklevel=stacklevel + 1,
        )
    return value.data

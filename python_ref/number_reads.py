"""``float(v)``: a number is what the graph and its gradient end at."""

import warnings

from python_ref.grad_mode import is_grad_enabled
from python_ref.tracing import current_trace


def number_of(value, stacklevel):
    """The data of ``value``, which somebody asked for as a number.

    Warns, once per place, where ``value`` was computed: what is computed from the number
    has no gradient. In a function that is traced, the trace may refuse it.
    """
    trace = current_trace()
    if trace:
        trace.refuse_number(value)
    elif value._is_computed() and is_grad_enabled():
        warnings.warn(
            "float() of a Value that was computed from others: no gradient flows through the "
            "number; use the Value's own functions, as v.exp() for math.exp(v), or say that only "
            "the number is wanted: v.data, v.detach()",
            UserWarning,
            stacklevel=stacklevel + 1,
        )
    return value.data

"""Whether a function is being traced, in this thread, to see what it computes.

``micrograd_c.jit`` traces. What an engine does otherwise meanwhile: a leaf remembers in
which trace it was made, detach() is an operator, operators of the user's own are refused,
and no operator raises for its operands' data, which nobody knows.
"""

from python_ref.core.modes import Mode, current, within


def current_trace():
    """The trace that this thread is in, most of the time None."""
    return current().trace


def tracing(trace):
    """A context in which ``trace`` records, even within a no_grad().

    ``trace`` has a ``number`` > 0, and what the engines call of micrograd_c's ``Trace``.
    """
    return within(Mode(current(), records=True, trace=trace, raises=False))

"""The current trace of ``micrograd_c.jit``, if this thread is tracing a function.

During a trace the engines differ in this: a leaf stores the number of the trace in which it
was made, detach() is an operator, a user's own operators are refused, and no operator raises for
its operands' data, which is unknown.
"""

from python_ref.core.modes import Mode, current, within


def current_trace():
    """Return the trace that this thread is in, or None."""
    return current().trace


def tracing(trace):
    """Return a context in which ``trace`` records, even within no_grad().

    ``trace`` has a ``number`` > 0, and the methods that the engines call: those of
    ``micrograd_c.jit.trace.Trace``.
    """
    return within(Mode(current(), records=True, trace=trace, raises=False))

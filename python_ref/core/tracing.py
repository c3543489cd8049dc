"""The trace that a thread is in, if ``micrograd_c.jit`` traces a function there.

Meanwhile an engine works differently: a leaf has the number of the trace in which it was made,
detach() is an operator, operators of the user's own are refused, and no operator raises for its
operands' data, which is not known yet.
"""

from python_ref.core.modes import Mode, current, within


def current_trace():
    """Return the trace that this thread is in, None if it traces nothing."""
    return current().trace


def tracing(trace):
    """Return a context in which ``trace`` records, even within a no_grad().

    ``trace`` has a ``number`` > 0, and the methods of jit's ``Trace`` that the engines call.
    """
    return within(Mode(current(), records=True, trace=trace, raises=False))

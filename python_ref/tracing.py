"""Whether a function is being traced, in this thread, to see what it computes.

``micrograd_c.jit`` traces. What an engine does otherwise meanwhile: a leaf remembers in
which trace it was made, detach() is an operator, and operators of the user's own are
refused.
"""

import threading
from contextlib import contextmanager


class OfThread(threading.local):
    trace = None  # an attribute of the class: to find none is slow


_thread = OfThread()


def current_trace():
    """The trace that this thread is in, most of the time None."""
    return _thread.trace


@contextmanager
def tracing(trace):
    """``trace`` has a ``number``, and what the engines ask of micrograd_c's ``Trace``."""
    before = current_trace()
    _thread.trace = trace
    try:
        yield
    finally:
        _thread.trace = before

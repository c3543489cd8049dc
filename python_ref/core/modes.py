"""The mode that operators work in: recording or not, tracing or not.

The mode is stored in one place, a context variable. A thread begins in ``PLAIN``, a task of
asyncio in the mode in which it was created. A Mode never changes; one call puts another one
in force.

The functions that a ``with`` statement calls here are written in C. Python runs signal
handlers, which may raise, between a function's bytecodes and when it enters a function that
has bytecodes. So an ``__exit__`` in Python could be interrupted before its first line, and
the mode would stay in force. A function in C has no such point. After ``__enter__`` returns,
Python is already in the block, which ends with ``__exit__``. (Two exceptions: CPython 3.9
also runs handlers between a block's end and the call of ``__exit__``, and PyPy at any point.)
"""

import io
from contextvars import ContextVar
from functools import partial
from itertools import repeat
from operator import attrgetter, not_


class Mode:
    """How operators work."""

    __slots__ = ("records", "trace", "raises", "before", "for_c", "known_to_c")

    def __init__(self, before, records, trace=None, raises=True):
        self.before = before or self  # the mode that was in force before
        self.records = records  # whether operators record a graph
        self.trace = trace  # of micrograd_c.jit, if this thread is in one
        self.raises = raises  # whether operators raise where Python's math does
        # What the C library reads: 0 as in PLAIN, -1 for not recording, else the trace's number.
        self.for_c = trace.number if trace else 0 if records else -1
        self.known_to_c = tell_c() if self.for_c else None


def nobody_to_tell():
    """``tell_c`` of the Python engine, which does nothing."""


# Called for each mode in which C must work differently than in PLAIN. The mode keeps the result
# until it is deallocated: when it is in force in no context, nor in a copy that a task has.
tell_c = nobody_to_tell

PLAIN = Mode(None, records=True)
in_force = ContextVar("micrograd_c mode", default=PLAIN)
current = in_force.get
put_in_force = in_force.set


class EntersByOneCall:
    """An ``__enter__`` that puts ``instance._new_mode()`` in force.

    Python finds it on the class, so it runs ``__get__`` and then calls the result. Everything
    that can be interrupted is done before the mode changes.
    """

    def __get__(self, instance, owner=None):
        return self if instance is None else partial(put_in_force, instance._new_mode())

    def __call__(self, instance):  # contextlib.ExitStack calls it on the class
        return self.__get__(instance)()


class LeavesByOneCall:
    """An ``__exit__`` that puts the mode before the present one in force."""

    def __get__(self, instance, owner=None):
        return self if instance is None else leave

    def __call__(self, instance, *exception):
        return leave(*exception)


class CallsClose(io.IOBase):
    """Its ``__exit__`` is in C. It ignores its arguments and returns ``self.close()``."""

    closed = True  # so that its finalizer has nothing to do

    def __init__(self, modes):
        """Each call of ``close`` puts the next of ``modes`` in force and returns False."""
        self.close = map(not_, map(put_in_force, modes)).__next__


leave = CallsClose(map(attrgetter("before"), map(current, repeat(PLAIN)))).__exit__


class within:  # noqa: N801 - used as a context
    """``with within(mode)``: at the end, the mode of before is in force again in any case."""

    __enter__ = EntersByOneCall()

    def __init__(self, mode):
        self._mode = mode

    def _new_mode(self):
        return self._mode

    @property
    def __exit__(self):
        # Python looks it up before it calls __enter__.
        return CallsClose(iter((current(),))).__exit__

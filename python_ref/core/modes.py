"""The mode that operators work in: recording or not, tracing or not, watched or not.

The mode is stored in one place, a context variable. A thread begins in ``DEFAULT``, a task of
asyncio in the mode in which it was created. A Mode never changes; one call puts another one
in force.

The functions that a ``with`` statement calls here are written in C. Python runs signal
handlers, which may raise, between a function's bytecodes and on entry to a function that has
bytecodes. So an ``__exit__`` in Python could be interrupted before its first line, and the
mode would stay in force. A function in C has no such point. When ``__enter__`` returns, Python
is already in the block, which ends with ``__exit__``. (Two exceptions: CPython 3.9 also runs
handlers between the end of a block and the call of ``__exit__``, and PyPy does at any point.)
"""

import io
from contextvars import ContextVar
from functools import partial
from itertools import repeat
from operator import attrgetter, not_


class Mode:
    """How operators work."""

    __slots__ = ("records", "trace", "raises", "watch", "before", "c_mode", "counted")

    def __init__(self, before, records, trace=None, raises=True, watch=None):
        self.before = before or self  # the mode that was in force before
        self.records = records  # True if operators record a graph
        self.trace = trace  # micrograd_c.jit's, if a function is being traced, else None
        self.raises = raises  # True if operators raise where Python's math does
        # A function, of source_lines.py or anomalies.py, that is called with each Value that a
        # constructor or an operator has made, and with True if the operator made a leaf of a
        # number too; or None.
        self.watch = watch
        if watch and not ever_watched:
            ever_watched.append(True)
        # For the C library: 0 as in DEFAULT, -1 for not recording, else the trace's number.
        self.c_mode = trace.number if trace else 0 if records else -1
        self.counted = count_in_c() if self.c_mode or watch else None


def count_nothing():
    """``count_in_c`` of the Python engine."""


# Empty until the first mode with a watch. What makes many Values at once looks here first, as
# this is quicker than to ask for the current mode.
ever_watched = []

# Called for each mode in which C must work differently than in DEFAULT. C counts the mode until
# the result dies with the mode: when no context, and no copy that a task has, has the mode in it.
count_in_c = count_nothing

DEFAULT = Mode(None, records=True)
in_force = ContextVar("micrograd_c mode", default=DEFAULT)
current = in_force.get
put_in_force = in_force.set


def is_watched():
    """Return True if the mode in force must be shown each new Value."""
    return bool(ever_watched) and current().watch is not None


class EntersByOneCall:
    """An ``__enter__`` that puts ``instance._new_mode()`` in force.

    Python looks it up on the class, which runs ``__get__``, and then calls the result.
    Everything that can be interrupted happens before the mode changes.
    """

    def __get__(self, instance, owner=None):
        return self if instance is None else partial(put_in_force, instance._new_mode())

    def __call__(self, instance):  # contextlib.ExitStack calls it on the class
        return self.__get__(instance)()


class LeavesByOneCall:
    """An ``__exit__`` that restores the mode that was in force before the present one."""

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


leave = CallsClose(map(attrgetter("before"), map(current, repeat(DEFAULT)))).__exit__


class within:  # noqa: N801 - used as a context
    """``with within(mode)``. At the end, the mode from before is in force again in any case."""

    __enter__ = EntersByOneCall()

    def __init__(self, mode):
        self._mode = mode

    def _new_mode(self):
        return self._mode

    @property
    def __exit__(self):
        # Python looks it up before it calls __enter__.
        return CallsClose(iter((current(),))).__exit__

"""The mode that operators work in: recording or not, tracing or not. One place says which.

That place is a context variable: a thread begins in ``PLAIN``, and a task of asyncio in the
mode that it was created in. A mode is never changed, only put in force, by one call.

What a ``with`` statement calls here is written in C. Python runs signal handlers, which may
raise, between a function's bytecodes, and at the entry of a function that has any: an
``__exit__`` in Python may be interrupted before its first line, and the mode would stay. A
call of C has no such point, and what follows the call of an ``__enter__`` is in the block.
(Left are CPython 3.9, which looks for signals once more between a block's end and the call
of ``__exit__``, and PyPy, which looks wherever it likes.)
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
        self.before = before or self  # the mode that it was put in place of
        self.records = records  # whether operators record a graph
        self.trace = trace  # of micrograd_c.jit, if this thread is in one
        self.raises = raises  # whether operators raise where Python's math does
        # What the C library reads: 0 as in PLAIN, -1 for not recording, else the trace's number.
        self.for_c = trace.number if trace else 0 if records else -1
        self.known_to_c = tell_c() if self.for_c else None


def nobody_to_tell():
    """What the Python engine does in place of ``tell_c``."""


# Called for each mode in which C must not do as it does in PLAIN. What it returns lives as long
# as the mode: until no context and no copy of one, that a task or thread may have, is in it.
tell_c = nobody_to_tell

PLAIN = Mode(None, records=True)
in_force = ContextVar("micrograd_c mode", default=PLAIN)
current = in_force.get
put_in_force = in_force.set


class EntersByOneCall:
    """An ``__enter__`` that puts ``instance._new_mode()`` in force.

    Python looks it up on the class, and so runs ``__get__`` before it calls what that
    returns: all that can be interrupted is done when the mode changes.
    """

    def __get__(self, instance, owner=None):
        return self if instance is None else partial(put_in_force, instance._new_mode())

    def __call__(self, instance):  # as contextlib.ExitStack does
        return self.__get__(instance)()


class LeavesByOneCall:
    """An ``__exit__`` that puts the mode in force that was before the innermost one."""

    def __get__(self, instance, owner=None):
        return self if instance is None else leave

    def __call__(self, instance, *exception):
        return leave(*exception)


class CallsClose(io.IOBase):
    """Its ``__exit__`` is in C, ignores what it is given, and returns ``self.close()``."""

    closed = True  # so that its finalizer has nothing to do

    def __init__(self, modes):
        """Each call of ``close`` puts the next one of ``modes`` in force and gives False."""
        self.close = map(not_, map(put_in_force, modes)).__next__


leave = CallsClose(map(attrgetter("before"), map(current, repeat(PLAIN)))).__exit__


class within:  # noqa: N801 - used as a context
    """``with within(mode)``: afterwards that of before is in force, whatever was in between."""

    __enter__ = EntersByOneCall()

    def __init__(self, mode):
        self._mode = mode

    def _new_mode(self):
        return self._mode

    @property
    def __exit__(self):
        # Python looks it up before it calls __enter__.
        return CallsClose(iter((current(),))).__exit__

"""How a Value of the C engine lets go of its node, and who is just about to.

``let_go`` is its ``__del__``. CPython calls that when nobody has the Value any more; but
those of a cycle all at once, while finalizers of others may still use them, and even save
them. So it does not give the node back during a collection: it leaves that to an object
that dies with the Value.

On PyPy Values have no ``__del__``: of objects with one that hold each other it finalizes one
link in each collection. There each Value has such an object, a ``LastOwner``, from the start.
So it is without the GIL: one thread could find a Value between its last reference and its
``__del__`` in another. The owner dies when nobody can find the Value any more.

Another thread may look at a Value while its ``__del__`` runs, which is too late: it will
have let go. ``finalizing`` tells of which that is so, ``has_let_go`` of which it was.
"""

import atexit
import gc
import sys

from micrograd_c._native import lib

collecting = []  # not empty while the collector runs, and at the interpreter's end
half_dead = []  # in a child, for good: the Values that threads of the parent were finalizing
FREE_THREADED = not getattr(sys, "_is_gil_enabled", lambda: True)()
OWNED_FROM_START = FREE_THREADED or sys.implementation.name == "pypy"

# All that a __del__ needs it has as defaults: at the very end modules are emptied.


class LastOwner(float):
    """A node's id that gives the node back when it dies. The collector knows no floats."""

    __slots__ = ()

    def __del__(self, release=lib.mg_release):
        release(self)


def let_go(
    self,
    release=lib.mg_release,
    collecting=collecting,
    set_slot=object.__setattr__,
    LastOwner=LastOwner,
):
    try:
        if collecting:
            set_slot(self, "_mg_id", LastOwner(self._mg_id))
        else:
            release(self._mg_id)
    except AttributeError:
        pass  # __init__ did not get far enough


def around_collection(phase, info):
    if phase == "start":
        collecting.append(phase)
    else:
        collecting.clear()


if hasattr(gc, "callbacks"):  # not on PyPy; who clears them has finalizers that must not look
    gc.callbacks.append(around_collection)
    atexit.register(collecting.append, "the last collection has no callbacks")


def has_let_go(value):
    """Whether a Value that somebody has, or found, was finalized and gave its node back."""
    return not OWNED_FROM_START and gc.is_finalized(value) and type(value._mg_id) is float


def finalizing(held=None):
    """The id() of each Value that a thread is finalizing now: it has nobody left.

    With a list they are ``held`` in it, so that no other object gets their id().

    No collection meanwhile: sys._current_frames() has a lock that the death of a
    threading.local wants (https://github.com/python/cpython/issues/106883).
    """
    code, found = let_go.__code__, set(map(id, half_dead))
    if OWNED_FROM_START:
        return found
    was_enabled = gc.isenabled()
    try:
        gc.disable()
        # No variable keeps a frame for longer: this one is among them, a cycle.
        for frame in sys._current_frames().values():
            while frame is not None:  # a signal, say, may run on top of a __del__
                if frame.f_code is code:
                    found.add(id(frame.f_locals.get("self")))
                    if held is not None:
                        held.append(frame.f_locals.get("self"))
                frame = frame.f_back
    finally:
        if was_enabled:
            gc.enable()
    return found

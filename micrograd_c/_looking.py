"""How Python finds its way in a graph that lives in C.

An operator tells nobody which Value belongs to its node: that would cost every
operator for what few programs ask. When somebody looks, the question is answered:

- ``value_of``: which Value belongs to this node? One that was found before is in
  ``_known``, by node, weakly. Else, if C says that a Value owns the node, it is
  searched for among all living Values, which are then all known. Else nobody
  holds one, and it is made. Whoever looked at ``_prev`` holds what it saw, so
  that the same node is the same object for as long as the root lives.

- ``keep``: a label, an attribute or a ``_backward`` function must stay with the
  node even when no name holds its Value. Such a node is *kept*: the C operators
  refuse it as an operand, and the slower way that Python then goes lets the
  result hold its operands, and be kept in turn. So a kept Value lives as long as
  what is computed from it, and Python's collector sees every cycle that a user's
  attribute or closure may close. Where results exist already when a node becomes
  kept, the living Values among them are searched for and hold it too.
"""

import contextlib
import gc
import os
import sys
import threading
from sys import is_finalizing  # a name of ours: sys is emptied before the last Values die
from weakref import WeakSet, WeakValueDictionary

from micrograd_c import _cvalue
from micrograd_c._native import ffi, lib

_known = WeakValueDictionary()  # node id -> its Value
_results_unsearched = WeakSet()  # kept Values that earlier results of theirs do not hold
_searching = threading.RLock()
_left_behind = set()  # in a child: id() of each Value that threads of the parent were finalizing
is_finalized = getattr(gc, "is_finalized", lambda x: False)  # PyPy has none


@contextlib.contextmanager
def searching():
    """One thread at a time, but for the interpreter's end: the others have stopped then."""
    locked = not is_finalizing() and _searching.acquire()
    try:
        yield
    finally:
        if locked:
            _searching.release()


def before_fork():
    global _finalizing_at_fork
    _searching.acquire()
    _finalizing_at_fork = finalizing()


def after_fork_in_child():
    _left_behind.update(_finalizing_at_fork)  # their threads are gone: they stay, half dead
    _searching.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=before_fork,
        after_in_parent=_searching.release,
        after_in_child=after_fork_in_child,
    )


def operand_ids(node):
    """The ids of a node's operands, in order, repeated as they are."""
    _cvalue.check_memory(lib.mg_make_plain(node))
    n = lib.mg_operands(node, ffi.NULL, 0)
    ids = ffi.new("mg_id[]", n)
    lib.mg_operands(node, ids, n)
    return list(ids)


def value_of(node):
    """The one Value of a node that something living uses."""
    with searching():
        value = known(node)
        if value is None and lib.mg_is_owned(node):
            living_values()
            value = known(node)
        if value is None:
            lib.mg_retain(node)
            value = _cvalue.new(_cvalue.Value)
            _cvalue.set_id(value, node)
            _known[node] = value
        return value


def known(node):
    """The Value of a node that was found before; None for one that has let go of its node.

    Another thread may be just finalizing it, and the node's id be in use again.
    """
    value = _known.get(node)
    if value is None or id(value) in finalizing() or is_finalized(value):  # in this order
        return None
    return value


def finalizing():
    """The id() of each Value that a thread is finalizing now: it has nobody left."""
    return _left_behind | {
        id(frame.f_locals.get("self"))
        for frame in sys._current_frames().values()
        if frame.f_code is _cvalue.Value.__del__.__code__
    }


def living_values():
    """Every Value alive, in any thread; all of them are known afterwards."""
    if hasattr(gc, "get_freeze_count") and gc.get_freeze_count():
        gc.unfreeze()  # the collector's lists leave out what was frozen
    objects = candidates()  # before it is asked who is dying: nobody in this list begins to
    dying = finalizing()
    values = [
        x
        for x in objects
        if issubclass(type(x), _cvalue.Value)
        and hasattr(x, "_mg_id")
        and id(x) not in dying
        and not is_finalized(x)
    ]
    if _cvalue.PYPY:  # the finalizers of some were due, and have run meanwhile
        if not gc.isenabled():
            gc.collect()  # or they would run later
        values = [x for x in values if hasattr(x, "_mg_id")]
    for value in values:
        _known[value._mg_id] = value
    return values


def candidates():
    """A list of objects with every Value among them."""
    if sys.implementation.name != "cpython":
        return gc.get_objects()
    # An object refers to its class. A list of all objects would hold the tuples that other
    # threads are just making from an iterator, which CPython then cannot finish.
    classes = [_cvalue.Value]
    for cls in classes:
        classes.extend(cls.__subclasses__())
    return gc.get_referrers(*classes)


def keep(value):
    """Let what is, or was, computed from ``value`` hold it."""
    if not lib.mg_keep(value._mg_id) and value not in _results_unsearched:
        return  # nothing was computed from it yet, or it was kept before
    with searching():
        _results_unsearched.add(value)  # should there be no memory now, the next to ask searches
        hold_where_dependent(living_values(), value)
        _results_unsearched.discard(value)


def hold_where_dependent(values, value):
    """Let those of ``values`` that are computed from ``value`` hold it, and be kept."""
    ids = [other._mg_id for other in values]
    depends = ffi.new("unsigned char[]", len(ids))
    _cvalue.check_memory(lib.mg_computed_from(value._mg_id, ids, len(ids), depends))
    for other, depend in zip(values, depends):
        if depend:
            if not lib.mg_is_kept(other._mg_id):
                lib.mg_keep(other._mg_id)
                _results_unsearched.add(other)
            _cvalue.set_also_held(other, (*getattr(other, "_mg_also_held", ()), value))


def hand_down(above, operands):
    """Let operands just found below a Value hold what it holds and they are computed from."""
    for value in above._mg_also_held:
        unaware = [x for x in operands if value not in getattr(x, "_mg_also_held", ())]
        hold_where_dependent(unaware, value)


def backward(root):
    """backward() of a graph in which somebody has a ``_backward`` of their own."""
    own = {value._mg_id: value._backward for value in held_below(root) if value._has_own_backward()}
    order, n = ffi.new("mg_id **"), ffi.new("size_t *")
    _cvalue.check_memory(lib.mg_backward_order(root._mg_id, order, n))
    ids = ffi.gc(order[0], lib.mg_free_order)
    root.grad = 1.0
    done = 0
    for i in range(n[0]):
        step = own.get(ids[i])
        if step is not None:
            lib.mg_backward_nodes(ids + done, i - done)
            step()
            done = i + 1
    lib.mg_backward_nodes(ids + done, n[0] - done)


def held_below(root):
    """root and every Value that it holds, directly or not."""
    seen, stack = {root}, [root]
    while stack:
        value = stack.pop()
        yield value
        for held in (*getattr(value, "_mg_held", ()), *getattr(value, "_mg_also_held", ())):
            if held not in seen:
                seen.add(held)
                stack.append(held)

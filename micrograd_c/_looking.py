"""How Python finds its way in a graph that lives in C.

An operator tells nobody which Value belongs to its node: that would cost every
operator for what few programs ask. When somebody looks, the question is answered:

- ``value_of``: which Value belongs to this node? One that was found before is in
  ``known_values``, by node, weakly. Else, if C says that a Value owns the node, it is
  searched for among all living Values, which are then all known. Else nobody
  holds one, and it is made. Whoever looked at ``_prev`` holds what it saw, so
  that the same node is the same object for as long as the root lives. On PyPy,
  where most that own a node are garbage, a look collects that first.

- ``keep``: a label, an attribute or a ``_backward`` function must stay with the
  node even when no name holds its Value. Such a node is *kept*: the C operators
  refuse it as an operand, and the slower way that Python then goes lets the
  result hold its operands, and be kept in turn. So a kept Value lives as long as
  what is computed from it, and Python's collector sees every cycle that a user's
  attribute or closure may close. Where results exist already when a node becomes
  kept, its Value is *late*: ``_late`` holds it until it pays to search for the living
  Values above, for all that are late at once: when there are many, when the graph
  has grown to twice its size, before a full collection. The nodes between are then
  given Values that hold their operands.

One thread at a time does this, but any of them, and in the middle of it there may be a
signal, a finalizer, a collection, no memory, or another thread's new attribute. So a
Value is late until all above it hold it, and doing a part of this again changes nothing.
Values that are found but let go of their nodes just now are left out: see ``_dying.py``.
"""

import contextlib
import gc
import os
import sys
import threading
from sys import is_finalizing  # a name of ours: sys is emptied before the last Values die
from weakref import WeakValueDictionary

from micrograd_c import _cvalue, _dying
from micrograd_c._native import ffi, lib

known_values = WeakValueDictionary()  # node id -> its Value
_late = {}  # by id(): Values with attributes that results of theirs do not hold: this does
_searching = threading.RLock()
_dying_at_fork = []
ATOMS = {str, int, float, bool, type(None)}  # attributes that refer to nothing


def searching():
    """One thread at a time, but for the interpreter's end: the others have stopped then.

    The lock itself: a ``with`` that takes it lets no Ctrl-C come between, which would leave
    it taken.
    """
    return contextlib.nullcontext() if is_finalizing() else _searching


def before_fork():
    _searching.acquire()
    # Held, since other threads may still run until the fork, and other objects get their id().
    _dying.finalizing(_dying_at_fork)


def after_fork_in_parent():
    _dying_at_fork.clear()
    _searching.release()


def after_fork_in_child():
    _dying.half_dead.extend(_dying_at_fork)  # their threads are gone: so they stay
    after_fork_in_parent()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=before_fork,
        after_in_parent=after_fork_in_parent,
        after_in_child=after_fork_in_child,
    )


def operands_of(value):
    """The Values that ``value`` was made of, each the one that something living uses."""
    also_held = getattr(value, "_mg_also_held", None)
    if also_held is not None:
        hold(also_held, [value])
        return value._mg_held
    operands = tuple(map(value_of, operand_ids(value._mg_id)))
    _cvalue.set_held(value, operands)
    return operands


def operand_ids(node):
    """The ids of a node's operands, in order, repeated as they are."""
    _cvalue.check_memory(lib.mg_make_plain(node))
    n = lib.mg_operands(node, ffi.NULL, 0)
    ids = ffi.new("mg_id[]", n)
    lib.mg_operands(node, ids, n)
    return list(ids)


def value_of(node):
    """The one Value of a node that something living uses."""
    if _cvalue.PYPY and known(node) is None and lib.mg_is_owned(node):
        gc.collect()  # most such Values are garbage; that is found sooner than all that lives
    with searching():
        value = known(node)
        if value is None and lib.mg_is_owned(node):
            living_values()
            value = known(node)
        if value is None:
            value = _cvalue.new(_cvalue.Value)
            lib.mg_retain(node)
            _cvalue.set_id(value, node)
            known_values[node] = value
        return value


def known(node):
    """The Value of a node that was found before; None for one that has let go of its node.

    It may have been given another one, or some thread be just finalizing it, and the
    node's id be in use again.
    """
    value = known_values.get(node)
    if value is None or getattr(value, "_mg_id", 0) != node:
        return None
    if id(value) in _dying.finalizing() or _dying.has_let_go(value):  # in this order
        return None
    return value


def living_values():
    """Every Value alive, in any thread; all of them are known afterwards."""
    if hasattr(gc, "get_freeze_count") and gc.get_freeze_count():
        gc.unfreeze()  # the collector's lists leave out what was frozen
    objects = candidates()  # before it is asked who is dying: nobody in this list begins to
    dying = _dying.finalizing()
    values = [
        x
        for x in objects
        if issubclass(type(x), _cvalue.Value)
        and hasattr(x, "_mg_id")
        and id(x) not in dying
        and not _dying.has_let_go(x)
    ]
    for value in values:
        known_values[value._mg_id] = value
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


# --- what is kept -------------------------------------------------------------------


def keep(value, attribute=None):
    """Let an ``attribute`` that ``value`` is to get stay with the node."""
    if id(value) in _late and type(attribute) in ATOMS:
        return
    if not may_wait(value, attribute):
        if not lib.mg_keep(value._mg_id) and id(value) not in _late:
            return  # nothing was computed from it yet, or it was kept before
    elif lib.mg_is_kept(value._mg_id):
        return
    _late[id(value)] = value
    if len(_late) > _most.late or lib.mg_live_nodes() > _most.nodes or not HAS_CALLBACKS:
        with contextlib.suppress(MemoryError):  # the next search may find some
            hold_late()


def may_wait(value, attribute=None):
    """Whether ``value`` is part of no cycle: a leaf with attributes that refer to nothing."""
    return (
        type(attribute) in ATOMS
        and type(value) is _cvalue.Value
        and ATOMS.issuperset(map(type, list(vars(value).values())))
        and lib.mg_op(value._mg_id) == _cvalue.LEAF
        and not lib.mg_has_own_backward(value._mg_id)
    )


class _most:
    """So many that the next search, which looks at everything, is due."""

    late = FEW = 1000
    nodes = FEW_NODES = 100_000


def hold_late():
    """Let what was computed from the late hold them: one search for all.

    A leaf that somebody else holds, as a model holds its parameters, can stay late.
    """
    with searching():
        targets, done = [], []
        for value in list(_late.values()):
            is_held = HAS_CALLBACKS and sys.getrefcount(value) > 4  # by both, value and this
            if not (is_held and may_wait(value)):
                done.append(value)
                if is_used(value):
                    targets.append(value)
        living = living_values() if targets else []
        hold(targets, living)
        for value in done:  # last: without memory for all this, they stay late
            _late.pop(id(value), None)
        _most.late = max(_most.FEW, len(living), 2 * len(_late))
        _most.nodes = 2 * lib.mg_live_nodes() + _most.FEW_NODES


def is_used(value):
    """Whether something may have been computed from it before it was kept, as it is now."""
    was_kept = lib.mg_is_kept(value._mg_id)
    return bool(lib.mg_keep(value._mg_id) or was_kept)


def around_collection(phase, info):
    """Before a full collection, in whatever thread; not if another one is searching."""
    is_full = info["generation"] == 2 or _dying.FREE_THREADED  # which has no generations
    if phase == "start" and is_full and _late:
        locked = []
        try:
            # One step of the interpreter: Ctrl-C comes before or after it.
            locked.extend(map(_searching.acquire, [False]))
            if any(locked):
                with contextlib.suppress(MemoryError):
                    hold_late()
        finally:
            if any(locked):
                _searching.release()


HAS_CALLBACKS = hasattr(gc, "callbacks")  # not on PyPy
if HAS_CALLBACKS:
    gc.callbacks.append(around_collection)


def hold(targets, tops):
    """Let all that is computed from ``targets``, in ``tops`` and below, hold its operands.

    What stands between has a Value of its own then, so that the way from each top to each
    target goes through Python, for the collector to see.
    """
    with searching():
        values = {value._mg_id: value for value in (*targets, *tops)}
        spread = set()  # outputs of nets: what they hold, the nodes of the net hold from now on
        while targets:
            outputs = set()
            for node in computed_from(targets, tops):
                value = at(node, values)
                if not hasattr(value, "_mg_held"):
                    operands = tuple([at(operand, values) for operand in operand_ids(node)])
                    _cvalue.set_held(value, operands)
                lib.mg_keep(node)
                if hasattr(value, "_mg_also_held"):
                    outputs.add(value)
            tops = outputs - spread
            targets = {held for value in tops for held in value._mg_also_held}
            spread |= tops
        for value in spread:
            del value._mg_also_held


def computed_from(targets, tops):
    """The nodes in ``tops`` and below that are computed from ``targets``, operands first."""
    targets, tops = ([value._mg_id for value in values] for values in (targets, tops))
    found, n = ffi.new("mg_id **"), ffi.new("size_t *")
    _cvalue.check_memory(lib.mg_computed_from(targets, len(targets), tops, len(tops), found, n))
    ids = ffi.unpack(found[0], n[0])
    lib.mg_free_order(found[0])
    return ids


def at(node, values):
    """``value_of``, with the Values met so far by node."""
    value = values.get(node)
    if value is None:
        value = values[node] = value_of(node)
    return value


def backward(root):
    """backward() of a graph in which somebody has a ``_backward`` of their own."""
    hold_late()
    own = {value._mg_id: value._backward for value in held_below(root) if value._has_own_backward()}
    ids, n = backward_order(root)
    # Whatever a step does, even with root, the nodes live on.
    top = lib.mg_node(_cvalue.CUSTOM, [root._mg_id], 1, 0.0, 0, 0.0)
    if not top:
        raise MemoryError(_cvalue.NO_MEMORY)
    try:
        root.grad = 1.0
        done = 0
        for i in range(n):
            step = own.get(ids[i])
            if step is not None:
                lib.mg_backward_nodes(ids + done, i - done)
                step()
                done = i + 1
        lib.mg_backward_nodes(ids + done, n - done)
    finally:
        lib.mg_release(top)


def backward_order(root):
    """The ids that backward() comes by, without leaves that do nothing, and how many."""
    order, n = ffi.new("mg_id **"), ffi.new("size_t *")
    _cvalue.check_memory(lib.mg_backward_order(root._mg_id, order, n))
    return ffi.gc(order[0], lib.mg_free_order), n[0]


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

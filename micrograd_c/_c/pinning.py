"""Pinning: keeping what a program set on a Value whose node outlives it.

A Value may be deallocated while other nodes still use its node. The attributes that a program
set on it must still be there when the program reaches the node again through ``_prev``:

- Attributes that refer to no other object (labels, numbers) stay with the node: ``node.c``
  keeps them. They cost an operator nothing.

- Any other attribute, such as a list or a ``_backward`` function, might refer to a Value that
  is computed from this one. If C kept it, that would be a cycle through C, where Python's
  collector cannot see it. So the Value itself must live as long as its results, by references
  in Python. Its node is *pinned*: the operators in C refuse it. Python makes the result
  instead. The result refers to its operands, and is pinned too.

- If a node already has results when it is pinned, its Value is *pending*. This module refers
  to it until ``resolve_pending`` has given a Value to every node between it and the living
  Values, and made each of these refer to its operands. One search serves all pending Values.
  It runs when there are many of them, when the graph has grown to twice its size, and before
  a full collection.

``resolve_pending`` may be interrupted anywhere, and it may run in several threads or inside
of itself: a Value stays pending until all its results refer to it, and repeating a part of
the work changes nothing. So there is no lock, and no finalizer can block on one.
"""

import contextlib
import gc

from micrograd_c._c.node import (
    IN_C,
    Ids,
    Node,
    check_memory,
    get_known_operands,
    get_net_operands,
    set_net_operands,
)
from micrograd_c._native import ffi, lib
from python_ref.core.operands import distinct

value_of = Node._mg_value_of  # the one Value of a node that is in use, given by its id

pending = {}  # id(value): value, for pinned Values to which their results do not refer yet


def operands_of(value):
    """Return the Values that ``value`` was made of, in order, with repetitions."""
    net_operands = get_net_operands(value)
    if net_operands is not None:
        add_references(net_operands, [value])
    operands = get_known_operands(value)
    return value._mg_find_operands() if operands is None else operands


def pin(value):
    """Make ``value`` live as long as everything that is computed from it."""
    if lib.mg_pin(value._mg_id):
        pending[id(value)] = value
        is_due = len(pending) > NextSearch.pending or lib.mg_live_nodes() > NextSearch.nodes
        if is_due or not HAS_CALLBACKS:
            with contextlib.suppress(MemoryError):  # the next search may find enough
                resolve_pending()


class NextSearch:
    """Thresholds that trigger the next search, which visits every living Value.

    ``pending``: how many Values are pending; ``nodes``: how many nodes the graph has.
    """

    pending = MIN_PENDING = 1000
    nodes = MIN_NODES = 100_000


def resolve_pending():
    """Make everything that is computed from the pending Values refer to them."""
    if not pending:
        return
    targets = list(pending.copy().values())
    living = Node._mg_living()
    add_references(targets, living)
    for value in targets:  # last: they stay pending if memory runs out before
        lib.mg_clear_pending(value._mg_id)
        pending.pop(id(value), None)
    NextSearch.pending = max(NextSearch.MIN_PENDING, len(living))
    NextSearch.nodes = 2 * lib.mg_live_nodes() + NextSearch.MIN_NODES


HAS_CALLBACKS = hasattr(gc, "callbacks")  # not on PyPy
if IN_C:
    # A function in C: the collector would swallow a KeyboardInterrupt in a Python function.
    Node._mg_before_collections(pending, resolve_pending)
    gc.callbacks.append(Node._mg_around_collection)
elif HAS_CALLBACKS:

    def around_collection(phase, info):
        if phase == "start" and pending:
            with contextlib.suppress(MemoryError):
                resolve_pending()

    gc.callbacks.append(around_collection)


def add_references(targets, roots):
    """Make every node between ``targets`` and ``roots`` refer to its operands, in Python.

    These nodes are those of the roots and below that are computed from a target. Each gets a
    Value. So references in Python, which the collector can follow, lead from each root to each
    target that it is computed from.
    """
    values = [*targets, *roots]  # alive until others refer to them
    expanded = {}  # by id(value): outputs of nets, whose operands the net's nodes now refer to
    while targets:
        outputs = {}
        for node in computed_from(targets, roots):
            value = value_of(node)
            values.append(value)
            if get_known_operands(value) is None:
                value._mg_find_operands()  # to which the value refers from then on
            lib.mg_pin(node)
            if get_net_operands(value) is not None:
                outputs[id(value)] = value
        roots = [value for place, value in outputs.items() if place not in expanded]
        targets = distinct(x for value in roots for x in get_net_operands(value) or ())
        expanded.update(outputs)
    for value in expanded.values():
        set_net_operands(value, None)


def computed_from(targets, roots):
    """Return the ids of the roots and nodes below them that are computed from ``targets``.

    Operands come before their results.
    """
    targets, roots = ([value._mg_id for value in values] for values in (targets, roots))
    found, n = Ids(), ffi.new("size_t *")
    check_memory(lib.mg_computed_from(targets, len(targets), roots, len(roots), found.at, n))
    return ffi.unpack(found.at[0], n[0]) if n[0] else []

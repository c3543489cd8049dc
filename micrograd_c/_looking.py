"""How attributes, classes and ``_backward`` functions stay with a node that lives in C.

A Value may die while other nodes use its node. What Python noted on it must still be there
when somebody reaches the node again through ``_prev``, and when backward() comes by:

- Attributes that refer to nothing (labels, numbers) stay with the node: C keeps them, see
  ``_node.c``. They cost an operator nothing.

- Anything else could refer to a Value that is computed from this one: a cycle that goes
  through C, where Python's collector cannot see it. So the Value itself must live as long as
  what is computed from it, by references in Python. Such a node is *kept*: the operators in
  C refuse it, and the slower way that Python then goes lets the result hold its operands,
  and be kept in turn. Where results exist already when a node becomes kept, its Value is
  *pending*: this module holds it until ``hold_pending`` has given every node between it and
  the living Values a Value that holds its operands. One search serves all that are pending,
  when there are many, when the graph has grown to twice its size, and before a full
  collection.

``hold_pending`` may be interrupted anywhere, and run in several threads or inside of itself:
a Value is pending until all that is computed from it holds it, and doing a part of this
again changes nothing. So there is no lock, which a finalizer could meet taken.
"""

import contextlib
import gc

from micrograd_c import _cvalue
from micrograd_c._native import ffi, lib
from micrograd_c._node import IN_C, Ids, Node, check_memory
from python_ref.operands import distinct

value_of = Node._mg_value_of  # the one Value of a node that something living uses

pending = {}  # by id(): Values with attributes that results of theirs do not hold: this does


def operands_of(value):
    """The Values that ``value`` was made of, in order, repeated as they are."""
    also_held = _cvalue.also_held(value)
    if also_held is not None:
        hold(also_held, [value])
    operands = _cvalue.held(value)
    if operands is None:
        operands = value._mg_operands()
        _cvalue.set_held(value, operands)  # so that the same node stays the same object
    return operands


def operand_ids(node):
    """The ids of a node's operands, in order, repeated as they are."""
    check_memory(lib.mg_make_plain(node))
    n = lib.mg_operands(node, ffi.NULL, 0)
    ids = ffi.new("mg_id[]", n)
    lib.mg_operands(node, ids, n)
    return list(ids)


# --- what is kept -------------------------------------------------------------------


def keep(value):
    """Let what is noted on ``value`` stay with the node."""
    if lib.mg_keep(value._mg_id):
        pending[id(value)] = value
        if len(pending) > _due.pending or lib.mg_live_nodes() > _due.nodes or not HAS_CALLBACKS:
            with contextlib.suppress(MemoryError):  # the next search may find some
                hold_pending()


class _due:
    """Thresholds that trigger the next search, which looks at every living Value."""

    pending = FEW = 1000
    nodes = FEW_NODES = 100_000


def hold_pending():
    """Let what was computed from the pending Values hold them: one search for all."""
    if not pending:
        return
    targets = list(pending.copy().values())
    living = Node._mg_living()
    hold(targets, living)
    for value in targets:  # last: without memory for all this, they stay pending
        lib.mg_is_held(value._mg_id)
        pending.pop(id(value), None)
    _due.pending = max(_due.FEW, len(living))
    _due.nodes = 2 * lib.mg_live_nodes() + _due.FEW_NODES


HAS_CALLBACKS = hasattr(gc, "callbacks")  # not on PyPy
if IN_C:
    # A function of C: of one in Python, the collector would swallow a KeyboardInterrupt.
    Node._mg_before_collections(pending, hold_pending)
    gc.callbacks.append(Node._mg_around_collection)
elif HAS_CALLBACKS:

    def around_collection(phase, info):
        if phase == "start" and pending:
            with contextlib.suppress(MemoryError):
                hold_pending()

    gc.callbacks.append(around_collection)


def hold(targets, tops):
    """Let all that is computed from ``targets``, in ``tops`` and below, hold its operands.

    What stands between has a Value of its own then, so that the way from each top to each
    target goes through Python, for the collector to see.
    """
    values = [*targets, *tops]  # alive until others hold them
    spread = {}  # by id: outputs of nets: what they hold, the nodes of the net hold from now on
    while targets:
        outputs = {}
        for node in computed_from(targets, tops):
            value = value_of(node)
            values.append(value)
            if _cvalue.held(value) is None:
                _cvalue.set_held(value, value._mg_operands())
            lib.mg_keep(node)
            if _cvalue.also_held(value) is not None:
                outputs[id(value)] = value
        tops = [value for place, value in outputs.items() if place not in spread]
        targets = distinct(held for value in tops for held in _cvalue.also_held(value) or ())
        spread.update(outputs)
    for value in spread.values():
        _cvalue.set_also_held(value, None)


def computed_from(targets, tops):
    """The nodes in ``tops`` and below that are computed from ``targets``, operands first."""
    targets, tops = ([value._mg_id for value in values] for values in (targets, tops))
    found, n = Ids(), ffi.new("size_t *")
    check_memory(lib.mg_computed_from(targets, len(targets), tops, len(tops), found.at, n))
    return ffi.unpack(found.at[0], n[0]) if n[0] else []


def backward(root):
    """backward() of a graph in which somebody has a ``_backward`` of their own."""
    hold_pending()
    own = {value._mg_id: value._backward for value in held_below(root) if value._has_own_backward()}
    order, n = backward_order(root)  # which holds the nodes, whatever a step does
    ids = order.at[0]
    root.grad = 1.0
    done = 0
    for i in range(n):
        step = own.get(ids[i])
        if step is not None:
            lib.mg_backward_nodes(ids + done, i - done)
            step()
            done = i + 1
    lib.mg_backward_nodes(ids + done, n - done)


def backward_order(root):
    """The ids that backward() comes by, without leaves that do nothing, and how many."""
    order, n = Ids(), ffi.new("size_t *")
    check_memory(lib.mg_backward_order(root._mg_id, order.at, n))
    return order, n[0]


def held_below(root):
    """root and every Value that it holds, directly or not."""
    seen, stack = {id(root)}, [root]
    while stack:
        value = stack.pop()
        yield value
        for held in (*(_cvalue.held(value) or ()), *(_cvalue.also_held(value) or ())):
            if id(held) not in seen:
                seen.add(id(held))
                stack.append(held)

"""How attributes, classes and ``_backward`` functions stay with a node that lives in C.

A Value may be deallocated while other nodes use its node. The attributes that Python set on
it must still be there when a program reaches the node again through ``_prev``, and so must a
``_backward`` function when backward() needs it:

- Attributes that refer to no other object (labels, numbers) stay with the node: ``c_node.c``
  keeps them. They cost an operator nothing.

- Anything else could refer to a Value that is computed from this one. That would be a cycle
  through C, where Python's collector cannot see it. So the Value itself must live as long as
  what is computed from it, by references in Python. Its node is called *kept*: the operators
  in C refuse it. Then Python makes the result, which holds its operands and is kept too.

- If results exist already when a node becomes kept, its Value is called *pending*. This module
  holds it until ``hold_pending`` has given a Value to every node between it and the living
  Values, each of which holds its operands. One search serves all pending Values. It is made
  when there are many of them, when the graph has grown to twice its size, and before a full
  collection.

``hold_pending`` may be interrupted anywhere, and it may run in several threads or inside of
itself: a Value is pending until everything that is computed from it holds it, and to repeat a
part of the work changes nothing. So there is no lock, and no finalizer can block on one.
"""

import contextlib
import gc

from micrograd_c._c import node as c_node
from micrograd_c._c.node import IN_C, Ids, Node, check_memory
from micrograd_c._native import ffi, lib
from python_ref.core.operands import distinct

value_of = Node._mg_value_of  # the one Value of a node that is in use

pending = {}  # id(value): value, for Values that their results do not hold yet


def operands_of(value):
    """The Values that ``value`` was made of, in order, with repetitions."""
    also_held = c_node.also_held(value)
    if also_held is not None:
        hold(also_held, [value])
    operands = c_node.held(value)
    return value._mg_operands() if operands is None else operands


def operand_ids(node):
    """The ids of a node's operands, in order, with repetitions."""
    check_memory(lib.mg_expand(node))
    n = lib.mg_operands(node, ffi.NULL, 0)
    ids = ffi.new("mg_id[]", n)
    lib.mg_operands(node, ids, n)
    return list(ids)


# --- what is kept -------------------------------------------------------------------


def pin(value):
    """Keep ``value`` alive as long as everything that is computed from it."""
    if lib.mg_pin(value._mg_id):
        pending[id(value)] = value
        if len(pending) > _due.pending or lib.mg_live_nodes() > _due.nodes or not HAS_CALLBACKS:
            with contextlib.suppress(MemoryError):  # the next search may find some
                hold_pending()


class _due:
    """Thresholds that trigger the next search, which looks at every living Value."""

    pending = FEW = 1000
    nodes = FEW_NODES = 100_000


def hold_pending():
    """Make everything that was computed from the pending Values hold them."""
    if not pending:
        return
    targets = list(pending.copy().values())
    living = Node._mg_living()
    hold(targets, living)
    for value in targets:  # last: they stay pending if memory runs out before
        lib.mg_clear_pending(value._mg_id)
        pending.pop(id(value), None)
    _due.pending = max(_due.FEW, len(living))
    _due.nodes = 2 * lib.mg_live_nodes() + _due.FEW_NODES


HAS_CALLBACKS = hasattr(gc, "callbacks")  # not on PyPy
if IN_C:
    # A function in C: the collector would swallow a KeyboardInterrupt in a Python function.
    Node._mg_before_collections(pending, hold_pending)
    gc.callbacks.append(Node._mg_around_collection)
elif HAS_CALLBACKS:

    def around_collection(phase, info):
        if phase == "start" and pending:
            with contextlib.suppress(MemoryError):
                hold_pending()

    gc.callbacks.append(around_collection)


def hold(targets, tops):
    """Make everything that is computed from ``targets``, in ``tops`` or below, hold its operands.

    Then each node between a top and a target has a Value, and references in Python lead from
    each top to each target, which the collector can follow.
    """
    values = [*targets, *tops]  # alive until others hold them
    spread = {}  # by id: outputs of nets, whose held Values the nodes of the net hold from now on
    while targets:
        outputs = {}
        for node in computed_from(targets, tops):
            value = value_of(node)
            values.append(value)
            if c_node.held(value) is None:
                value._mg_operands()  # which the value holds then
            lib.mg_pin(node)
            if c_node.also_held(value) is not None:
                outputs[id(value)] = value
        tops = [value for place, value in outputs.items() if place not in spread]
        targets = distinct(held for value in tops for held in c_node.also_held(value) or ())
        spread.update(outputs)
    for value in spread.values():
        c_node.set_also_held(value, None)


def computed_from(targets, tops):
    """The nodes in ``tops`` and below that are computed from ``targets``, operands first."""
    targets, tops = ([value._mg_id for value in values] for values in (targets, tops))
    found, n = Ids(), ffi.new("size_t *")
    check_memory(lib.mg_computed_from(targets, len(targets), tops, len(tops), found.at, n))
    return ffi.unpack(found.at[0], n[0]) if n[0] else []


def backward(root):
    """backward() of a graph in which a user assigned a ``_backward``."""
    hold_pending()
    own = {
        value._mg_id: value._backward for value in held_below(root) if value._has_custom_backward()
    }
    order, n = backward_order(root)  # it holds the nodes, whatever a step does
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
    """The ids in the order of backward(), without leaves that do nothing, and their number."""
    order, n = Ids(), ffi.new("size_t *")
    check_memory(lib.mg_backward_order(root._mg_id, order.at, n))
    return order, n[0]


def held_below(root):
    """root and every Value that it holds, directly or not."""
    seen, stack = {id(root)}, [root]
    while stack:
        value = stack.pop()
        yield value
        for held in (*(c_node.held(value) or ()), *(c_node.also_held(value) or ())):
            if id(held) not in seen:
                seen.add(id(held))
                stack.append(held)
